import Contracts

/// Seconds of a session that cost the same surcharge (rule 4).
public struct Band: Hashable, Codable, Sendable {
    /// How long, in seconds.
    public var seconds: Int64
    /// The surcharge in basis points of the category's rate; 0 without one.
    public var percentBp: Int64
    /// The surcharge's label, `base` without one; of several that add up all labels, joined by ` + `.
    public var label: String

    /// The label of seconds without a surcharge.
    public static let baseLabel = "base"

    /// A band from its parts.
    public init(seconds: Int64, percentBp: Int64, label: String) {
        self.seconds = seconds
        self.percentBp = percentBp
        self.label = label
    }
}

extension Band {
    /// Splits connected time at the edges of surcharge windows (rule 4), before rounding.
    ///
    /// - Throws: `outOfRange` where `end` is more than 366 days after `start`.
    public static func split(
        from start: Instant,
        to end: Instant,
        contract: Contract,
        zone: TimeZoneRules
    ) throws(BillingError) -> [Band] {
        guard start < end else { return [] }
        let seconds = start.seconds..<end.seconds
        return try SurchargeTimeline(contract: contract, zone: zone, over: seconds).bands(of: [seconds])
    }

    /// Neighbours of equal percentage and label made one, bands of 0 seconds dropped (rule 4).
    static func merged(_ bands: some Sequence<Band>) throws(BillingError) -> [Band] {
        var merged: [Band] = []
        for band in bands where band.seconds != 0 {
            if let last = merged.last, last.percentBp == band.percentBp, last.label == band.label {
                merged[merged.count - 1].seconds = try Checked.sum(last.seconds, band.seconds)
            } else {
                merged.append(band)
            }
        }
        return merged
    }

    /// The first seconds of a sequence of bands.
    static func prefix(_ bands: [Band], seconds: Int64) -> [Band] {
        var left = seconds
        return bands.compactMap { band in
            let taken = min(left, band.seconds)
            left -= taken
            return taken > 0 ? Band(seconds: taken, percentBp: band.percentBp, label: band.label) : nil
        }
    }

    /// What follows the first seconds of a sequence of bands.
    static func suffix(_ bands: [Band], after seconds: Int64) -> [Band] {
        var left = seconds
        return bands.compactMap { band in
            let dropped = min(left, band.seconds)
            left -= dropped
            let kept = band.seconds - dropped
            return kept > 0 ? Band(seconds: kept, percentBp: band.percentBp, label: band.label) : nil
        }
    }
}
