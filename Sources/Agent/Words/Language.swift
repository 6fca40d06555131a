/// A language that clients read.
public enum Language: Sendable, Equatable, CaseIterable {
    /// English.
    case english
    /// German.
    case german

    /// The language of the environment: that of the first of `LC_ALL`, `LC_MESSAGES` and `LANG` that is set
    /// (POSIX.1-2024 §8.2).
    public init(environment: [String: String]) {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        self = locale?.hasPrefix("de") == true ? .german : .english
    }
}
