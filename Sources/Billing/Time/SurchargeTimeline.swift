import Contracts

/// Which surcharge holds at each second of a stretch of UTC (rule 4).
struct SurchargeTimeline {
    private struct Piece {
        var end: Int64
        var percentBp: Int64
        var label: String
    }

    /// Ascending and without holes from the start of the stretch on.
    private var pieces: [Piece] = []

    /// Throws `outOfRange` beyond 366 days.
    init(contract: Contract, zone: TimeZoneRules, over seconds: Range<Int64>) throws(BillingError) {
        guard seconds.upperBound - seconds.lowerBound <= WorkSession.longest else {
            throw BillingError(.outOfRange, "a session is longer than 366 days; check its start and end")
        }
        // A surcharge of nothing is none, and a negative one is no surcharge.
        let surcharges = contract.surcharges.filter { $0.percentBp > 0 }
        let windows = Self.windows(surcharges, contract: contract, zone: zone, over: seconds)
        let edges = Set(windows.flatMap { [$0.seconds.lowerBound, $0.seconds.upperBound] } + [seconds.upperBound])
        var open = windows.sorted { $0.seconds.lowerBound < $1.seconds.lowerBound }[...]
        var active: [Window] = []
        var from = seconds.lowerBound
        for edge in edges.sorted() where edge > from {
            while let next = open.first, next.seconds.lowerBound <= from {
                active.append(next)
                open.removeFirst()
            }
            active.removeAll { $0.seconds.upperBound <= from }
            let indices = Set(active.map(\.index)).sorted()
            let (percentBp, label) = Self.charge(indices.map { surcharges[$0] }, contract.surchargeStacking)
            pieces.append(Piece(end: edge, percentBp: percentBp, label: label))
            from = edge
        }
    }

    private struct Window {
        var seconds: Range<Int64>
        /// The place of its surcharge in the contract.
        var index: Int
    }

    private static func windows(
        _ surcharges: [Contract.Surcharge],
        contract: Contract,
        zone: TimeZoneRules,
        over seconds: Range<Int64>
    ) -> [Window] {
        let days = zone.days(touching: seconds)
        return surcharges.enumerated().flatMap { index, surcharge in
            let window = LocalWindow(days: surcharge.days, from: surcharge.from, to: surcharge.to)
            return days.compactMap { day -> Window? in
                guard let found = window.seconds(on: day, holidays: contract.holidays, zone: zone) else { return nil }
                let clamped = found.clamped(to: seconds)
                return clamped.isEmpty ? nil : Window(seconds: clamped, index: index)
            }
        }
    }

    private static func charge(
        _ active: [Contract.Surcharge],
        _ stacking: Contract.SurchargeStacking
    ) -> (percentBp: Int64, label: String) {
        guard var highest = active.first else { return (0, Band.baseLabel) }
        switch stacking {
        case .max:
            for surcharge in active where surcharge.percentBp > highest.percentBp { highest = surcharge }
            return (highest.percentBp, highest.label)
        case .sum:
            // Saturates: a sum beyond Int64 is refused later, when it becomes money.
            let sum = active.reduce(Int64(0)) { sum, surcharge in
                let (result, overflow) = sum.addingReportingOverflow(surcharge.percentBp)
                return overflow ? .max : result
            }
            return (sum, active.map(\.label).joined(separator: " + "))
        }
    }

    /// The bands of worked time: ascending, disjoint spans within the timeline.
    func bands(of spans: [Range<Int64>]) throws(BillingError) -> [Band] {
        var bands: [Band] = []
        var index = 0
        for span in spans {
            var from = span.lowerBound
            while from < span.upperBound, index < pieces.count {
                let piece = pieces[index]
                let to = min(piece.end, span.upperBound)
                if to > from { bands.append(Band(seconds: to - from, percentBp: piece.percentBp, label: piece.label)) }
                from = max(from, to)
                if piece.end <= span.upperBound { index += 1 } else { break }
            }
        }
        return try Band.merged(bands)
    }
}
