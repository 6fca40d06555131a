/// The two ends of one invitation on their way to a session, and in it.
struct Meeting: Sendable {
    let invitation: String
    let `operator`: String
    /// The agent's session token, once it has joined.
    var token: String?
    /// Where the agent came from, for penalties.
    var agentAddress: AddressBlock?
    /// Monotonic milliseconds at which the agent's waiting ends.
    var agentWaitsUntil: Int64?
    var agent: TunnelEndpoint?
    var operatorEnd: TunnelEndpoint?
    /// Both ends are joined.
    var isJoined = false
    /// The id of the session that comes of it, drawn when the operator reported that the ends met: both sign it.
    var nextSession: String?
    /// The session that came of it.
    var session: String?
    /// Monotonic milliseconds at which the connections are cut, once all is said.
    var closesAt: Int64?

    /// The operator reported that the ends met.
    var isPaired: Bool { nextSession != nil }
}

/// A session whose clock runs.
struct RunningSession: Sendable {
    let session: String
    let invitation: String
    let `operator`: String
    let contract: String
    let version: Int64
    let startedAt: Int64
    let startedAtMonotonic: Int64
    let maximumSeconds: Int64
    let idleTimeoutSeconds: Int64
    /// Who stopped the clock; it runs again when nobody does.
    var pausedBy: Set<LedgerParty> = []
    /// An end is away; the clock stands still until both are there.
    var disconnection: Disconnection?
    /// Times without a connection that are over and that the ledger has not taken yet.
    var unwrittenGaps: [Gap] = []
    /// What its clock is about to run into.
    var limits = SessionLimits()
    /// The end that could not be written yet, because the disk is full.
    var pendingEnd: PendingEnd?

    /// Whether the clock stands still.
    var isStanding: Bool { !pausedBy.isEmpty || disconnection != nil }

    /// The session's time now: UTC start plus monotonic time, floored to the second once; no later than a cap that ends it, however late
    /// anybody looks.
    ///
    /// - Parameter quiet: how many milliseconds ago the moment is that is meant.
    func instant(_ clock: RelayClock, quiet: Int64 = 0) -> Int64 {
        let now = startedAt + max(0, clock.monotonicMilliseconds() - quiet - startedAtMonotonic) / 1000
        guard let cap = limits.cap, cap.stopsClock else { return now }
        return min(now, cap.reachedAt)
    }
}

/// A session of which an end is away.
struct Disconnection: Sendable {
    /// The session's time at which both were there last.
    let instant: Int64
    /// Monotonic milliseconds until which the session is kept.
    let keptUntil: Int64
    /// What the ledger says where nobody comes back.
    let reason: String
}

/// A time in which an end was away, in the session's time.
struct Gap: Sendable {
    let from: Int64
    let to: Int64
}

/// How a session ended.
struct PendingEnd: Sendable {
    let instant: Int64
    let party: LedgerParty
    let reason: String
    let summary: String?
    let idleSeconds: Int64
}
