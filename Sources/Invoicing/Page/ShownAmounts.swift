import Billing
import Contracts

/// The amounts that a reader sees on the lines: net for businesses, gross for consumers, negative on a Storno.
struct ShownAmounts {
    /// Whether they are gross.
    let isGross: Bool
    /// Of each line, in cents.
    let lines: [Int64]
    private let sign: Int64

    /// The amounts of an invoice's lines. Throws `outOfRange`.
    init(_ invoice: Invoice) throws(InvoicingError) {
        isGross = invoice.buyer.kind == .consumer
        let sign: Int64 = invoice.kind == .cancellation ? -1 : 1
        self.sign = sign
        let amounts = invoice.lines.map { (vat: $0.vat, netCents: $0.netCents) }
        let shown = isGross ? try GrossShares.of(amounts) : amounts.map(\.netCents)
        lines = shown.map { sign &* $0 }
    }

    /// An amount of the sums with the sign of the document.
    func signed(_ cents: Int64) -> Int64 { sign &* cents }

    /// A line's price for a reader: gross ones are rounded to the cent, net ones are exact. Throws `outOfRange`.
    func price(of line: InvoiceLine) throws(InvoicingError) -> UnitPrice {
        guard isGross else { return line.price }
        let scale = Int128(Exact.powerOfTen(line.price.decimals - 2)) * 10_000
        let factor = Int128(line.vat.percentBp) + 10_000
        return UnitPrice(cents: try Exact.halfUp(Int128(line.price.units) * factor, by: scale))
    }
}
