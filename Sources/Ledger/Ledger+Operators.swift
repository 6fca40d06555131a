internal import GRDB

extension Ledger {
    /// Adds an operator with the hash of an enrolment token. The first operator ever becomes owner, whatever `role` says.
    ///
    /// A revoked name may be added again; its old certificates stay revoked.
    ///
    /// - Parameters:
    ///   - tokenHash: SHA-256 of the token, 64 lowercase hexadecimal digits.
    ///   - tokenExpiresAt: Unix seconds.
    /// - Throws: `exists` for the name of an active operator, `invalid`.
    @discardableResult
    public func addOperator(
        name: String,
        email: String?,
        role: OperatorRole,
        tokenHash: String,
        tokenExpiresAt: Int64
    ) async throws -> OperatorRecord {
        try Check.name(name, "an operator's name")
        if let email { try Check.name(email, "an e-mail address") }
        try Check.hash(tokenHash, "a token's hash")
        try Check.time(tokenExpiresAt, "a token's expiry")
        return try await store.append { db, _ in
            if let found = try OperatorRecord.fetch(name, in: db), found.revokedAt == nil {
                throw LedgerError(
                    .exists,
                    "there is an operator \"\(name)\" already; choose another name or a new token for them"
                )
            }
            try Self.requireFresh(tokenHash, db)
            let isFirst = try Bool.fetchOne(db, sql: "SELECT NOT EXISTS (SELECT 1 FROM operators)") ?? false
            return .operatorAdded(
                OperatorAdded(
                    name: name,
                    email: email,
                    role: isFirst ? .owner : role,
                    tokenHash: tokenHash,
                    tokenExpiresAt: tokenExpiresAt
                )
            )
        } result: {
            try OperatorRecord.active(name, in: $0)
        }
    }

    /// Gives an active operator a fresh enrolment token; their unused ones become void.
    ///
    /// - Throws: `notFound`, `revoked`, `invalid`.
    @discardableResult
    public func reissueEnrolment(
        operator name: String,
        tokenHash: String,
        tokenExpiresAt: Int64
    ) async throws -> OperatorRecord {
        try Check.hash(tokenHash, "a token's hash")
        try Check.time(tokenExpiresAt, "a token's expiry")
        return try await store.append { db, _ in
            _ = try OperatorRecord.active(name, in: db)
            try Self.requireFresh(tokenHash, db)
            return .enrolmentReissued(
                EnrolmentReissued(operator: name, tokenHash: tokenHash, tokenExpiresAt: tokenExpiresAt)
            )
        } result: {
            try OperatorRecord.active(name, in: $0)
        }
    }

    /// Revokes an operator with all certificates and tokens. Revoking twice changes nothing.
    ///
    /// - Throws: `notFound`.
    @discardableResult
    public func revokeOperator(name: String) async throws -> OperatorRecord {
        try await store.append { db, _ in
            try Self.known(name, db).revokedAt == nil ? .operatorRevoked(OperatorRevoked(name: name)) : nil
        } result: {
            try Self.known(name, $0)
        }
    }

    /// All operators by name, revoked ones included.
    public func operators() async throws -> [OperatorRecord] {
        try await store.read { try $0.rows("SELECT * FROM operators ORDER BY name", [], OperatorRecord.init(row:)) }
    }

    /// The operator of that name, revoked or not.
    public func `operator`(named name: String) async throws -> OperatorRecord? {
        try await store.read { try OperatorRecord.fetch(name, in: $0) }
    }

    private static func known(_ name: String, _ db: Database) throws -> OperatorRecord {
        guard let found = try OperatorRecord.fetch(name, in: db) else {
            throw LedgerError(.notFound, "no such operator \"\(name)\" (lotse-relay operator list shows them)")
        }
        return found
    }

    private static func requireFresh(_ tokenHash: String, _ db: Database) throws {
        guard try db.row("SELECT 1 FROM enrolments WHERE tokenHash = ?", [tokenHash], { _ in true }) == nil else {
            throw LedgerError(.conflict, "this enrolment token was given out before; draw a new one")
        }
    }
}
