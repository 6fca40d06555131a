import Billing
import Contracts

/// A session's way from its events to rounded seconds.
struct SessionSteps {
    let text: [String]

    init(_ bill: SessionBill, _ version: ContractVersion) {
        let session = bill.session
        text =
            [
                "session \(session.session), category \(bill.category.id), contract version \(bill.version), "
                    + "times in \(version.contract.timeZone)"
                    + (session.isRecorded ? ", recorded later: work without a clock" : "")
            ] + Self.events(of: session, version.zone) + [Self.connected(bill.time)]
            + bill.rounded.unbilled.map(Self.sentence)
            + [Self.rounding(bill, version.contract.rounding)] + Self.bands(bill.rounded) + Self.quota(bill)
    }

    private static func events(of session: WorkSession, _ zone: TimeZoneRules) -> [String] {
        var events = [(session.startedAt, "started"), (session.endedAt, "ended")]
        for (breaks, from, to) in [
            (session.pauses, "paused", "resumed"), (session.gaps, "disconnected", "connected again"),
        ] {
            events += breaks.flatMap { [($0.from, from), ($0.to, to)] }
        }
        if let idle = session.idleFrom { events.append((idle, "nothing happened from here on")) }
        if let capped = session.cappedFrom { events.append((capped, "the cap was reached")) }
        // What happens in the same second keeps this order: started first, ended last.
        let order = ["started": 0, "ended": 2]
        return
            events
            .sorted { ($0.0, order[$0.1] ?? 1) < ($1.0, order[$1.1] ?? 1) }
            .map { instant, event in
                let clock = zone.wallClock(at: instant)
                let parts = [clock.hour, clock.minute, clock.second].map { $0 < 10 ? "0\($0)" : "\($0)" }
                return "\(clock.date) \(parts.joined(separator: ":"))  \(event)"
            }
    }

    private static func connected(_ time: SessionTime) -> String {
        let whole = time.rawSeconds + time.pausedSeconds + time.disconnectedSeconds
        let breaks = [(time.pausedSeconds, "paused"), (time.disconnectedSeconds, "disconnected")]
            .filter { $0.0 > 0 }
            .map { " - \(clock($0.0)) \($0.1)" }
        return "\(clock(whole))\(breaks.joined()) = \(clock(time.rawSeconds)) connected"
    }

    private static func sentence(_ unbilled: Unbilled) -> String {
        let reason =
            switch unbilled.reason {
            case .freeUpTo: "not longer than the free time"
            case .roundedDown: "taken by rounding, or held by time that was rounded up before"
            case .cap: "after the cap"
            case .idle: "nothing happened"
            }
        return "not billed: \(clock(unbilled.seconds)), \(reason)"
    }

    private static func rounding(_ bill: SessionBill, _ rounding: Contract.Rounding) -> String {
        let unit =
            switch rounding.per {
            case .session: "each session"
            case .day: "the sessions of a day together"
            case .period: "the sessions of a month together"
            }
        var rule = "\(unit), \(rounding.mode.rawValue) in steps of \(clock(rounding.stepSeconds))"
        if rounding.minimumSeconds > 0 { rule += ", at least \(clock(rounding.minimumSeconds))" }
        if rounding.freeUpToSeconds > 0 { rule += ", free up to \(clock(rounding.freeUpToSeconds))" }
        if let gap = rounding.mergeGapSeconds { rule += ", anew after a break of more than \(clock(gap))" }
        return "rounding (\(rule)): \(clock(bill.time.billableSeconds)) -> \(clock(bill.rounded.billedSeconds))"
    }

    private static func bands(_ rounded: RoundedSession) -> [String] {
        guard rounded.bands.contains(where: { $0.percentBp != 0 }) else { return [] }
        let bands = rounded.bands.map { band in
            band.percentBp == 0
                ? clock(band.seconds) : "\(clock(band.seconds)) \(band.label) +\(BasisPoints.text(band.percentBp)) %"
        }
        return ["of it in time order: " + bands.joined(separator: ", ")]
    }

    private static func quota(_ bill: SessionBill) -> [String] {
        guard bill.quotaBeforeSeconds > 0 || bill.quotaSeconds > 0 else { return [] }
        return [
            "included time: \(clock(bill.quotaBeforeSeconds)) left before, \(clock(bill.quotaSeconds)) used, "
                + "\(clock(bill.quotaAfterSeconds)) left"
        ]
    }

    /// `1:05:00`; `-1:05:00` where it is given back.
    static func clock(_ seconds: Int64) -> String {
        func two(_ number: UInt64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let all = seconds.magnitude
        return "\(seconds < 0 ? "-" : "")\(all / 3600):\(two(all / 60 % 60)):\(two(all % 60))"
    }
}
