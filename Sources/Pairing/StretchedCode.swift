import COpenSSL
import Synchronization

/// A code that is ready for pairing: the number `w` that scrypt made of the secret, bound to the room and the relay's authority.
///
/// One code is good for one answer. It is forgotten (`w` wiped, no further run possible) in the moment in which this end's
/// answer tells the other one whether a guess was right; see ``SPAKE2``. Runs that end before that cost nothing, up to ``mostRuns``.
public final class StretchedCode: Sendable {
    /// How often a pairing may begin.
    public static let mostRuns = 3

    /// The digits that the relay knows.
    public let room: String
    /// SPKI SHA-256 of the relay's authority, as this end knows it; 32 bytes.
    public let authority: [UInt8]

    private struct State {
        var w: SecretBytes?
        var runs = 0
    }

    private let state: Mutex<State>

    /// Runs scrypt, which takes tens of milliseconds and 16 MiB. Not for an event loop: see ``stretching(_:authority:)``.
    ///
    /// - Throws: `invalidInput` where `authority` is not 32 bytes.
    public init(_ code: Code, authority: [UInt8]) throws(PairingError) {
        guard authority.count == 32 else {
            throw PairingError(.invalidInput, "the authority's digest is not a SHA-256")
        }
        room = code.room
        self.authority = authority
        state = Mutex(State(w: try Self.stretch(code, fingerprint: Self.hexadecimal(authority))))
    }

    /// A code whose `w` is given.
    init(room: String, authority: [UInt8], w: SecretBytes) {
        self.room = room
        self.authority = authority
        state = Mutex(State(w: w))
    }

    /// The same on the concurrent thread pool, wherever the caller runs.
    @concurrent
    public static func stretching(_ code: Code, authority: [UInt8]) async throws(PairingError) -> StretchedCode {
        try StretchedCode(code, authority: authority)
    }

    /// Whether no further run is possible.
    public var isForgotten: Bool { state.withLock { $0.w == nil } }

    /// Wipes what there is.
    public func forget() { state.withLock { $0.w = nil } }

    /// Takes one of the runs.
    func begin() throws(PairingError) -> SecretBytes {
        let w = state.withLock { state -> SecretBytes? in
            guard state.runs < Self.mostRuns else {
                state.w = nil
                return nil
            }
            state.runs += 1
            return state.w
        }
        guard let w else { throw PairingError(.spent, "no run is left") }
        return w
    }

    /// Ends the code with one answer: false where there was one before.
    func spend() -> Bool {
        state.withLock { state in
            defer { state.w = nil }
            return state.w != nil
        }
    }

    /// Lowercase, as it stands in identities and in the salt.
    var fingerprint: String { Self.hexadecimal(authority) }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { byte in
            let digits = String(byte, radix: 16)
            return digits.utf8.count == 1 ? "0" + digits : digits
        }.joined()
    }

    private static func stretch(_ code: Code, fingerprint: String) throws(PairingError) -> SecretBytes {
        let salt = [UInt8]("lotse/1/\(code.room)/\(fingerprint)".utf8)
        let secret = SecretBytes(copying: [UInt8](code.secret.utf8))
        let stretched = try SecretBytes(count: 48) { bytes throws(PairingError) in
            ERR_clear_error()
            let done = secret.withBytes { secret in
                EVP_PBE_scrypt(
                    secret.bindMemory(to: CChar.self).baseAddress,
                    secret.count,
                    salt,
                    salt.count,
                    16_384,
                    8,
                    1,
                    0,
                    bytes.bindMemory(to: UInt8.self).baseAddress,
                    bytes.count
                )
            }
            guard done == 1 else { throw PairingError(.cryptoFailed, "scrypt") }
        }
        return try P256().nonZeroScalar(from: stretched)
    }
}
