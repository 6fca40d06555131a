import Billing
import Contracts

/// What each of several net amounts adds to the gross of all of them.
enum GrossShares {
    /// Tax is rounded once for each group (rule 9), so an amount's share is the tax on those before it and it, rounded,
    /// less the tax on those before it, rounded: the shares add up to the groups' gross, to the cent.
    ///
    /// Throws `outOfRange`.
    static func of(_ amounts: [(vat: Contract.VAT, netCents: Int64)]) throws(InvoicingError) -> [Int64] {
        var sums: [Contract.VAT: Int64] = [:]
        var shares: [Int64] = []
        for (vat, netCents) in amounts {
            let before = sums[vat] ?? 0
            let after = try Exact.sum([before, netCents])
            sums[vat] = after
            shares.append(try Exact.sum([netCents, try tax(after, vat), -(try tax(before, vat))]))
        }
        return shares
    }

    private static func tax(_ netCents: Int64, _ vat: Contract.VAT) throws(InvoicingError) -> Int64 {
        do {
            return try Money.vatCents(netCents: netCents, percentBp: vat.percentBp)
        } catch {
            throw InvoicingError(error)
        }
    }
}
