/// What an owner hands a new operator: whom to trust, and a secret that is good for one certificate.
///
/// Written `lotse-` and 128 hexadecimal digits: SPKI SHA-256 of the relay's authority, then 256 random bits.
public struct EnrolmentToken: Sendable, Equatable {
    /// SPKI SHA-256 of the relay's authority.
    public let authority: [UInt8]
    /// 32 random bytes; the relay keeps only their SHA-256.
    public let secret: [UInt8]

    /// A token from its two halves of 32 bytes; `nil` where they have another length.
    public init?(authority: [UInt8], secret: [UInt8]) {
        guard authority.count == 32, secret.count == 32 else { return nil }
        self.authority = authority
        self.secret = secret
    }

    /// Reads a token as it was printed, with white space around it; `nil` where it is none.
    public init?(text: String) {
        let trimmed = String(text.filter { !$0.isWhitespace })
        guard trimmed.hasPrefix("lotse-"), let bytes = Hexadecimal.decode(trimmed.dropFirst("lotse-".count)) else {
            return nil
        }
        self.init(authority: Array(bytes.prefix(32)), secret: Array(bytes.dropFirst(32)))
    }

    /// The token as it is printed.
    public var text: String { "lotse-" + Hexadecimal.encode(authority + secret) }
}
