/// Money: whole cents. Reads and writes the text of an amount, exactly.
public enum Cents {
    /// The largest amount a file may hold, 10^12 cents: sums of many stay far within `Int64`.
    public static let largest: Int64 = 1_000_000_000_000

    /// Reads euros and cents with a point and two decimals, `95.00`.
    public static func parse(_ text: String) throws(ContractsError) -> Int64 {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        if parts.count == 2, parts[1].utf8.count == 2, let euros = decimal(parts[0].utf8),
            let cents = decimal(parts[1].utf8)
        {
            guard euros <= 9_999_999_999 else {
                throw .text("\(quoted(text)) is more than a contract can hold", mend: "write an amount below 10^10")
            }
            return Int64(euros * 100 + cents)
        }
        if text.hasPrefix("-") {
            throw .text("\(quoted(text)) is negative", mend: "write an amount of 0.00 or more, like \"95.00\"")
        }
        let mend = mend(text).map { "write \"\($0)\"" } ?? "write euros and cents, like \"95.00\""
        throw .text("\(quoted(text)) is not an amount", mend: mend)
    }

    /// `95.00`, with a sign where it is negative.
    public static func text(_ cents: Int64) -> String {
        let amount = cents.magnitude
        return "\(cents < 0 ? "-" : "")\(amount / 100).\(twoDigits(Int(amount % 100)))"
    }

    /// `95`, `95.5`, `95,00`, `95.00 EUR` and `1.200,00` each have one meaning; `1.200` has two and gets no mend.
    private static func mend(_ text: String) -> String? {
        var core = text.filter { $0 != " " && $0 != "€" }
        if core.hasPrefix("EUR") { core.removeFirst(3) }
        if core.hasSuffix("EUR") { core.removeLast(3) }
        let marks = core.filter { $0 == "." || $0 == "," }
        if let last = marks.last, marks.count > 1, marks.dropLast().allSatisfy({ $0 != last }) {
            core.removeAll { ($0 == "." || $0 == ",") && $0 != last }
        }
        let parts = core.split(whereSeparator: { $0 == "." || $0 == "," })
        guard (1...2).contains(parts.count), let euros = decimal(parts[0].utf8), euros <= 9_999_999_999 else {
            return nil
        }
        guard parts.count == 2 else { return "\(euros).00" }
        guard parts[1].utf8.count <= 2, let cents = decimal(parts[1].utf8) else { return nil }
        return Self.text(Int64(euros * 100 + (parts[1].utf8.count == 1 ? cents * 10 : cents)))
    }
}

/// Percentages: whole basis points, hundredths of a percent. Reads and writes their text, exactly.
public enum BasisPoints {
    /// Reads a percentage with at most two decimals: `19`, `19.5` (1950), `0.25` (25); at most 9999.99.
    public static func parse(_ text: String) throws(ContractsError) -> Int64 {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts[0].utf8.count <= 4, let whole = decimal(parts[0].utf8) else {
            throw .text("\(quoted(text)) is not a percentage", mend: mend(text))
        }
        guard parts.count == 2 else { return Int64(whole * 100) }
        guard (1...2).contains(parts[1].utf8.count), let fraction = decimal(parts[1].utf8) else {
            throw .text("\(quoted(text)) is not a percentage", mend: mend(text))
        }
        return Int64(whole * 100 + (parts[1].utf8.count == 1 ? fraction * 10 : fraction))
    }

    /// `19` or `19.5`, without a percent sign.
    public static func text(_ basisPoints: Int64) -> String {
        let sign = basisPoints < 0 ? "-" : ""
        let (whole, fraction) = basisPoints.magnitude.quotientAndRemainder(dividingBy: 100)
        if fraction == 0 { return "\(sign)\(whole)" }
        return "\(sign)\(whole).\(fraction.isMultiple(of: 10) ? "\(fraction / 10)" : twoDigits(Int(fraction)))"
    }

    private static func mend(_ text: String) -> String {
        let core = String(text.filter { $0 != "%" && $0 != " " }.map { $0 == "," ? "." : $0 })
        if core != text, let basisPoints = try? parse(core) { return "write \(Self.text(basisPoints))" }
        return "write a number with at most two decimals, like 19 or 19.5"
    }
}

/// Durations: whole seconds. Reads and writes their text, exactly.
public enum Seconds {
    /// Reads hours, minutes and seconds with their units, in this order: `4h`, `5m`, `60s`, `1h30m`.
    public static func parse(_ text: String) throws(ContractsError) -> Int64 {
        guard let seconds = read(text) else {
            throw .text("\(quoted(text)) is not a duration", mend: mend(text))
        }
        return seconds
    }

    /// `1h30m`, `5m`, `0m`: the shortest text that `parse` reads as this duration; negative ones get a sign.
    public static func text(_ seconds: Int64) -> String {
        let all = seconds.magnitude
        let parts = [(all / 3600, "h"), (all / 60 % 60, "m"), (all % 60, "s")].filter { $0.0 > 0 }
        if parts.isEmpty { return "0m" }
        return (seconds < 0 ? "-" : "") + parts.map { "\($0.0)\($0.1)" }.joined()
    }

    private static func read(_ text: String) -> Int64? {
        var units: [(name: UInt8, seconds: Int64)] = [
            (UInt8(ascii: "h"), 3600), (UInt8(ascii: "m"), 60), (UInt8(ascii: "s"), 1),
        ]
        var total: Int64 = 0
        var digits: [UInt8] = []
        for byte in text.utf8 {
            if (0x30...0x39).contains(byte) {
                digits.append(byte)
                continue
            }
            // Eight digits of hours are 11 000 years, so the sum cannot overflow.
            guard digits.count <= 8, let count = decimal(digits),
                let index = units.firstIndex(where: { $0.name == byte })
            else { return nil }
            total += Int64(count) * units[index].seconds
            units.removeFirst(index + 1)
            digits = []
        }
        return digits.isEmpty && !text.isEmpty ? total : nil
    }

    private static func mend(_ text: String) -> String {
        if decimal(text.utf8) != nil { return "say which unit: \(text)s, \(text)m or \(text)h" }
        var core = text.lowercased().filter { $0 != " " }
        for (long, short) in [("hours", "h"), ("hour", "h"), ("minutes", "m"), ("min", "m"), ("sec", "s")] {
            if core.hasSuffix(long) { core = core.dropLast(long.count) + short }
        }
        if read(core) != nil { return "write \(core)" }
        if core.hasSuffix("d"), let days = decimal(core.dropLast().utf8), days < 10_000 {
            return "write \(days * 24)h"
        }
        return "write a whole number with its unit, like 60s, 5m, 4h or 1h30m"
    }
}
