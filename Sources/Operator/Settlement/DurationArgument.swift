import Contracts

/// Durations as contract files write them, on the command line with a sign where they take something back.
public enum DurationArgument {
    /// Seconds of `3h`, `90m`, `-1h30m`.
    ///
    /// - Throws: `OperatorError` (`usage`) for anything else, and for nothing.
    public static func seconds(_ text: String) throws -> Int64 {
        let isNegative = text.hasPrefix("-")
        guard let seconds = try? Seconds.parse(isNegative ? String(text.dropFirst()) : text), seconds > 0 else {
            throw OperatorError(.usage, "\"\(text.prefix(20))\" is not a duration (3h, 90m, --quota=-1h takes back)")
        }
        return isNegative ? -seconds : seconds
    }
}
