/// Sizes: whole bytes. Reads and writes their text, exactly.
public enum Bytes {
    /// Units from the largest on, in powers of 1000.
    private static let units: [(name: String, bytes: Int64)] = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000)]

    /// Reads a whole number with its unit: `500MB`, `2GB`, `64kB`; at most 999999 of it.
    public static func parse(_ text: String) throws(ContractsError) -> Int64 {
        for unit in units where text.hasSuffix(unit.name) {
            let digits = text.dropLast(unit.name.count).utf8
            if digits.count <= 6, let count = decimal(digits) { return Int64(count) * unit.bytes }
        }
        throw .text("\(quoted(text)) is not a size", mend: mend(text))
    }

    /// The shortest text that `parse` reads as this size; `1500 bytes` where there is none.
    public static func text(_ bytes: Int64) -> String {
        for unit in units where bytes > 0 && bytes.isMultiple(of: unit.bytes) {
            return "\(bytes / unit.bytes)\(unit.name)"
        }
        return "\(bytes) bytes"
    }

    private static func mend(_ text: String) -> String {
        let core = text.filter { $0 != " " }.uppercased()
        for (long, short) in [("GB", "GB"), ("MB", "MB"), ("KB", "kB"), ("G", "GB"), ("M", "MB"), ("K", "kB")] {
            guard core.hasSuffix(long), core.count - long.count <= 6,
                decimal(core.dropLast(long.count).utf8) != nil
            else { continue }
            return "write \(core.dropLast(long.count))\(short)"
        }
        return "write a whole number with its unit, like 500MB or 2GB"
    }
}
