/// Whole numbers that throw instead of trapping: prices and quantities come from files and peers.
enum Exact {
    static func sum(_ values: some Sequence<Int64>) throws(InvoicingError) -> Int64 {
        var total: Int64 = 0
        for value in values {
            let (result, overflow) = total.addingReportingOverflow(value)
            guard !overflow else { throw tooLarge }
            total = result
        }
        return total
    }

    static func product(_ left: Int64, _ right: Int64) throws(InvoicingError) -> Int64 {
        let (result, overflow) = left.multipliedReportingOverflow(by: right)
        guard !overflow else { throw tooLarge }
        return result
    }

    /// The quotient rounded half away from zero; `divisor` is above 0.
    static func halfUp(_ dividend: Int128, by divisor: Int128) throws(InvoicingError) -> Int64 {
        let (quotient, remainder) = dividend.magnitude.quotientAndRemainder(dividingBy: divisor.magnitude)
        let magnitude = remainder >= divisor.magnitude - remainder ? quotient + 1 : quotient
        guard let result = Int64(exactly: magnitude) else { throw tooLarge }
        return dividend < 0 ? -result : result
    }

    static func powerOfTen(_ exponent: Int) -> Int64 { (0..<exponent).reduce(1) { power, _ in power * 10 } }

    static var tooLarge: InvoicingError {
        InvoicingError(.outOfRange, "an amount is too large to compute exactly (check the contract's prices and times)")
    }
}

func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
