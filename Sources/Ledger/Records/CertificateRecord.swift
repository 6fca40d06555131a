internal import GRDB

/// A client certificate as the authority issued it.
public struct IssuedCertificate: Hashable, Sendable {
    /// The certificate in PEM form.
    public let pem: String
    /// The serial number, lowercase hexadecimal.
    public let serial: String
    /// The SHA-256 of the SPKI, lowercase hexadecimal.
    public let keyHash: String
    /// The end of validity, Unix seconds.
    public let notAfter: Int64

    /// A certificate that was just issued.
    public init(pem: String, serial: String, keyHash: String, notAfter: Int64) {
        self.pem = pem
        self.serial = serial
        self.keyHash = keyHash
        self.notAfter = notAfter
    }
}

/// A client certificate in the ledger.
public struct CertificateRecord: Hashable, Sendable {
    /// Whose it is.
    public let `operator`: String
    /// What was issued.
    public let issued: IssuedCertificate
    /// When it was issued, Unix seconds.
    public let issuedAt: Int64
    /// When it was revoked, Unix seconds.
    public let revokedAt: Int64?

    init(row: StoredRow) throws {
        `operator` = try row.value("operator")
        issued = IssuedCertificate(
            pem: try row.value("certificate"),
            serial: try row.value("serial"),
            keyHash: try row.value("keyHash"),
            notAfter: try row.value("notAfter")
        )
        issuedAt = try row.value("issuedAt")
        revokedAt = try row.optional("revokedAt")
    }

    static func fetch(_ serial: String, in db: Database) throws -> CertificateRecord? {
        try db.row("SELECT * FROM certificates WHERE serial = ?", [serial], CertificateRecord.init(row:))
    }
}
