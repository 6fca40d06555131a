import Contracts

/// When a place's clocks differ from UTC, and by how much: the rules of one time zone as a value.
///
/// `Billing` does no I/O, so the caller reads the system's file of the zone (TZif) and gives its bytes. All
/// conversions between local time and UTC in billing go through this value (rule 4).
public struct TimeZoneRules: Hashable, Sendable {
    /// A change of the offset.
    struct Transition: Hashable, Sendable {
        /// Seconds of UTC.
        var at: Int64
        /// Seconds that local time is ahead of UTC from then on.
        var offset: Int64
    }

    /// The offset before the first transition.
    let firstOffset: Int64
    /// Ascending in time.
    let transitions: [Transition]
    /// What holds after the last transition; nil: its offset stays.
    let recurring: RecurringRule?

    /// No zone has ever been farther from UTC (RFC 9636 §3.2 allows up to 26 h).
    static let largestOffset: Int64 = 26 * 3600

    /// Coordinated Universal Time.
    public static let utc = TimeZoneRules(firstOffset: 0, transitions: [], recurring: nil)

    init(firstOffset: Int64, transitions: [Transition], recurring: RecurringRule?) {
        self.firstOffset = firstOffset
        self.transitions = transitions
        self.recurring = recurring
    }

    /// Rules from a POSIX TZ string such as `CET-1CEST,M3.5.0,M10.5.0/3`. Throws `unreadable`.
    public init(posix text: String) throws(BillingError) {
        let rule = try RecurringRule(Array(text.utf8))
        self.init(firstOffset: rule.standardOffset, transitions: [], recurring: rule)
    }

    /// The local date at a moment.
    public func date(at instant: Instant) -> LocalDate {
        let day = local(utc: instant.seconds).floorDivided(by: 86_400).quotient
        // An instant's years leave room for every offset.
        return LocalDate(daysSinceEpoch: Int(day)) ?? .unixEpoch
    }

    /// The moment of a local date and time of day (rule 4): in a gap forward by the gap's length, in an overlap the
    /// first. Throws `outOfRange`.
    public func instant(of date: LocalDate, _ time: LocalTime) throws(BillingError) -> Instant {
        try Instant(seconds: utc(local: Int64(date.daysSinceEpoch) * 86_400 + Int64(time.minutes) * 60))
    }

    /// Seconds since 1970-01-01T00:00 on the wall clock.
    func local(utc: Int64) -> Int64 { utc + span(at: utc).offset }

    /// Seconds of UTC when the wall clock first shows `local`.
    func utc(local: Int64) -> Int64 {
        // Walks the spans of constant offset from one that surely lies before `local`.
        var span = span(at: local - Self.largestOffset)
        while let end = span.end, local >= end + span.offset {
            let next = self.span(at: end)
            // Neither span shows `local`: a gap. The old offset moves it forward by the gap's length.
            if local < end + next.offset { return local - span.offset }
            span = next
        }
        return local - span.offset
    }

    /// A stretch of UTC with one offset.
    private struct Span {
        var offset: Int64
        /// The first second after it; nil: it lasts.
        var end: Int64?
    }

    private func span(at utc: Int64) -> Span {
        // The number of transitions at or before `utc`, by bisection.
        var (low, high) = (0, transitions.count)
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle].at <= utc { low = middle + 1 } else { high = middle }
        }
        if low < transitions.count {
            return Span(offset: low == 0 ? firstOffset : transitions[low - 1].offset, end: transitions[low].at)
        }
        let last = transitions.last
        guard let recurring else { return Span(offset: last?.offset ?? firstOffset, end: nil) }
        let around = recurring.transitions(around: utc)
        let end = around.first { $0.at > utc && $0.at > last?.at ?? .min }?.at
        // Until the first recurring change after it, the last transition's offset holds.
        let current = around.last { $0.at <= utc && $0.at > last?.at ?? .min }
        return Span(offset: current?.offset ?? last?.offset ?? firstOffset, end: end)
    }
}
