import Contracts
import Operator

/// Months and days as they are typed. What is none is wrong usage, said before anybody is asked.
enum DateArgument {
    /// - Throws: `OperatorError` (`usage`) where `text` is not `YYYY-MM`.
    static func checkMonth(_ text: String) throws {
        guard text.wholeMatch(of: /[0-9]{4}-(0[1-9]|1[0-2])/) != nil else {
            throw OperatorError(.usage, "\"\(text.prefix(20))\" is not a month (--month 2026-11)")
        }
    }

    /// - Throws: `OperatorError` (`usage`) where `text` is not a day of the calendar as `YYYY-MM-DD`.
    static func checkDay(_ text: String) throws {
        do throws(ContractsError) {
            _ = try LocalDate.parse(text)
        } catch {
            throw OperatorError(.usage, error.description)
        }
    }
}
