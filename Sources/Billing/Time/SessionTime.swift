import Contracts

/// Where a session's time went, and its rounding units (rules 1, 2). Everything in whole seconds.
public struct SessionTime: Hashable, Sendable {
    /// Connected time: ended - started - paused - disconnected.
    public let rawSeconds: Int64
    /// Time in which the clock was stopped and both ends were connected.
    public let pausedSeconds: Int64
    /// Time in which an end was gone, also where the clock was stopped too.
    public let disconnectedSeconds: Int64
    /// Connected time after the last action of a session that the idle timeout ended.
    public let idleSeconds: Int64
    /// Connected time after a cap.
    public let cappedSeconds: Int64
    /// Billable stretches of UTC, grouped by rounding unit.
    let units: [[Range<Int64>]]

    /// Connected time that may be billed.
    public var billableSeconds: Int64 { rawSeconds - idleSeconds - cappedSeconds }

    /// Takes a session's breaks out of it.
    ///
    /// - Parameter mergeGapSeconds: a longer break starts a new unit; nil: no break does.
    /// - Throws: `badSession` where an end lies before its start; `outOfRange` beyond 366 days.
    public init(_ session: WorkSession, mergeGapSeconds: Int64?) throws(BillingError) {
        let whole = try Self.whole(session)
        let gaps = try Self.union(session.gaps, within: whole, of: session)
        let breaks = try Self.union(session.pauses + session.gaps, within: whole, of: session)
        let worked = Self.complement(of: breaks, in: whole)
        rawSeconds = Self.length(worked)
        disconnectedSeconds = Self.length(gaps)
        pausedSeconds = Self.length(breaks) - disconnectedSeconds

        let idleFrom = session.idleFrom?.seconds ?? .max
        let cappedFrom = session.cappedFrom?.seconds ?? .max
        let billable = Self.clipped(worked, before: min(idleFrom, cappedFrom))
        let unbilled = rawSeconds - Self.length(billable)
        // Whichever came first is the reason for all that follows.
        idleSeconds = idleFrom <= cappedFrom ? unbilled : 0
        cappedSeconds = unbilled - idleSeconds
        units = Self.units(billable, mergeGapSeconds: mergeGapSeconds)
    }

    private static func whole(_ session: WorkSession) throws(BillingError) -> Range<Int64> {
        let (start, end) = (session.startedAt.seconds, session.endedAt.seconds)
        guard start <= end else {
            throw BillingError(.badSession, "session \(session.session) ends before it starts; check its times")
        }
        guard end - start <= WorkSession.longest else {
            throw BillingError(.outOfRange, "session \(session.session) is longer than 366 days; check its times")
        }
        return start..<end
    }

    /// The union of intervals, ascending; touching ones are one.
    private static func union(
        _ intervals: [WorkSession.Interval],
        within whole: Range<Int64>,
        of session: WorkSession
    ) throws(BillingError) -> [Range<Int64>] {
        var ranges: [Range<Int64>] = []
        for interval in intervals {
            guard interval.from <= interval.to else {
                let sentence = "a break of session \(session.session) ends before it starts; check its times"
                throw BillingError(.badSession, sentence)
            }
            let range = (interval.from.seconds..<interval.to.seconds).clamped(to: whole)
            if !range.isEmpty { ranges.append(range) }
        }
        ranges.sort { $0.lowerBound < $1.lowerBound }
        var union: [Range<Int64>] = []
        for range in ranges {
            if let last = union.last, range.lowerBound <= last.upperBound {
                union[union.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                union.append(range)
            }
        }
        return union
    }

    private static func complement(of breaks: [Range<Int64>], in whole: Range<Int64>) -> [Range<Int64>] {
        var worked: [Range<Int64>] = []
        var from = whole.lowerBound
        for pause in breaks {
            if from < pause.lowerBound { worked.append(from..<pause.lowerBound) }
            from = pause.upperBound
        }
        if from < whole.upperBound { worked.append(from..<whole.upperBound) }
        return worked
    }

    private static func clipped(_ spans: [Range<Int64>], before limit: Int64) -> [Range<Int64>] {
        spans.compactMap { $0.lowerBound < limit ? $0.lowerBound..<min($0.upperBound, limit) : nil }
    }

    private static func units(_ spans: [Range<Int64>], mergeGapSeconds: Int64?) -> [[Range<Int64>]] {
        var units: [[Range<Int64>]] = []
        for span in spans {
            let last = units.last?.last
            if let last, mergeGapSeconds.map({ span.lowerBound - last.upperBound <= $0 }) ?? true {
                units[units.count - 1].append(span)
            } else {
                units.append([span])
            }
        }
        return units
    }

    static func length(_ spans: [Range<Int64>]) -> Int64 {
        // Disjoint spans within one session: at most 366 days.
        spans.reduce(0) { $0 + $1.upperBound - $1.lowerBound }
    }
}
