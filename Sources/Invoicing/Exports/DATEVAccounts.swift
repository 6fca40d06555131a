import Contracts

/// The accounts that invoices are booked to, in the freelancer's chart of accounts (SKR 03 or SKR 04).
public struct DATEVAccounts: Hashable, Sendable {
    /// Receivables that are booked to directly, without a ledger of debtors.
    public var receivables: Int64
    /// Revenue at the standard rate, `datev.revenueAccount`.
    public var standard: Int64
    /// Revenue at the reduced rate.
    public var reduced: Int64
    /// Revenue of a small business (§ 19 UStG).
    public var exempt: Int64
    /// Services that a business elsewhere in the Union owes the tax for (§ 13b UStG).
    public var reverseCharge: Int64
    /// Services taxable outside the Union.
    public var outsideScope: Int64
    /// `03` or `04`; empty for another chart.
    public var chart: String

    /// The accounts that stand beside this revenue account in its chart.
    ///
    /// 8400 and 4400 compute 19 % by themselves, so that what is taxed otherwise must go elsewhere; another account was
    /// chosen for what the freelancer bills at home.
    public init(revenueAccount: Int64) {
        let digits = "\(revenueAccount)"
        let length = max(4, digits.count)
        func account(_ number: Int64) -> Int64 { number * Exact.powerOfTen(min(length, 8) - 4) }
        standard = revenueAccount
        let isAutomatic: Bool
        switch digits.first {
        case "8":
            chart = "03"
            isAutomatic = revenueAccount == account(8400)
            receivables = account(1410)
            (reduced, exempt) = isAutomatic ? (account(8300), account(8195)) : (revenueAccount, revenueAccount)
            (reverseCharge, outsideScope) = (account(8336), account(8338))
        case "4":
            chart = "04"
            isAutomatic = revenueAccount == account(4400)
            receivables = account(1210)
            (reduced, exempt) = isAutomatic ? (account(4300), account(4185)) : (revenueAccount, revenueAccount)
            (reverseCharge, outsideScope) = (account(4336), account(4338))
        default:
            chart = ""
            receivables = account(1410)
            (reduced, exempt, reverseCharge, outsideScope) = (
                revenueAccount, revenueAccount, revenueAccount, revenueAccount
            )
        }
    }

    /// The revenue account of a VAT treatment.
    func revenue(_ vat: Contract.VAT) -> Int64 {
        switch vat.category {
        case .standard: vat.percentBp == 700 ? reduced : standard
        case .exempt: exempt
        case .reverseCharge: reverseCharge
        case .outsideScope: outsideScope
        }
    }
}
