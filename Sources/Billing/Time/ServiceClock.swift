import Contracts

/// Service hours as seconds that count: reaction times start and run with them (rule 14).
public struct ServiceClock: Hashable, Sendable {
    private let hours: [Contract.ServiceHours]
    private let holidays: Contract.Holidays?
    private let zone: TimeZoneRules

    /// How far openings are looked for, in days: service that never opens within ten years does not open.
    private static let horizon = 3660

    /// The clock of a contract in its time zone.
    public init(contract: Contract, zone: TimeZoneRules) {
        hours = contract.serviceHours
        holidays = contract.holidays
        self.zone = zone
    }

    /// The moment by which a human must have reacted to a request (rule 14).
    ///
    /// Throws `badContract` where the service never opens, `outOfRange`.
    public func deadline(of reaction: Contract.Reaction, requestedAt: Instant) throws(BillingError) -> Instant {
        switch reaction.clock {
        case .calendar: return try requestedAt.advanced(by: reaction.withinSeconds)
        case .service: return try instant(after: reaction.withinSeconds, from: requestedAt)
        }
    }

    /// The moment at which so many service seconds have passed since `start` or the next opening after it.
    public func instant(after seconds: Int64, from start: Instant) throws(BillingError) -> Instant {
        var left = max(0, seconds)
        let first = zone.days(touching: start.seconds..<start.seconds).lowerBound
        var from = start.seconds
        for day in first..<(first + Self.horizon) {
            for opening in openings(on: day) where opening.upperBound > from {
                from = max(from, opening.lowerBound)
                let open = opening.upperBound - from
                if left <= open { return try Instant(seconds: from + left) }
                left -= open
                from = opening.upperBound
            }
        }
        throw BillingError(
            .badContract,
            "the service hours do not hold the reaction time; lotse contract check names why"
        )
    }

    /// Service seconds between two moments, 0 where `end` is not after `start`: how long a reaction took.
    /// Throws `outOfRange` beyond ten years.
    public func seconds(from start: Instant, to end: Instant) throws(BillingError) -> Int64 {
        guard start < end else { return 0 }
        let days = zone.days(touching: start.seconds..<end.seconds)
        guard days.count <= Self.horizon else {
            throw BillingError(.outOfRange, "a reaction took longer than ten years; check its times")
        }
        var seconds: Int64 = 0
        var from = start.seconds
        for day in days {
            for opening in openings(on: day) where opening.upperBound > from && opening.lowerBound < end.seconds {
                let open = max(from, opening.lowerBound)..<min(end.seconds, opening.upperBound)
                seconds += open.upperBound - open.lowerBound
                from = max(from, open.upperBound)
            }
        }
        return seconds
    }

    /// The openings that belong to a day, by their start; they may reach into the next and overlap.
    private func openings(on day: Int) -> [Range<Int64>] {
        hours.compactMap { hours in
            LocalWindow(days: hours.days, from: hours.from, to: hours.to, closesOnHolidays: true)
                .seconds(on: day, holidays: holidays, zone: zone)
        }
        .sorted { $0.lowerBound < $1.lowerBound }
    }
}
