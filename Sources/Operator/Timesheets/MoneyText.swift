/// Cents for people.
public enum MoneyText {
    /// `95.50`; empty where nobody knows.
    public static func amount(_ cents: Int64?) -> String {
        guard let cents else { return "" }
        let rest = cents.magnitude % 100
        return "\(cents < 0 ? "-" : "")\(cents.magnitude / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}
