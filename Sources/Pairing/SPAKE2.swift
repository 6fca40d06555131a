/// One run of SPAKE2 (RFC 9382; P-256, SHA-256, HKDF, HMAC) at one end: two programs that were told the same code agree on a
/// key, and whoever listens, relays or guesses learns no more than whether one guess was right.
///
///     agent (A)                     operator (B)
///     share          ─────────▶     receive(share:)
///     receive(share:) ◀─────────    share
///     its answer     ─────────▶     receive(confirmation:)      the operator checks first …
///     receive(confirmation:) ◀───   its answer                  … and answers only to a right one
///
/// The agent's answer is what a guesser waits for, so the code is forgotten when it is made; at the operator's end when one is
/// checked, right or wrong. A value is used by one task or event loop and cannot be copied, so that no scalar serves twice.
public struct SPAKE2: ~Copyable, Sendable {
    /// Which end this is.
    public enum Role: Sendable {
        /// A.
        case agent
        /// B.
        case `operator`
    }

    /// Bytes of a share and of a confirmation.
    public static var shareBytes: Int { P256.pointBytes }
    /// Bytes of a confirmation.
    public static var confirmationBytes: Int { 32 }

    /// What the other end is sent first, whenever convenient.
    public let share: [UInt8]

    private enum State {
        /// Exits: `derived`, `over`.
        case begun(scalar: SecretBytes, w: SecretBytes)
        /// The keys are there, the other end is not proven. Exits: `confirmed`, `over`.
        case derived(KeySchedule)
        /// The other end has the same code.
        case confirmed(SecretBytes)
        /// Failed; no exit.
        case over
    }

    private let role: Role
    private let identities: (a: [UInt8], b: [UInt8])
    private let additionalData: [UInt8]
    private let code: StretchedCode?
    private var state: State

    /// A run with a fresh scalar.
    ///
    /// - Parameter versions: the versions of the wire that this end speaks; both ends must mean the same.
    /// - Throws: `spent` where the code was used already.
    public init(_ code: StretchedCode, as role: Role, versions: String) throws(PairingError) {
        let w = try code.begin()
        try self.init(
            role: role,
            w: w,
            scalar: P256().scalar(),
            identities: (
                [UInt8]("lotse/1/agent/\(code.room)/\(code.fingerprint)".utf8),
                [UInt8]("lotse/1/operator/\(code.room)/\(code.fingerprint)".utf8)
            ),
            additionalData: [UInt8](versions.utf8),
            code: code
        )
    }

    /// A run of which everything is given.
    init(
        role: Role,
        w: SecretBytes,
        scalar: SecretBytes,
        identities: (a: [UInt8], b: [UInt8]),
        additionalData: [UInt8],
        code: StretchedCode? = nil
    ) throws(PairingError) {
        self.role = role
        self.identities = identities
        self.additionalData = additionalData
        self.code = code
        share = try P256().share(scalar: scalar, w: w, blinding: role.ownBlinding)
        state = .begun(scalar: scalar, w: w)
    }

    /// Takes the other end's share.
    ///
    /// - Returns: The agent's confirmation, to be sent at once; nil at the operator's end.
    /// - Throws: `badMessage`; `spent` where another run of the code was answered meanwhile.
    public mutating func receive(share peer: [UInt8]) throws(PairingError) -> [UInt8]? {
        guard case .begun(let scalar, let w) = state else {
            state = .over
            throw PairingError(.outOfOrder, "a second message")
        }
        state = .over
        guard peer != share else { throw PairingError(.badMessage, "our own message") }
        let shared = try P256().sharedPoint(scalar: scalar, w: w, peer: peer, blinding: role.peerBlinding)
        let transcript = try KeySchedule.transcript(
            identities: identities,
            shares: role == .agent ? (share, peer) : (peer, share),
            shared: shared,
            w: w
        )
        let keys = try KeySchedule(transcript: transcript, additionalData: additionalData)
        if role == .agent { try spend() }
        state = .derived(keys)
        return role == .agent ? keys.confirmationA.withBytes { [UInt8]($0) } : nil
    }

    /// Takes the other end's confirmation.
    ///
    /// - Returns: The operator's confirmation, to be sent at once; nil at the agent's end.
    /// - Throws: `wrongCode`.
    public mutating func receive(confirmation: [UInt8]) throws(PairingError) -> [UInt8]? {
        guard case .derived(let keys) = state else {
            state = .over
            throw PairingError(.outOfOrder, "a confirmation before its time")
        }
        state = .over
        if role == .operator { try spend() }
        let expected = role == .agent ? keys.confirmationB : keys.confirmationA
        guard expected.isEqual(to: confirmation) else {
            throw PairingError(.wrongCode, "the confirmation does not fit")
        }
        state = .confirmed(try keys.preSharedKey())
        return role == .operator ? keys.confirmationB.withBytes { [UInt8]($0) } : nil
    }

    /// Lends the key that both ends now have, 32 bytes; it is wiped with this value.
    ///
    /// - Throws: `outOfOrder` before the other end is proven.
    public func withKey<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
        guard case .confirmed(let key) = state else { throw PairingError(.outOfOrder, "no key yet") }
        return try key.withBytes(body)
    }

    private func spend() throws(PairingError) {
        guard let code else { return }
        guard code.spend() else { throw PairingError(.spent, "another run of this code was answered") }
    }
}

extension SPAKE2.Role {
    fileprivate var ownBlinding: [UInt8] { self == .agent ? P256.blindingA : P256.blindingB }
    fileprivate var peerBlinding: [UInt8] { self == .agent ? P256.blindingB : P256.blindingA }
}
