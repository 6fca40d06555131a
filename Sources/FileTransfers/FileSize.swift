/// Sizes for people: `0 bytes`, `12.3 kB`, `1.2 GB`, in powers of 1000.
public enum FileSize {
    /// The text of `bytes`.
    ///
    /// - Parameter point: what stands in front of the decimal; German has a comma.
    public static func text(_ bytes: Int64, point: String = ".") -> String {
        guard bytes >= 1000 else { return bytes == 1 ? "1 byte" : "\(bytes) bytes" }
        var (value, unit) = (bytes, 0)
        let units = ["kB", "MB", "GB", "TB", "PB", "EB"]
        // Tenths of the unit, cut and not rounded: a file is never shown larger than it is.
        while value >= 1_000_000, unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        return "\(value / 1000)\(point)\(value % 1000 / 100) \(units[unit])"
    }
}
