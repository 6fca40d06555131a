import Testing

@testable import Pairing

@Suite("Code")
struct CodeTests {
    /// Damm's own example: 572 has the check digit 4.
    @Test("the check digit of 572 is 4")
    func dammExample() {
        #expect(DammCheckDigit.digit(for: [5, 7, 2]) == 4)
        #expect(DammCheckDigit.isValid([5, 7, 2, 4]))
    }

    @Test(
        "a code is written in groups and read back",
        arguments: [("4821", "7305519"), ("4821", "73055190"), ("48210", "73055190")]
    )
    func roundTrip(room: String, secret: String) throws {
        let code = try Code(room: room, secret: secret)
        #expect(try Code(typed: code.formatted) == code)
        #expect(try Code(typed: code.formatted.replacing("-", with: " ")) == code)
        #expect(try Code(typed: code.formatted.replacing("-", with: ".")) == code)
        #expect(try Code(typed: " " + code.formatted.replacing("-", with: "") + "\n") == code)
        #expect(try Code(typed: code.formatted.replacing("-", with: "\u{2013}")) == code)
    }

    @Test("twelve digits are written 4-3-4-1")
    func grouping() throws {
        #expect(try Code(room: "4821", secret: "7305519").formatted == "4821-730-5519-4")
    }

    @Test("every single wrong digit and every swap of neighbours is caught")
    func typingErrors() throws {
        let digits = Array(try Code(room: "4821", secret: "7305519").formatted.replacing("-", with: ""))
        for position in digits.indices {
            for digit in "0123456789" where digit != digits[position] {
                var wrong = digits
                wrong[position] = digit
                #expect(throws: CodeError.self) { try Code(typed: String(wrong)) }
            }
            if position > 0, digits[position] != digits[position - 1] {
                var swapped = digits
                swapped.swapAt(position, position - 1)
                #expect(throws: CodeError.self) { try Code(typed: String(swapped)) }
            }
        }
    }

    @Test(
        "nothing but 12, 13 or 14 ASCII digits is a code",
        arguments: [
            "", "1", "12345678901", "123456789012345", "4821-73O-5519-4", "４８２１７３０５５１９４",
        ]
    )
    func rejected(text: String) {
        #expect(throws: CodeError.self) { try Code(typed: text) }
    }

    @Test("an endless line is refused like a short one")
    func endless() {
        #expect(throws: CodeError.self) { try Code(typed: String(repeating: "1", count: 100_000)) }
    }

    @Test("an error never repeats the digits")
    func errorsAreSilent() {
        #expect(throws: CodeError(kind: .wrongCheckDigit, diagnostics: "the check digit does not fit")) {
            try Code(typed: "4821-730-5519-5")
        }
    }

    @Test("random secrets have the asked length and differ")
    func random() throws {
        let codes = try (0..<50).map { _ in try Code.random(room: "0007", secretDigits: 8) }
        #expect(codes.allSatisfy { $0.secret.utf8.count == 8 && $0.room == "0007" })
        #expect(Set(codes.map(\.secret)).count > 45)
    }
}
