/// From seconds to whole cents (rules 7, 8, 9), half up away from zero: a negative amount mirrors the positive one.
///
/// Each throws `outOfRange` where the result is beyond `Int64`.
public enum Money {
    /// A base line's net (rule 8): half up(seconds x cents per hour / 3600).
    public static func netCents(seconds: Int64, centsPerHour: Int64) throws(BillingError) -> Int64 {
        try Checked.halfUp(try Checked.product(seconds, centsPerHour), by: 3600)
    }

    /// A surcharge line's net (rule 7): half up(seconds x cents per hour x basis points / 36,000,000).
    public static func surchargeCents(
        seconds: Int64,
        centsPerHour: Int64,
        percentBp: Int64
    ) throws(BillingError) -> Int64 {
        try Checked.halfUp(try Checked.product(seconds, centsPerHour, percentBp), by: 36_000_000)
    }

    /// The value-added tax of a group's sum of nets (rule 9): half up(net x basis points / 10000).
    public static func vatCents(netCents: Int64, percentBp: Int64) throws(BillingError) -> Int64 {
        try Checked.halfUp(try Checked.product(netCents, percentBp), by: 10_000)
    }
}
