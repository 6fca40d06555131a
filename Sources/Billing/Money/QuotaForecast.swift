import Contracts

extension Account {
    /// The second at which a session that goes on without a break leaves at most so much of the quota.
    ///
    /// Within a month the quota only shrinks as a session grows, so that the second can be searched for; what a month brings that
    /// begins meanwhile is left to whoever looks again then.
    ///
    /// - Parameters:
    ///   - session: the session so far; `endedAt` is now. Sessions that end before it are in the account.
    ///   - left: how much may be left, in rounded seconds, 0 or more.
    ///   - seconds: how far to look, 0 to 7 days.
    /// - Returns: nil where more is left until then, where there was no more to begin with, and for work that uses none.
    /// - Throws: as `bill`.
    public func quotaForecast(
        for session: WorkSession,
        leaving left: Int64,
        within seconds: Int64
    ) throws(BillingError) -> Instant? {
        let version = try history.version(of: session)
        let account = try advanced(for: session, version) ?? self
        guard account.quota.leftSeconds > left else { return nil }
        func leaves(_ passed: Int64) throws(BillingError) -> Bool {
            var longer = session
            longer.endedAt = try session.endedAt.advanced(by: passed)
            return try account.draft(longer, version).bill.quotaAfterSeconds <= left
        }
        var (low, high) = (Int64(0), max(0, min(seconds, 7 * 86_400)))
        guard try leaves(high) else { return nil }
        while low < high {
            let middle = low + (high - low) / 2
            if try leaves(middle) { high = middle } else { low = middle + 1 }
        }
        return try session.endedAt.advanced(by: low)
    }

    /// What a session that still runs would come to if it ended now; `endedAt` is now.
    ///
    /// - Throws: as `bill`.
    public func provisional(_ session: WorkSession) throws(BillingError) -> SessionBill {
        let version = try history.version(of: session)
        return try (advanced(for: session, version) ?? self).draft(session, version).bill
    }
}
