internal import GRDB

/// An operator, with the token for the first certificate.
struct OperatorAdded: EventPayload {
    static let kind = "operatorAdded"
    let name: String
    let email: String?
    let role: OperatorRole
    /// SHA-256 of the enrolment token, hexadecimal.
    let tokenHash: String
    let tokenExpiresAt: Int64

    func apply(_ entry: EntryStamp, to db: Database) throws {
        // A revoked name may come back; its old certificates stay revoked.
        try db.run(
            """
            INSERT INTO operators (name, email, role, addedAt, entry) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (name) DO UPDATE SET email = excluded.email, role = excluded.role,
                addedAt = excluded.addedAt, revokedAt = NULL, entry = excluded.entry
            """,
            [name, email, role.rawValue, entry.at, entry.sequence]
        )
        try EnrolmentReissued(operator: name, tokenHash: tokenHash, tokenExpiresAt: tokenExpiresAt)
            .apply(entry, to: db)
    }
}

/// A fresh token; the operator's unused ones are void from here on.
struct EnrolmentReissued: EventPayload {
    static let kind = "enrolmentReissued"
    let `operator`: String
    /// SHA-256 of the enrolment token, hexadecimal.
    let tokenHash: String
    let tokenExpiresAt: Int64

    func apply(_ entry: EntryStamp, to db: Database) throws {
        try db.run(
            """
            UPDATE enrolments SET withdrawnAt = ?, entry = ?
            WHERE operator = ? AND serial IS NULL AND withdrawnAt IS NULL
            """,
            [entry.at, entry.sequence, `operator`]
        )
        try db.run(
            "INSERT INTO enrolments (tokenHash, operator, expiresAt, entry) VALUES (?, ?, ?, ?)",
            [tokenHash, `operator`, tokenExpiresAt, entry.sequence]
        )
    }
}

/// An operator may no longer do anything; neither their certificates nor their tokens work.
struct OperatorRevoked: EventPayload {
    static let kind = "operatorRevoked"
    let name: String

    func apply(_ entry: EntryStamp, to db: Database) throws {
        try db.runOnOne(
            "UPDATE operators SET revokedAt = ?, entry = ? WHERE name = ? AND revokedAt IS NULL",
            [entry.at, entry.sequence, name]
        )
        try db.run(
            "UPDATE certificates SET revokedAt = ?, entry = ? WHERE operator = ? AND revokedAt IS NULL",
            [entry.at, entry.sequence, name]
        )
        try db.run(
            "UPDATE enrolments SET withdrawnAt = ?, entry = ? WHERE operator = ? AND withdrawnAt IS NULL",
            [entry.at, entry.sequence, name]
        )
    }
}

/// A client certificate, for a token or as a renewal.
struct CertificateIssued: EventPayload {
    static let kind = "certificateIssued"
    let `operator`: String
    /// The certificate's serial number, lowercase hexadecimal.
    let serial: String
    /// SHA-256 of the certificate's SPKI, hexadecimal.
    let keyHash: String
    /// PEM.
    let certificate: String
    let notAfter: Int64
    /// The token that is used up by this; none for a renewal.
    let tokenHash: String?

    func apply(_ entry: EntryStamp, to db: Database) throws {
        try db.run(
            """
            INSERT INTO certificates (serial, operator, keyHash, certificate, issuedAt, notAfter, entry)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [serial, `operator`, keyHash, certificate, entry.at, notAfter, entry.sequence]
        )
        guard let tokenHash else { return }
        try db.runOnOne(
            "UPDATE enrolments SET keyHash = ?, serial = ?, entry = ? WHERE tokenHash = ? AND serial IS NULL",
            [keyHash, serial, entry.sequence, tokenHash]
        )
    }
}
