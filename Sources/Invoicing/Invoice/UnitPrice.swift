/// A price with as many decimals as it needs, exactly (BT-146). Text and JSON `47.5` with at least two decimals: `47.50`.
///
/// A surcharge of 12.5 % on 95.01 an hour is 11.87625: rounded first, the line's net would be another one (rule 7).
public struct UnitPrice: Hashable, Sendable {
    /// The price in units of 10^-`decimals` of the currency, 0 or more.
    public let units: Int64
    /// How many decimals there are, 2 to 6; none but the first two ends in 0.
    public let decimals: Int

    /// The largest number of decimals: cents times basis points.
    static let mostDecimals = 6

    /// The price, trailing zeros removed down to two decimals.
    init(units: Int64, decimals: Int) {
        var (units, decimals) = (units, decimals)
        while decimals > 2, units.isMultiple(of: 10) {
            units /= 10
            decimals -= 1
        }
        self.units = units
        self.decimals = decimals
    }

    /// A price in whole cents.
    public init(cents: Int64) { self.init(units: cents, decimals: 2) }

    /// The hourly price of a surcharge (rule 7): cents per hour times basis points / 10000, not rounded.
    ///
    /// Throws `outOfRange`.
    public init(surchargeOn centsPerHour: Int64, percentBp: Int64) throws(InvoicingError) {
        self.init(units: try Exact.product(centsPerHour, percentBp), decimals: 6)
    }

    /// A line's net in cents (BT-131): half up(quantity x price / base quantity).
    ///
    /// Throws `outOfRange`; so does a base quantity of 0 or less.
    public func netCents(quantity: Int64, baseQuantity: Int64) throws(InvoicingError) -> Int64 {
        guard baseQuantity > 0 else {
            throw InvoicingError(
                .outOfRange,
                "a base quantity of \(baseQuantity) has no price (write the invoice anew)"
            )
        }
        // Both factors are below 2^63, so the product is below 2^126.
        let scale = Int128(Exact.powerOfTen(decimals - 2))
        return try Exact.halfUp(Int128(units) * Int128(quantity), by: scale * Int128(baseQuantity))
    }
}

extension UnitPrice: Comparable {
    /// By the amount, however many decimals it is written with.
    public static func < (one: UnitPrice, other: UnitPrice) -> Bool { one.atMostDecimals < other.atMostDecimals }

    private var atMostDecimals: Int128 { Int128(units) * Int128(Exact.powerOfTen(Self.mostDecimals - decimals)) }
}

extension UnitPrice: CustomStringConvertible {
    /// `47.50`, `11.87625`.
    public var description: String {
        let (whole, fraction) = units.magnitude.quotientAndRemainder(dividingBy: Exact.powerOfTen(decimals).magnitude)
        let digits = String(fraction)
        let zeros = String(repeating: "0", count: max(0, decimals - digits.count))
        return "\(units < 0 ? "-" : "")\(whole).\(zeros)\(digits)"
    }

    /// Reads what `description` writes, and nothing else: no sign, 2 to 6 decimals, no superfluous zero.
    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, (2...Self.mostDecimals).contains(parts[1].utf8.count), parts[0].utf8.count <= 12,
            let units = Int64(parts[0] + parts[1]), units >= 0
        else { return nil }
        self.init(units: units, decimals: parts[1].utf8.count)
        guard description == text else { return nil }
    }
}

extension UnitPrice: Codable {
    /// Reads the text.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let price = UnitPrice(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a price; write 47.50")
        }
        self = price
    }

    /// Writes the text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
