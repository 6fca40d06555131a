/// Arithmetic that throws instead of trapping: seconds and prices come from files and peers.
enum Checked {
    static func sum(_ left: Int64, _ right: Int64) throws(BillingError) -> Int64 {
        let (result, overflow) = left.addingReportingOverflow(right)
        guard !overflow else { throw tooLarge }
        return result
    }

    static func difference(_ left: Int64, _ right: Int64) throws(BillingError) -> Int64 {
        let (result, overflow) = left.subtractingReportingOverflow(right)
        guard !overflow else { throw tooLarge }
        return result
    }

    static func sum(_ values: some Sequence<Int64>) throws(BillingError) -> Int64 {
        var total: Int64 = 0
        for value in values { total = try sum(total, value) }
        return total
    }

    /// The product of the factors, exact up to 127 bits.
    static func product(_ factors: Int64...) throws(BillingError) -> Int128 {
        var product: Int128 = 1
        for factor in factors {
            let (result, overflow) = product.multipliedReportingOverflow(by: Int128(factor))
            guard !overflow else { throw tooLarge }
            product = result
        }
        return product
    }

    /// The quotient rounded half away from zero, so that a negative amount mirrors the positive one.
    static func halfUp(_ dividend: Int128, by divisor: Int128) throws(BillingError) -> Int64 {
        let (quotient, remainder) = dividend.magnitude.quotientAndRemainder(dividingBy: divisor.magnitude)
        // remainder >= divisor - remainder is 2 * remainder >= divisor without the doubling, which could overflow.
        let magnitude = remainder >= divisor.magnitude - remainder ? quotient + 1 : quotient
        guard let result = Int64(exactly: magnitude) else { throw tooLarge }
        return (dividend < 0) != (divisor < 0) ? -result : result
    }

    static func narrow(_ value: Int128) throws(BillingError) -> Int64 {
        guard let result = Int64(exactly: value) else { throw tooLarge }
        return result
    }

    private static var tooLarge: BillingError {
        BillingError(.outOfRange, "an amount is too large to compute exactly; check the contract's prices and times")
    }
}
