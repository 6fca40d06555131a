import Contracts

/// A session from seconds to cents: what its receipt, the timesheet and the invoice say of it (rules 1 to 8).
public struct SessionBill: Hashable, Sendable {
    /// The session.
    public let session: WorkSession
    /// The number of the contract version it belongs to (rule 5).
    public let version: Int64
    /// Its category.
    public let category: Contract.Category
    /// The month it belongs to (rule 5).
    public let period: LocalMonth
    /// Where its time went, in seconds.
    public let time: SessionTime
    /// Its billed seconds and bands.
    public let rounded: RoundedSession
    /// What was left of the quota before it, in rounded seconds.
    public let quotaBeforeSeconds: Int64
    /// How many of its first billed seconds the quota covers.
    public let quotaSeconds: Int64
    /// The lots it used.
    public let quotaEntries: [QuotaEntry]
    /// Base line, covered line, a surcharge line per band; or the warranty line (rule 7). None has 0 seconds.
    public let lines: [Line]
    /// The sum of the lines.
    public let netCents: Int64
    /// The VAT treatment at the end of performance (rule 5).
    public let vat: Contract.VAT

    /// What is left of the quota after it, in rounded seconds.
    public var quotaAfterSeconds: Int64 { quotaBeforeSeconds - quotaSeconds }
}

/// Prices and words of one session's lines.
struct SessionPricing {
    let category: Contract.Category
    /// Cents per hour of the category, which surcharges are a percentage of.
    let rate: Int64
    /// Cents per hour of time that the quota does not cover.
    let uncoveredRate: Int64
    let usesQuota: Bool
    private let surchargeOnQuota: Contract.SurchargeOnQuota
    private let text: LineText

    init(_ contract: Contract, category id: String?) throws(BillingError) {
        guard let category = id.map(contract.category) ?? contract.defaultCategory else {
            let what = id.map { "category \(quoted($0))" } ?? "category of kind support"
            throw BillingError(.badSession, "the contract has no \(what); lotse contract show lists them")
        }
        guard let rate = contract.rateCentsPerHour(of: category), rate >= 0 else {
            throw BillingError(
                .badContract,
                "category \(quoted(category.id)) has no price; lotse contract check names it"
            )
        }
        self.category = category
        self.rate = rate
        usesQuota = category.usesQuota && category.kind == .support
        uncoveredRate = try Self.uncoveredRate(contract, usesQuota: usesQuota) ?? rate
        surchargeOnQuota = contract.surchargeOnQuota
        text = LineText(language: contract.language)
    }

    /// Uncovered seconds of quota categories cost `overageRate` (rule 6).
    private static func uncoveredRate(_ contract: Contract, usesQuota: Bool) throws(BillingError) -> Int64? {
        guard usesQuota, let name = contract.retainer?.overageRate else { return nil }
        guard let rate = contract.ratesCentsPerHour[name], rate >= 0 else {
            throw BillingError(
                .badContract,
                "the overage rate \(quoted(name)) has no price; lotse contract check names it"
            )
        }
        return rate
    }

    func lines(of session: String, _ rounded: RoundedSession, covered: Int64) throws(BillingError) -> [Line] {
        if category.kind == .warranty {
            let line = line(text.warranty(category.id), .warranty, session, rounded.billedSeconds, 0)
            return rounded.billedSeconds > 0 ? [line] : []
        }
        var lines: [Line] = []
        let uncovered = rounded.billedSeconds - covered
        if uncovered > 0 {
            let net = try Money.netCents(seconds: uncovered, centsPerHour: uncoveredRate)
            lines.append(line(text.time(category.id), .time, session, uncovered, uncoveredRate, netCents: net))
        }
        if covered > 0 { lines.append(line(text.covered(category.id), .time, session, covered, 0)) }
        let charged =
            switch surchargeOnQuota {
            case .billed: rounded.bands
            case .absorbed: Band.suffix(rounded.bands, after: covered)
            }
        for band in charged where band.percentBp > 0 {
            let percent = band.percentBp
            let net = try Money.surchargeCents(seconds: band.seconds, centsPerHour: rate, percentBp: percent)
            let name = text.surcharge(band)
            lines.append(line(name, .surcharge, session, band.seconds, rate, percentBp: percent, netCents: net))
        }
        return lines
    }

    private func line(
        _ text: String,
        _ kind: Line.Kind,
        _ session: String,
        _ seconds: Int64,
        _ centsPerHour: Int64,
        percentBp: Int64 = 0,
        netCents: Int64 = 0
    ) -> Line {
        Line(
            text: text,
            kind: kind,
            session: session,
            seconds: seconds,
            centsPerHour: centsPerHour,
            percentBp: percentBp,
            netCents: netCents
        )
    }
}
