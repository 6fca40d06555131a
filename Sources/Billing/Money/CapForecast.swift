import Contracts

/// When a session that goes on reaches a cap (rule 12).
public struct CapForecast: Hashable, Sendable {
    /// Which cap.
    public enum Limit: String, Hashable, Codable, Sendable {
        /// `cap.perSession`.
        case session
        /// `cap.perMonth`, without the fee.
        case month
    }

    /// The cap that is reached first; the session's where both are.
    public let limit: Limit
    /// The last moment at which an end would not exceed the cap: one second later the net does.
    public let reachedAt: Instant
    /// The session's net if it ends then, in cents.
    public let netCents: Int64
}

extension Account {
    /// The second at which a session that goes on without a break reaches a cap, rounding and surcharges included.
    ///
    /// - Parameters:
    ///   - session: the session so far; `endedAt` is now. Sessions that end before it are in the account.
    ///   - seconds: how far to look, 0 to 7 days: the session's maximum length.
    ///   - passed: caps that do not count any more: the client agreed to pass them, or was told. Each is asked about by itself.
    /// - Returns: nil where no cap is reached by then. Work that has passed a cap already is reached at `endedAt`.
    /// - Throws: as `bill`.
    public func capForecast(
        for session: WorkSession,
        within seconds: Int64,
        beyond passed: Set<CapForecast.Limit> = []
    ) throws(BillingError) -> CapForecast? {
        let version = try history.version(of: session)
        guard var cap = version.contract.cap else { return nil }
        if passed.contains(.session) { cap.perSessionCents = nil }
        if passed.contains(.month) { cap.perMonthCents = nil }
        guard cap.perSessionCents != nil || cap.perMonthCents != nil else { return nil }
        var reached = session
        // Ends grow, so the account only ever moves on to later months.
        var account = try advanced(for: session, version) ?? self
        let horizon = max(0, min(seconds, 7 * 86_400))
        var longest = session
        longest.endedAt = try session.endedAt.advanced(by: horizon + 1)
        // The same for all of the thousands of ends that are tried.
        let timeline = try SurchargeTimeline(contract: version.contract, zone: version.zone, over: longest.stretch)
        var net = try account.draft(session, version, known: timeline).bill.netCents
        for second in 0...horizon {
            var longer = session
            longer.endedAt = try session.endedAt.advanced(by: second + 1)
            let longerNet = try account.netCents(of: longer, version, timeline)
            if let limit = exceeded(cap, by: longerNet) {
                return CapForecast(limit: limit, reachedAt: reached.endedAt, netCents: net)
            }
            (reached, net) = (longer, longerNet.session)
        }
        return nil
    }

    private mutating func netCents(
        of session: WorkSession,
        _ version: ContractVersion,
        _ timeline: SurchargeTimeline
    ) throws(BillingError) -> (session: Int64, month: Int64) {
        if let later = try advanced(for: session, version) { self = later }
        let net = try draft(session, version, known: timeline).bill.netCents
        return (net, try Checked.sum(net, try workNetCents()))
    }

    private func exceeded(_ cap: Contract.Cap, by net: (session: Int64, month: Int64)) -> CapForecast.Limit? {
        if let most = cap.perSessionCents, net.session > most { return .session }
        if let most = cap.perMonthCents, net.month > most { return .month }
        return nil
    }
}
