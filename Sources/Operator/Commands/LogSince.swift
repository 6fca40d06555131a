import Contracts
import Glibc
import RelayAPI

/// From when on log lines are wanted.
public enum LogSince: Sendable, Equatable {
    /// So many seconds ago, by the clock of the client's machine.
    case ago(Int64)
    /// Since a moment, in seconds since 1970.
    case at(Int64)

    /// Reads `10m`, `2h`, `3d`, `2026-11-05T20:30:00Z`, `"2026-11-05 20:30"`, `2026-11-05` or `20:30`, the latter in this computer's zone.
    ///
    /// - Throws: `OperatorError` (`usage`) for anything else.
    public init(_ text: String, now: Int64 = Int64(time(nil))) throws {
        if let days = text.hasSuffix("d") ? Int64(text.dropLast()) : nil, (1...3650).contains(days) {
            self = .ago(days * 86_400)
        } else if let seconds = try? Seconds.parse(text), seconds > 0 {
            self = .ago(seconds)
        } else if let moment = Timestamp(rfc3339: text) {
            self = .at(moment.seconds)
        } else if let moment = Self.local(text, now) {
            self = .at(moment)
        } else {
            let examples = "10m, 2h, 3d, 20:30, 2026-11-05, \"2026-11-05 20:30\", 2026-11-05T20:30:00Z"
            throw OperatorError(.usage, "\"\(text.prefix(40))\" is no time (\(examples))")
        }
    }

    private static func local(_ text: String, _ now: Int64) -> Int64? {
        let words = text.split(separator: " ")
        guard (1...2).contains(words.count), let last = words.last else { return nil }
        let clock = last.contains(":") ? numbers(last, ":", 2...3) : []
        let day = words.count == 2 || !last.contains(":") ? numbers(words[0], "-", 3...3) : []
        guard let clock, let day else { return nil }
        var parts = tm()
        var moment = time_t(now)
        localtime_r(&moment, &parts)
        if !day.isEmpty {
            guard (1970...9999).contains(day[0]), (1...12).contains(day[1]), (1...31).contains(day[2]) else {
                return nil
            }
            (parts.tm_year, parts.tm_mon, parts.tm_mday) = (Int32(day[0] - 1900), Int32(day[1] - 1), Int32(day[2]))
        }
        let time = clock + [Int](repeating: 0, count: 3 - clock.count)
        guard (0...23).contains(time[0]), (0...59).contains(time[1]), (0...60).contains(time[2]) else { return nil }
        (parts.tm_hour, parts.tm_min, parts.tm_sec) = (Int32(time[0]), Int32(time[1]), Int32(time[2]))
        parts.tm_isdst = -1
        return Int64(mktime(&parts))
    }

    private static func numbers(_ text: Substring, _ separator: Character, _ count: ClosedRange<Int>) -> [Int]? {
        let parts = text.split(separator: separator, omittingEmptySubsequences: false)
        let numbers = parts.compactMap { $0.count <= 4 && $0.allSatisfy(\.isNumber) ? Int($0) : nil }
        return numbers.count == parts.count && count.contains(numbers.count) ? numbers : nil
    }

    /// As a request says it.
    var seconds: Int64? { if case .ago(let seconds) = self { seconds } else { nil } }
    /// As a request says it, RFC 3339.
    var moment: String? { if case .at(let seconds) = self { Timestamp(seconds: seconds).rfc3339 } else { nil } }
}
