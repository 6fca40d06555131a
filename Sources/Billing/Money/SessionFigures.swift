import Contracts

/// What one session comes to where no other session is known: how an end without the ledger checks a receipt (rules 1 to 8).
public struct SessionFigures: Hashable, Sendable {
    /// The rounded time; nil where it depends on other sessions, since the contract rounds days or months (rule 3).
    public let billedSeconds: Int64?
    /// The rounded bands; nil for the same reason.
    public let bands: [Band]?

    /// Rounds a session under one version of a contract.
    ///
    /// - Throws: `badSession`, `badContract`, `outOfRange`.
    public init(_ session: WorkSession, under version: ContractVersion) throws(BillingError) {
        let contract = version.contract
        guard contract.rounding.per == .session else {
            (billedSeconds, bands) = (nil, nil)
            return
        }
        let rounded = try RoundedSession(
            session,
            time: SessionTime(session, mergeGapSeconds: contract.rounding.mergeGapSeconds),
            timeline: SurchargeTimeline(
                contract: contract,
                zone: version.zone,
                over: session.startedAt.seconds..<max(session.startedAt.seconds, session.endedAt.seconds)
            ),
            rounding: contract.rounding,
            rawBefore: 0
        )
        billedSeconds = rounded.billedSeconds
        bands = rounded.bands
    }

    /// What rounded bands cost, net, in cents, of which the quota covers the first seconds (rules 6 to 8).
    ///
    /// - Throws: `badSession` for a category that the contract does not have; `badContract`, `outOfRange`.
    public static func netCents(
        of bands: [Band],
        category: String,
        quotaSeconds: Int64,
        in contract: Contract
    ) throws(BillingError) -> Int64 {
        let pricing = try SessionPricing(contract, category: category)
        let rounded = RoundedSession(
            billedSeconds: try Checked.sum(bands.map(\.seconds)),
            bands: bands,
            unbilled: []
        )
        return try Checked.sum(pricing.lines(of: "", rounded, covered: quotaSeconds).map(\.netCents))
    }

    /// How many of a session's billed seconds the quota covers, given what was left of it before (rule 6).
    ///
    /// - Throws: `badSession`, `badContract`.
    public static func quotaSeconds(
        of billedSeconds: Int64,
        category: String,
        quotaBeforeSeconds: Int64,
        in contract: Contract
    ) throws(BillingError) -> Int64 {
        guard try SessionPricing(contract, category: category).usesQuota else { return 0 }
        return max(0, min(billedSeconds, quotaBeforeSeconds))
    }
}
