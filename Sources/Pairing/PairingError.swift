/// Why two ends could not agree on a key.
public struct PairingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Kind: Sendable, Equatable {
        /// The other end does not have the same code, or means another room, relay, role or version.
        case wrongCode
        /// The other end's message is no point of the curve, or our own.
        case badMessage
        /// The code was used already, or too often.
        case spent
        /// A step was taken twice or too early; a defect of the caller or a peer that talks out of turn.
        case outOfOrder
        /// What was handed in (the authority's digest) is not usable.
        case invalidInput
        /// OpenSSL failed for a reason that lies within this process.
        case cryptoFailed
    }

    /// What kind of failure it is.
    public let kind: Kind
    /// Detail for logs. Never contains secrets.
    public let diagnostics: String

    /// A failure.
    public init(_ kind: Kind, _ diagnostics: String) {
        self.kind = kind
        self.diagnostics = diagnostics
    }

    /// One sentence for people.
    public var description: String {
        switch kind {
        case .wrongCode: "the code is wrong, or someone guessed (use a new code)"
        case .badMessage: "the other end sent something that is no pairing message: \(diagnostics) (try again)"
        case .spent: "this code was used already (use a new code)"
        case .outOfOrder: "the pairing went out of order: \(diagnostics) (try again)"
        case .invalidInput: "the pairing cannot begin: \(diagnostics) (check what was given)"
        case .cryptoFailed: "the system's OpenSSL failed: \(diagnostics) (check its installation and free memory)"
        }
    }
}
