import Ledger
import NIOConcurrencyHelpers
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
        var dataVersion: Int64 = -1
    }

    private let ledger: Ledger
    private let snapshot = NIOLockedValueBox(Snapshot())

    init(ledger: Ledger) { self.ledger = ledger }

    /// Reads the list anew.
    func refresh() async throws {
        var valid: [String: (name: String, role: RelayAPI.OperatorRole)] = [:]
        for person in try await ledger.operators() where person.revokedAt == nil {
            guard let role = RelayAPI.OperatorRole(rawValue: person.role.rawValue) else { continue }
            for certificate in try await ledger.certificates(operator: person.name) where certificate.revokedAt == nil {
                valid[certificate.issued.serial.lowercased()] = (person.name, role)
            }
        }
        snapshot.withLockedValue { [valid] in $0.valid = valid }
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
            certificate.uris == [Self.uri(known.name)]
        else { return nil }
        return OperatorIdentity(name: known.name, role: known.role, serialNumber: serial)
    }

    /// Whether an operator still is one.
    func isActive(_ name: String) -> Bool { snapshot.withLockedValue { $0.valid.values.contains { $0.name == name } } }

    /// What an operator's certificate carries as its subject alternative name.
    static func uri(_ name: String) -> String { "lotse:operator:\(name)" }
}
