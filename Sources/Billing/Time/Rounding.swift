import Contracts

extension Contract.Rounding {
    /// A unit's billed seconds from its raw seconds (rule 3): `raw <= freeUpTo` bills 0, else
    /// `max(minimum, round(raw, step))`. Durations are rounded, never starts or ends.
    ///
    /// Throws `badContract` for a step of 0 or less and negative times; `badSession` for negative seconds;
    /// `outOfRange`.
    public func billedSeconds(raw: Int64) throws(BillingError) -> Int64 {
        guard stepSeconds > 0, minimumSeconds >= 0, freeUpToSeconds >= 0 else {
            throw BillingError(
                .badContract,
                "the contract's rounding has a negative time; lotse contract check names it"
            )
        }
        guard raw >= 0 else { throw BillingError(.badSession, "a session has negative time; check its times") }
        if raw <= freeUpToSeconds { return 0 }
        let (wide, step) = (Int128(raw), Int128(stepSeconds))
        let rounded =
            switch mode {
            case .up: (wide + step - 1) / step * step
            case .nearest: (2 * wide + step) / (2 * step) * step
            case .down: wide / step * step
            }
        return max(minimumSeconds, try Checked.narrow(rounded))
    }

    /// A unit's bands with as many seconds as are billed (rule 3, 4): what rounding adds goes to the last band or the
    /// last of the cheapest, what it takes comes off the end. No band has 0 seconds.
    ///
    /// Throws `badSession` for negative seconds; `outOfRange`.
    public func allocate(_ bands: [Band], billedSeconds: Int64) throws(BillingError) -> [Band] {
        guard billedSeconds >= 0, bands.allSatisfy({ $0.seconds >= 0 }) else {
            throw BillingError(.badSession, "a session has negative time; check its times")
        }
        let raw = try Checked.sum(bands.lazy.map(\.seconds))
        if billedSeconds <= raw { return try Band.merged(Band.prefix(bands, seconds: billedSeconds)) }
        var allocated = bands
        let lowest = bands.map(\.percentBp).min()
        let target =
            switch excess {
            case .last: allocated.indices.last
            case .cheapest: allocated.lastIndex { $0.percentBp == lowest }
            }
        guard let target else { return [] }
        allocated[target].seconds = try Checked.sum(allocated[target].seconds, billedSeconds - raw)
        return try Band.merged(allocated)
    }
}

/// A session after rounding (rules 2, 3, 4).
public struct RoundedSession: Hashable, Sendable {
    /// The rounded time, in seconds.
    public let billedSeconds: Int64
    /// The rounded bands in time order; their seconds add up to `billedSeconds`.
    public let bands: [Band]
    /// Connected seconds that are not billed, with their reasons (rule 11).
    public let unbilled: [Unbilled]
}

/// Connected seconds of a session that stand on no line (rule 11).
public struct Unbilled: Hashable, Codable, Sendable {
    /// Why seconds are not billed.
    public enum Reason: String, Hashable, Codable, Sendable {
        /// The unit was not longer than the contract's free time.
        case freeUpTo
        /// Rounding took them, or seconds rounded up before already hold them (rule 3, per day and period).
        case roundedDown
        /// They came after a cap.
        case cap
        /// Nothing happened before the idle timeout.
        case idle
    }

    /// The session's id.
    public var session: String
    /// How many seconds.
    public var seconds: Int64
    /// Why.
    public var reason: Reason

    /// An entry from its parts.
    public init(session: String, seconds: Int64, reason: Reason) {
        self.session = session
        self.seconds = seconds
        self.reason = reason
    }
}

extension RoundedSession {
    /// Rounds a session.
    ///
    /// - Parameters:
    ///   - rawBefore: billable seconds of the sessions before it in the same day or period (rule 3, `per`); 0 where
    ///     each session is rounded alone.
    init(
        _ session: WorkSession,
        time: SessionTime,
        timeline: SurchargeTimeline,
        rounding: Contract.Rounding,
        rawBefore: Int64
    ) throws(BillingError) {
        var bands: [Band] = []
        var billed: Int64 = 0
        var free: Int64 = 0
        var rounded: Int64 = 0
        for unit in time.units {
            let raw = SessionTime.length(unit)
            let including = try Checked.sum(rawBefore, raw)
            let share = try rounding.billedSeconds(raw: including) - rounding.billedSeconds(raw: rawBefore)
            billed = try Checked.sum(billed, share)
            bands += try rounding.allocate(try timeline.bands(of: unit), billedSeconds: share)
            let lost = max(0, raw - share)
            if including <= rounding.freeUpToSeconds { free += lost } else { rounded += lost }
        }
        billedSeconds = billed
        self.bands = try Band.merged(bands)
        let lost: [(Int64, Unbilled.Reason)] = [
            (free, .freeUpTo), (rounded, .roundedDown), (time.cappedSeconds, .cap), (time.idleSeconds, .idle),
        ]
        unbilled = lost.filter { $0.0 > 0 }.map { Unbilled(session: session.session, seconds: $0.0, reason: $0.1) }
    }
}
