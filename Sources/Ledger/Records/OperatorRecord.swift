internal import GRDB

/// What an operator may do.
public enum OperatorRole: String, Hashable, Sendable, Codable, CaseIterable {
    /// Everything.
    case owner
    /// Own invitations and sessions, read contracts.
    case `operator`
    /// Read and export only.
    case auditor
}

/// A freelancer or a colleague.
public struct OperatorRecord: Hashable, Sendable {
    /// The unique name.
    public let name: String
    /// Where to reach them.
    public let email: String?
    /// What they may do.
    public let role: OperatorRole
    /// When they were added (last, where a revoked name came back), Unix seconds.
    public let addedAt: Int64
    /// When they were revoked, Unix seconds.
    public let revokedAt: Int64?

    init(row: StoredRow) throws {
        name = try row.value("name")
        email = try row.optional("email")
        role = try row.named("role")
        addedAt = try row.value("addedAt")
        revokedAt = try row.optional("revokedAt")
    }

    static func fetch(_ name: String, in db: Database) throws -> OperatorRecord? {
        try db.row("SELECT * FROM operators WHERE name = ?", [name], OperatorRecord.init(row:))
    }

    /// The operator, who must be known and not revoked.
    static func active(_ name: String, in db: Database) throws -> OperatorRecord {
        guard let found = try fetch(name, in: db) else {
            throw LedgerError(.notFound, "no such operator \"\(name)\" (lotse-relay operator list shows them)")
        }
        guard found.revokedAt == nil else {
            throw LedgerError(.revoked, "the operator \"\(name)\" was revoked; add them again to let them in")
        }
        return found
    }
}
