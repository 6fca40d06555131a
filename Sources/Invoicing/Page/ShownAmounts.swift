import Billing
import Contracts

/// The amounts that a reader sees on the lines: net for businesses, gross for consumers, negative on a Storno.
struct ShownAmounts {
    /// Whether they are gross.
    let isGross: Bool
    /// Of each line, in cents.
    let lines: [Int64]
    private let sign: Int64

    /// Tax is rounded once for each group (rule 9), so a line's gross is what it adds to its group's: those before it
    /// and it, rounded, less those before it, rounded. So the lines add up to the sum below them, to the cent.
    init(_ invoice: Invoice) throws(InvoicingError) {
        isGross = invoice.buyer.kind == .consumer
        sign = invoice.kind == .cancellation ? -1 : 1
        var sums: [Contract.VAT: Int64] = [:]
        var lines: [Int64] = []
        for line in invoice.lines {
            let before = sums[line.vat] ?? 0
            let after = try Exact.sum([before, line.netCents])
            sums[line.vat] = after
            let tax = try Self.tax(after, line.vat) - Self.tax(before, line.vat)
            lines.append(sign * (isGross ? try Exact.sum([line.netCents, tax]) : line.netCents))
        }
        self.lines = lines
    }

    /// An amount of the sums with the sign of the document.
    func signed(_ cents: Int64) -> Int64 { sign * cents }

    /// A line's price for a reader: gross ones are rounded to the cent, net ones are exact.
    func price(of line: InvoiceLine) throws(InvoicingError) -> UnitPrice {
        guard isGross else { return line.price }
        let scale = Int128(Exact.powerOfTen(line.price.decimals - 2)) * 10_000
        let factor = Int128(10_000 + line.vat.percentBp)
        return UnitPrice(cents: try Exact.halfUp(Int128(line.price.units) * factor, by: scale))
    }

    private static func tax(_ netCents: Int64, _ vat: Contract.VAT) throws(InvoicingError) -> Int64 {
        do {
            return try Money.vatCents(netCents: netCents, percentBp: vat.percentBp)
        } catch {
            throw InvoicingError(error)
        }
    }
}
