/// The one-time code that the client types: room, secret and check digit.
///
/// 12 digits are 4 room + 7 secret + 1 check digit, 13 are 4 + 8 + 1, 14 are 5 + 8 + 1; nothing else is a code.
/// Only `room` may leave the machine on which the code is typed.
public struct Code: Sendable, Equatable {
    /// 4 or 5 digits that name the meeting place on the relay.
    public let room: String
    /// 7 or 8 digits that only the two ends know.
    public let secret: String

    /// A code from its parts.
    ///
    /// - Throws: `CodeError` where the parts are not 4 + 7, 4 + 8 or 5 + 8 digits.
    public init(room: String, secret: String) throws {
        guard (room + secret).utf8.allSatisfy(Self.isDigit),
            Layout(room: room.utf8.count, secret: secret.utf8.count) != nil
        else { throw CodeError(kind: .wrongLength, diagnostics: "\(room.utf8.count) + \(secret.utf8.count)") }
        self.room = room
        self.secret = secret
    }

    /// A code for `room` with a secret of `secretDigits` digits drawn from the system's random number generator.
    ///
    /// - Parameter secretDigits: 7, or 8 where the relay asks for it.
    public static func random(room: String, secretDigits: Int = 7) throws -> Code {
        var generator = SystemRandomNumberGenerator()
        let secret = (0..<max(0, min(secretDigits, 8))).map { _ in String(UInt8.random(in: 0...9, using: &generator)) }
        return try Code(room: room, secret: secret.joined())
    }

    /// The code that a person typed, with spaces, dots and dashes wherever they like.
    ///
    /// - Throws: `CodeError`; a typing error is found here, without asking anybody.
    public init(typed text: String) throws {
        var digits: [UInt8] = []
        for character in text {
            if let ascii = character.asciiValue, Self.isDigit(ascii) {
                guard digits.count < 15 else { break }
                digits.append(ascii - UInt8(ascii: "0"))
            } else if !Self.separators.contains(character) {
                throw CodeError(kind: .notADigit, diagnostics: "a character that is not a digit")
            }
        }
        guard let layout = Layout(total: digits.count) else {
            throw CodeError(kind: .wrongLength, diagnostics: "\(digits.count)")
        }
        guard DammCheckDigit.isValid(digits) else {
            throw CodeError(kind: .wrongCheckDigit, diagnostics: "the check digit does not fit")
        }
        self.room = digits.prefix(layout.room).map(String.init).joined()
        self.secret = digits.dropFirst(layout.room).prefix(layout.secret).map(String.init).joined()
    }

    /// The code as it is read out: groups of a size that people keep in mind, `4821-730-5519-4`.
    public var formatted: String {
        let digits = Array((room + secret).utf8)
        let check = DammCheckDigit.digit(for: digits.map { $0 - UInt8(ascii: "0") })
        let head = secret.prefix(secret.utf8.count - 4)
        return "\(room)-\(head)-\(secret.suffix(4))-\(check)"
    }

    private static let separators: Set<Character> = [
        " ", "\t", ".", "-", "\u{00A0}", "\u{2010}", "\u{2011}", "\u{2012}", "\u{2013}", "\u{2014}", "\r", "\n", "\r\n",
    ]

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private struct Layout {
        let room: Int
        let secret: Int

        init?(room: Int, secret: Int) {
            guard (room, secret) == (4, 7) || (room, secret) == (4, 8) || (room, secret) == (5, 8) else { return nil }
            self.room = room
            self.secret = secret
        }

        init?(total: Int) {
            switch total {
            case 12: self.init(room: 4, secret: 7)
            case 13: self.init(room: 4, secret: 8)
            case 14: self.init(room: 5, secret: 8)
            default: return nil
            }
        }
    }
}

/// Why what was typed is not a code. Says nothing about whether a code is known to the relay.
public struct CodeError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of mistake it is.
    public enum Kind: Sendable, Equatable {
        /// Neither 12, 13 nor 14 digits.
        case wrongLength
        /// A letter or another sign that no code has.
        case notADigit
        /// A digit is wrong or two are swapped.
        case wrongCheckDigit
    }

    /// What kind of mistake it is.
    public let kind: Kind
    /// What was found, without the digits themselves.
    public let diagnostics: String

    /// One sentence for the person who typed.
    public var description: String {
        switch kind {
        case .wrongLength:
            "a code has 12 to 14 digits, this has \(diagnostics) (type it again as it was read to you)"
        case .notADigit:
            "a code has digits only (type it again; spaces, dots and dashes do not matter)"
        case .wrongCheckDigit:
            "there is a typing error in this code (compare the digits and type it again; nothing was sent)"
        }
    }
}
