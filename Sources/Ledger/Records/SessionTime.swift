internal import GRDB

/// A pause or a disconnection.
public enum BreakKind: String, Hashable, Sendable, Codable {
    /// The operator or the client paused the clock.
    case paused
    /// Agent or operator was away.
    case disconnected
}

/// A time in which a session's clock stood still.
public struct BreakRecord: Hashable, Sendable {
    /// Which of the two.
    public let kind: BreakKind
    /// Its first instant, Unix seconds.
    public let from: Int64
    /// The first instant after it, Unix seconds; none while it lasts.
    public let to: Int64?

    init(row: StoredRow) throws {
        kind = try row.named("kind")
        from = try row.value("startedAt")
        to = try row.optional("endedAt")
    }

    /// A break.
    public init(kind: BreakKind, from: Int64, to: Int64?) {
        self.kind = kind
        self.from = from
        self.to = to
    }
}

/// How a session's time divides, in whole seconds. A second both paused and disconnected counts as disconnected.
public struct SessionTime: Hashable, Sendable {
    /// Connected and not paused: ended − started − paused − disconnected.
    public let rawSeconds: Int64
    /// Paused and connected.
    public let pausedSeconds: Int64
    /// Disconnected, paused or not.
    public let disconnectedSeconds: Int64

    /// Divides the time from `startedAt` to `until` (Unix seconds; an `until` before the start counts as the start).
    ///
    /// Breaks may overlap and come in any order; one without an end lasts until `until`, and what lies outside of the
    /// session does not count.
    public init(startedAt: Int64, until: Int64, breaks: [BreakRecord]) {
        let until = max(startedAt, until)
        let disconnected = Self.covered(breaks.filter { $0.kind == .disconnected }, startedAt, until)
        let away = Self.covered(breaks, startedAt, until)
        disconnectedSeconds = disconnected
        pausedSeconds = away &- disconnected
        rawSeconds = Self.difference(until, startedAt) &- away
    }

    /// The seconds that at least one of the breaks covers.
    private static func covered(_ breaks: [BreakRecord], _ start: Int64, _ end: Int64) -> Int64 {
        var total: Int64 = 0
        var reached = start
        for current in breaks.sorted(by: { $0.from < $1.from }) {
            let from = max(current.from, reached)
            let to = min(current.to ?? end, end)
            guard from < to else { continue }
            // Cannot overflow: all the pieces lie side by side between start and end.
            total &+= difference(to, from)
            reached = to
        }
        return total
    }

    /// `later − earlier` for `later >= earlier`. Instants of the ledger end with the year 9999; anything absurd from
    /// elsewhere saturates.
    private static func difference(_ later: Int64, _ earlier: Int64) -> Int64 {
        let (seconds, overflow) = later.subtractingReportingOverflow(earlier)
        return overflow ? .max : seconds
    }
}
