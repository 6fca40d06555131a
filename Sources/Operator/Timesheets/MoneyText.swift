import Contracts

/// Cents for people.
public enum MoneyText {
    /// `95.50`; empty where nobody knows.
    public static func amount(_ cents: Int64?) -> String { cents.map(Cents.text) ?? "" }
}
