import Ledger
import NIOConcurrencyHelpers
import Receipts
import RelayAPI
import TLS

/// An operator as the connection proved it.
struct OperatorIdentity: Sendable, Equatable {
    let name: String
    let role: RelayAPI.OperatorRole
    let serialNumber: String
}

/// Who is an operator now: a copy of the ledger's list that a handshake can ask without waiting.
final class OperatorDirectory: Sendable {
    private struct Snapshot {
        /// Serial number → name and role, of certificates that are not revoked.
        var valid: [String: (name: String, role: RelayAPI.OperatorRole)] = [:]
        /// Name → SHA-256 of the keys in those certificates.
        var keys: [String: Set<String>] = [:]
        var dataVersion: Int64 = -1
    }

    private let ledger: Ledger
    private let snapshot = NIOLockedValueBox(Snapshot())

    init(ledger: Ledger) { self.ledger = ledger }

    /// Reads the list anew.
    func refresh() async throws {
        var valid: [String: (name: String, role: RelayAPI.OperatorRole)] = [:]
        var keys: [String: Set<String>] = [:]
        for person in try await ledger.operators() where person.revokedAt == nil {
            guard let role = RelayAPI.OperatorRole(rawValue: person.role.rawValue) else { continue }
            for certificate in try await ledger.certificates(operator: person.name) where certificate.revokedAt == nil {
                valid[certificate.issued.serial.lowercased()] = (person.name, role)
                keys[person.name, default: []].insert(certificate.issued.keyHash)
            }
        }
        snapshot.withLockedValue { [valid, keys] in
            $0.valid = valid
            $0.keys = keys
        }
    }

    /// Reads the list anew where another process has written to the ledger; `lotse-relay operator` does.
    func refreshIfChanged() async throws -> Bool {
        let version = try await ledger.dataVersion()
        guard snapshot.withLockedValue({ $0.dataVersion }) != version else { return false }
        try await refresh()
        snapshot.withLockedValue { $0.dataVersion = version }
        return true
    }

    /// Whether the handshake must refuse a certificate of our authority. One that the ledger does not know was never handed out.
    func isRevoked(_ certificate: Certificate) -> Bool {
        snapshot.withLockedValue { $0.valid[certificate.serialNumber.lowercased()] == nil }
    }

    /// The operator behind a verified certificate; `nil` where there is none, or none any more.
    func identity(of peer: PeerIdentity?) -> OperatorIdentity? {
        guard let certificate = peer?.certificate else { return nil }
        let serial = certificate.serialNumber.lowercased()
        guard let known = snapshot.withLockedValue({ $0.valid[serial] }),
            OperatorURI.name(in: certificate.uris) == known.name
        else { return nil }
        return OperatorIdentity(name: known.name, role: known.role, serialNumber: serial)
    }

    /// Whether a P-256 key, as consents name it, is in a certificate of this operator that is not revoked.
    func isKey(_ key: String, of name: String) -> Bool {
        guard let spki = VerifyingKey(hex: key)?.subjectPublicKeyInfo else { return false }
        let hash = Digest.sha256(spki).hex
        return snapshot.withLockedValue { $0.keys[name]?.contains(hash) ?? false }
    }

    /// Whether an operator still is one.
    func isActive(_ name: String) -> Bool { snapshot.withLockedValue { $0.valid.values.contains { $0.name == name } } }
}
