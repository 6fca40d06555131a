internal import GRDB

extension Ledger {
    /// Exchanges an enrolment token for a certificate.
    ///
    /// In one transaction: the token is looked up, `issue` makes the certificate, both are recorded. The same key gets
    /// the same certificate again until the token expires, so that a lost answer costs nothing; `issue` is not called
    /// then.
    ///
    /// - Parameters:
    ///   - tokenHash: SHA-256 of the token, 64 lowercase hexadecimal digits.
    ///   - keyHash: SHA-256 of the SPKI of the key to certify, 64 lowercase hexadecimal digits.
    ///   - issue: makes the certificate for an operator's name and that key hash. It holds the ledger's lock and must
    ///     not call the ledger; what it throws is thrown.
    /// - Throws: `notFound` for an unknown or void token, `expired`, `used` for a token used with another key,
    ///   `revoked`, `conflict` where `issue` certified another key or repeats a serial number.
    public func enrol(
        tokenHash: String,
        keyHash: String,
        issue: @escaping @Sendable (_ operator: String, _ keyHash: String) throws -> IssuedCertificate
    ) async throws -> CertificateRecord {
        try Check.hash(tokenHash, "a token's hash")
        try Check.hash(keyHash, "a key's hash")
        return try await store.append { db, now in
            let token = try Self.enrolment(tokenHash, db)
            guard now < token.expiresAt else {
                throw LedgerError(.expired, "this enrolment token has expired; ask for a new one")
            }
            _ = try OperatorRecord.active(token.operator, in: db)
            if let used = token.keyHash {
                guard used == keyHash else {
                    throw LedgerError(.used, "this enrolment token was used already; ask for a new one")
                }
                return nil
            }
            let issued = try issue(token.operator, keyHash)
            return try Self.issuing(issued, to: token.operator, keyHash: keyHash, tokenHash: tokenHash, db)
        } result: { db in
            guard let serial = try Self.enrolment(tokenHash, db).serial,
                let certificate = try CertificateRecord.fetch(serial, in: db)
            else { throw LedgerError(.internal, "an enrolment led to no certificate; run lotse-relay verify") }
            return certificate
        }
    }

    /// Records a new certificate for an operator who holds one already.
    ///
    /// - Parameter issue: makes the certificate inside the transaction, under the rules of ``enrol(tokenHash:keyHash:issue:)``.
    /// - Throws: `notFound`, `revoked`, `conflict`.
    public func renew(
        operator name: String,
        keyHash: String,
        issue: @escaping @Sendable (_ operator: String, _ keyHash: String) throws -> IssuedCertificate
    ) async throws -> CertificateRecord {
        try Check.hash(keyHash, "a key's hash")
        return try await store.append { db, _ in
            _ = try OperatorRecord.active(name, in: db)
            return try Self.issuing(try issue(name, keyHash), to: name, keyHash: keyHash, tokenHash: nil, db)
        } result: { db in
            let newest = "SELECT * FROM certificates WHERE operator = ? ORDER BY entry DESC LIMIT 1"
            guard let certificate = try db.row(newest, [name], CertificateRecord.init(row:)) else {
                throw LedgerError(.internal, "a renewal led to no certificate; run lotse-relay verify")
            }
            return certificate
        }
    }

    /// The certificate with that serial number (lowercase hexadecimal).
    public func certificate(serial: String) async throws -> CertificateRecord? {
        try await store.read { try CertificateRecord.fetch(serial, in: $0) }
    }

    /// Whether the relay issued that certificate, nobody revoked it and it has not ended.
    public func isCertificateValid(serial: String) async throws -> Bool {
        let now = store.options.clock()
        guard let certificate = try await certificate(serial: serial) else { return false }
        return certificate.revokedAt == nil && now < certificate.issued.notAfter
    }

    /// All certificates of an operator, oldest first.
    public func certificates(operator name: String) async throws -> [CertificateRecord] {
        try await store.read {
            try $0.rows(
                "SELECT * FROM certificates WHERE operator = ? ORDER BY issuedAt, serial",
                [name],
                CertificateRecord.init(row:)
            )
        }
    }

    /// The serial numbers of all revoked certificates.
    public func revokedSerials() async throws -> Set<String> {
        let serials = try await store.read {
            try $0.rows("SELECT serial FROM certificates WHERE revokedAt IS NOT NULL") {
                try $0.value("serial") as String
            }
        }
        return Set(serials)
    }

    private struct Enrolment {
        let `operator`: String
        let expiresAt: Int64
        let keyHash: String?
        let serial: String?
    }

    private static func enrolment(_ tokenHash: String, _ db: Database) throws -> Enrolment {
        let found = try db.row("SELECT * FROM enrolments WHERE tokenHash = ? AND withdrawnAt IS NULL", [tokenHash]) {
            Enrolment(
                operator: try $0.value("operator"),
                expiresAt: try $0.value("expiresAt"),
                keyHash: try $0.optional("keyHash"),
                serial: try $0.optional("serial")
            )
        }
        guard let found else {
            throw LedgerError(.notFound, "this enrolment token is not valid; ask for a new one")
        }
        return found
    }

    private static func issuing(
        _ issued: IssuedCertificate,
        to name: String,
        keyHash: String,
        tokenHash: String?,
        _ db: Database
    ) throws -> LedgerEvent {
        try Check.name(issued.serial, "a serial number")
        try Check.text(issued.pem, "a certificate")
        try Check.time(issued.notAfter, "a certificate's end")
        guard issued.keyHash == keyHash else {
            throw LedgerError(.conflict, "the certificate is for another key; try again")
        }
        guard try CertificateRecord.fetch(issued.serial, in: db) == nil else {
            throw LedgerError(.conflict, "the certificate's serial number was used before; try again")
        }
        return .certificateIssued(
            CertificateIssued(
                operator: name,
                serial: issued.serial,
                keyHash: issued.keyHash,
                certificate: issued.pem,
                notAfter: issued.notAfter,
                tokenHash: tokenHash
            )
        )
    }
}
