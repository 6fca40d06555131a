import Contracts

/// What a contract adds to a category's price in one second (rule 4): what a client reads before they agree.
public struct SurchargeNow: Hashable, Sendable {
    /// In basis points of the category's price; 0 for none.
    public let percentBp: Int64
    /// Its label; nil for none.
    public let label: String?

    /// No surcharge.
    public static let none = SurchargeNow(percentBp: 0, label: nil)

    private init(percentBp: Int64, label: String?) {
        self.percentBp = percentBp
        self.label = label
    }

    /// The surcharge at `instant`. Warranty has none (rule 7). Throws `outOfRange`.
    public init(
        _ contract: Contract,
        _ category: Contract.Category,
        at instant: Instant,
        zone: TimeZoneRules
    ) throws(BillingError) {
        guard category.kind == .support,
            let band = try Band.split(from: instant, to: instant.advanced(by: 1), contract: contract, zone: zone).first,
            band.percentBp > 0
        else {
            self = .none
            return
        }
        self.init(percentBp: band.percentBp, label: band.label)
    }
}
