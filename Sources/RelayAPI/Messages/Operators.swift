/// Who may do what on the relay.
public enum OperatorRole: String, Codable, Sendable, CaseIterable {
    /// Everything.
    case owner
    /// Own invitations and sessions; reads contracts.
    case `operator`
    /// Reads and exports only.
    case auditor
}

/// `POST /v1/enrol`: an operator's first certificate.
public struct EnrolRequest: Codable, Sendable {
    /// The secret half of the enrolment token, as 64 hexadecimal digits.
    public var token: String
    /// PKCS #10 in PEM.
    public var certificateRequest: String

    /// A request.
    public init(token: String, certificateRequest: String) {
        self.token = token
        self.certificateRequest = certificateRequest
    }
}

/// `POST /v1/renew`: the next certificate of an operator, with a request signed by the same or a new key.
public struct RenewRequest: Codable, Sendable {
    /// PKCS #10 in PEM.
    public var certificateRequest: String

    /// A request.
    public init(certificateRequest: String) { self.certificateRequest = certificateRequest }
}

/// The answer to `EnrolRequest` and `RenewRequest`.
public struct IssuedCertificate: Codable, Sendable {
    /// The operator's name as the relay knows it.
    public var `operator`: String
    /// What the operator may do.
    public var role: OperatorRole
    /// The certificate in PEM.
    public var certificate: String
    /// The authority's certificate in PEM.
    public var authority: String
    /// When the certificate ends.
    public var expiresAt: Timestamp

    /// An answer.
    public init(operator: String, role: OperatorRole, certificate: String, authority: String, expiresAt: Timestamp) {
        self.operator = `operator`
        self.role = role
        self.certificate = certificate
        self.authority = authority
        self.expiresAt = expiresAt
    }
}

/// `GET /v1/whoami`.
public struct Whoami: Codable, Sendable {
    /// The operator's name.
    public var `operator`: String
    /// What the operator may do.
    public var role: OperatorRole

    /// An answer.
    public init(operator: String, role: OperatorRole) {
        self.operator = `operator`
        self.role = role
    }
}
