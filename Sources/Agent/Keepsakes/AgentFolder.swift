import Contracts
import FoundationEssentials
import Receipts
import Transcripts

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
/// | `contracts/HASH.json` | the terms of that |
/// | `closings/SESSION.json` | what both ends said when a session was over |
/// | `receipts/SESSION.json` | what it took and comes to, signed; elsewhere with `--receipts` |
/// | `transcripts/SESSION/` | what was done and what was sent, for as long as the contract says (`TranscriptFolder`) |
/// | `acquaintances.json` | operators and contracts that were met before |
/// | `relays.json` | authorities of relays (`RelayMemory`) |
public struct AgentFolder: Sendable {
    /// The folder; need not exist yet.
    public let path: String

    /// Where receipts are kept.
    public let receipts: String

    /// A folder at `path`.
    ///
    /// - Parameter receipts: where receipts are kept, where not in it.
    public init(path: String, receipts: String? = nil) {
        self.path = path
        self.receipts = receipts ?? path + "/receipts"
    }

    private var keyFile: String { path + "/agent.key" }
    var transcripts: TranscriptStore { TranscriptStore(path: path + "/transcripts") }
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
    /// - Throws: `SystemFailure`. The same holds for the three below.
    func keep(_ consent: ConsentRecord) throws {
        try keep(consent.canonicalBytes(), in: file("consents", consent.session))
    }

    /// Keeps the terms of a contract, by their hash.
    func keep(_ contract: Contract) throws {
        let bytes = contract.canonicalBytes
        try keep(bytes, in: file("contracts", Digest.sha256(bytes).hex))
    }

    /// Keeps what both ends said when a session was over.
    func keep(_ closing: ClosingStatement) throws {
        try keep(closing.canonicalBytes(), in: file("closings", closing.session))
    }

    /// Keeps a receipt.
    func keep(_ receipt: Receipt) throws { try keep(receipt.canonicalBytes(), in: receiptFile(receipt.session)) }

    private func keep(_ bytes: [UInt8], in file: String) throws {
        try SmallFile.update(file) { _ in bytes + [UInt8(ascii: "\n")] }
    }

    /// What was agreed to in a session; nil where this computer keeps nothing of it.
    ///
    /// - Throws: `SystemFailure`; `ReceiptsError` where the file was changed.
    func consent(of session: String) throws -> ConsentRecord? {
        try SmallFile.read(file("consents", session)).map { try ConsentRecord(canonical: Array($0.dropLast())) }
    }

    /// All that was agreed to under a contract and that both signed, in the order of the sessions' ids.
    func consents(to contract: String) -> [ConsentRecord] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path + "/consents")) ?? []
        return names.sorted().filter { $0.hasSuffix(".json") }.compactMap { name in
            guard let bytes = try? SmallFile.read("\(path)/consents/\(name)"),
                let consent = try? ConsentRecord(canonical: Array(bytes.dropLast())),
                consent.contract == contract, consent.isSignedByBoth
            else { return nil }
            return consent
        }
    }

    /// The terms with this hash; nil where this computer does not keep them, or not as they were.
    ///
    /// - Throws: `SystemFailure`.
    func contract(_ hash: Digest) throws -> Contract? {
        guard let bytes = try SmallFile.read(file("contracts", hash.hex)).map({ Array($0.dropLast()) }),
            Digest.sha256(bytes) == hash
        else { return nil }
        return try? JSONDecoder().decode(Contract.self, from: Data(bytes))
    }

    /// The receipt of a session; nil where this computer keeps none.
    ///
    /// - Throws: `SystemFailure`; `ReceiptsError` where the file was changed.
    func receipt(of session: String) throws -> Receipt? {
        try SmallFile.read(receiptFile(session)).map { try Receipt(canonical: Array($0.dropLast())) }
    }

    /// What both ends said when a session was over; nil where this computer keeps nothing of it.
    ///
    /// - Throws: `SystemFailure`; `ReceiptsError` where the file was changed.
    func closing(of session: String) throws -> ClosingStatement? {
        try SmallFile.read(file("closings", session)).map { try ClosingStatement(canonical: Array($0.dropLast())) }
    }

    /// Where the receipt of a session is.
    func receiptFile(_ session: String) -> String { "\(receipts)/\(plain(session)).json" }

    private func file(_ folder: String, _ name: String) -> String { "\(path)/\(folder)/\(plain(name)).json" }

    /// The relay makes a session's id up: it must not lead anywhere else.
    private func plain(_ name: String) -> String {
        let isHarmless = !name.isEmpty && name.utf8.count <= 64 && name.utf8.allSatisfy { isPlain($0) }
        return isHarmless ? name : Digest.sha256(name).hex
    }

    private func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"): true
        default: false
        }
    }
}
