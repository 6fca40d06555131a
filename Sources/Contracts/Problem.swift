/// Something that is wrong with a contract or a supplier: where, what, and what to do about it.
public struct Problem: Hashable, Sendable {
    /// How bad it is.
    public enum Severity: String, Codable, Hashable, Sendable {
        /// Nothing can be done with the file until this is mended.
        case error
        /// It can be used, but a person should know.
        case warning
    }

    /// How bad it is.
    public var severity: Severity
    /// The place by the names of the file: `categories[2].rate`; empty for the file as a whole.
    public var path: String
    /// Other places that the sentence rests on: where one of them (or what it is in) cannot be read, this problem is
    /// not real. `categories[*].kind` stands for every element.
    public var related: [String]
    /// What is wrong, without the place and without a full stop.
    public var sentence: String
    /// What to do, as an instruction: `write "95.00"`.
    public var mend: String?

    /// A problem from its parts.
    public init(
        _ severity: Severity,
        at path: String,
        _ sentence: String,
        mend: String? = nil,
        related: [String] = []
    ) {
        self.severity = severity
        self.path = path
        self.related = related
        self.sentence = sentence
        self.mend = mend
    }
}

extension Problem: CustomStringConvertible {
    /// `error: rates.support: "95,00" is not an amount (write "95.00")`. Safe to show, also where a name of the file is not.
    public var description: String {
        let place = path.isEmpty ? "" : "\(path): "
        return shown("\(severity.rawValue): \(place)\(sentence)\(mend.map { " (\($0))" } ?? "")")
    }
}
