/// Durations as people write and read them.
public enum DurationText {
    /// `1:02:03`; hours as many as there are.
    public static func clock(_ seconds: Int64) -> String {
        let whole = seconds.magnitude
        let (minute, second) = (whole / 60 % 60, whole % 60)
        return (seconds < 0 ? "-" : "") + "\(whole / 3600):\(minute < 10 ? "0" : "")\(minute):\(second < 10 ? "0" : "")\(second)"
    }

    /// Reads `90s`, `10m`, `2h` or `1h30m`; the units once each, in falling order.
    ///
    /// - Returns: seconds, at least 1; `nil` for anything else.
    public static func seconds(_ text: String) -> Int64? {
        var total: Int64 = 0
        var rest = Substring(text)
        for (unit, factor) in [("h", 3600), ("m", 60), ("s", 1)] as [(Character, Int64)] {
            guard let end = rest.firstIndex(of: unit) else { continue }
            let digits = rest[..<end]
            guard !digits.isEmpty, digits.utf8.count <= 9, digits.utf8.allSatisfy({ (48...57).contains($0) }),
                let number = Int64(digits)
            else { return nil }
            // At most 9 digits times 3600: far from overflow.
            total += number * factor
            rest = rest[rest.index(after: end)...]
        }
        return rest.isEmpty && total > 0 ? total : nil
    }
}
