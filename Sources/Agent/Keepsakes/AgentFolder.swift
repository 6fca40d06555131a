import Receipts

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The folder in which the agent keeps what outlives a session: `~/.local/share/lotse`, for its owner alone.
///
/// | file | what it is |
/// | --- | --- |
/// | `agent.key` | the key that signs for this client, PEM |
/// | `consents/SESSION.json` | what was agreed to, with both signatures |
/// | `acquaintances.json` | operators and contracts that were met before |
/// | `relays.json` | authorities of relays (`RelayMemory`) |
public struct AgentFolder: Sendable {
    /// The folder; need not exist yet.
    public let path: String

    /// A folder at `path`.
    public init(path: String) { self.path = path }

    private var keyFile: String { path + "/agent.key" }
    var acquaintances: Acquaintances { Acquaintances(file: path + "/acquaintances.json") }

    /// The key that signs for this client; made when it is asked for the first time.
    ///
    /// - Throws: `AgentError` (`configuration`).
    func key() throws(AgentError) -> SigningKey {
        do {
            if let key = try presentKey() { return key }
            let key = try SigningKey.generate()
            // Two agents that start at once end up with one key.
            try SmallFile.update(keyFile) { present in try present ?? key.withPEM { Array($0) } }
            guard let kept = try presentKey() else { throw SystemFailure(code: ENOENT) }
            return kept
        } catch let failure as SystemFailure {
            throw AgentError(
                .configuration,
                "this client's key cannot be kept in \(keyFile): \(SystemReason.sentence(failure.code)) (check the folder and the disk)"
            )
        } catch {
            throw AgentError(
                .configuration,
                "\(keyFile) holds no usable key: \(error) (move it away; a new one is made, which your supporter will notice)"
            )
        }
    }

    /// The key that signs for this client; nil where none was ever needed.
    ///
    /// - Throws: `SystemFailure`, `ReceiptsError`.
    func presentKey() throws -> SigningKey? { try SmallFile.read(keyFile).map { try SigningKey(pem: $0) } }

    /// Keeps a consent.
    ///
    /// - Throws: `SystemFailure`.
    func keep(_ consent: ConsentRecord) throws {
        let bytes = try consent.canonicalBytes() + [UInt8(ascii: "\n")]
        try SmallFile.update(consentFile(consent.session)) { _ in bytes }
    }

    /// What was agreed to in a session; nil where this computer keeps nothing of it.
    ///
    /// - Throws: `SystemFailure`; `ReceiptsError` where the file was changed.
    func consent(of session: String) throws -> ConsentRecord? {
        try SmallFile.read(consentFile(session)).map { try ConsentRecord(canonical: Array($0.dropLast())) }
    }

    /// The relay makes a session's id up: it must not lead anywhere else.
    private func consentFile(_ session: String) -> String {
        let isHarmless = !session.isEmpty && session.utf8.count <= 64 && session.utf8.allSatisfy { isPlain($0) }
        return "\(path)/consents/\(isHarmless ? session : Digest.sha256(session).hex).json"
    }

    private func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"): true
        default: false
        }
    }
}
