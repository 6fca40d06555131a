import Contracts

extension Account {
    /// A session's bill and what it would change in the account.
    struct Draft {
        var bill: SessionBill
        var quota: QuotaLedger
        /// What the session is rounded together with; nil where it is rounded alone.
        var key: RoundingKey?
        /// Billable seconds under `key` with the session.
        var rawIncluding: Int64
    }

    /// Bills a session of the open month and changes nothing.
    ///
    /// - Parameter known: the surcharges of a stretch that the session lies in, where somebody has them already.
    func draft(
        _ session: WorkSession,
        _ version: ContractVersion,
        known: SurchargeTimeline? = nil
    ) throws(BillingError) -> Draft {
        let contract = version.contract
        let pricing = try SessionPricing(contract, category: session.category)
        let key = roundingKey(session, version, category: pricing.category)
        let time = try SessionTime(session, mergeGapSeconds: key == nil ? contract.rounding.mergeGapSeconds : nil)
        let timeline: SurchargeTimeline
        if let known {
            timeline = known
        } else {
            timeline = try SurchargeTimeline(contract: contract, zone: version.zone, over: session.stretch)
        }
        let before = key.flatMap { rawBefore[$0] } ?? 0
        let rounded = try RoundedSession(
            session,
            time: time,
            timeline: timeline,
            rounding: contract.rounding,
            rawBefore: before
        )
        var quota = quota
        // The open month is the session's, but where versions differ in their zones and their months overlap.
        let month = period ?? LocalMonth(ofSessionEnding: session.endedAt, in: version.zone)
        let used = pricing.usesQuota ? quota.use(rounded.billedSeconds, by: session.session, in: month) : []
        let covered = self.quota.leftSeconds - quota.leftSeconds
        let lines = try pricing.lines(of: session.session, rounded, covered: covered)
        let bill = SessionBill(
            session: session,
            version: version.number,
            category: pricing.category,
            period: month,
            time: time,
            rounded: rounded,
            quotaBeforeSeconds: self.quota.leftSeconds,
            quotaSeconds: covered,
            quotaEntries: used,
            lines: lines,
            netCents: try Checked.sum(lines.map(\.netCents)),
            vat: try vat(of: session, version)
        )
        return Draft(bill: bill, quota: quota, key: key, rawIncluding: try Checked.sum(before, time.billableSeconds))
    }

    private func roundingKey(
        _ session: WorkSession,
        _ version: ContractVersion,
        category: Contract.Category
    ) -> RoundingKey? {
        let unit: Int
        switch version.contract.rounding.per {
        case .session: return nil
        case .day: unit = dayNumber(session.endedAt, version.zone)
        case .period: unit = LocalMonth(ofSessionEnding: session.endedAt, in: version.zone).number
        }
        return RoundingKey(version: version.number, category: category.id, unit: unit)
    }

    /// The day of a session's end, by the rule for months: start < end <= end of day.
    private func dayNumber(_ end: Instant, _ zone: TimeZoneRules) -> Int {
        let local = zone.local(utc: end.seconds - 1)
        return Int(local.floorDivided(by: 86_400).quotient)
    }

    private func vat(of session: WorkSession, _ version: ContractVersion) throws(BillingError) -> Contract.VAT {
        // The last second worked, so that work until midnight is taxed as that day's.
        let end = max(session.startedAt.seconds, session.endedAt.seconds - 1)
        return history.version(at: try Instant(seconds: end))?.contract.vat ?? version.contract.vat
    }
}
