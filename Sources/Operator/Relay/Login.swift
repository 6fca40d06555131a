import Glibc
import RelayAPI
import Receipts
import TLS

/// Who the operator is on which relay: everything that is needed to call it.
struct Login: Codable, Sendable {
    /// `https://HOST:PORT`.
    var relay: String
    /// The operator's name as the relay knows it.
    var `operator`: String
    /// What the operator may do.
    var role: OperatorRole
    /// Certificate of the relay's authority, PEM.
    var authority: String
    /// The operator's certificate, PEM.
    var certificate: String
    /// The operator's key, PEM.
    var privateKey: String

    static let file = "login.json"
}

/// A key that was made for a token whose certificate has not arrived: the same token gets the same certificate for it again.
private struct PendingLogin: Codable {
    var relay: String
    /// SHA-256 of the token's secret, in hexadecimal.
    var tokenHash: String
    var privateKey: String

    static let file = "login.pending.json"
}

extension OperatorHome {
    func login() throws -> Login {
        guard let login = try read(Login.file, as: Login.self) else {
            throw OperatorError(
                .login,
                "you are not logged in (lotse login https://HOST:PORT, with a token of the relay's owner)"
            )
        }
        return login
    }

    /// Gets the operator's first certificate with an enrolment token.
    ///
    /// - Parameters:
    ///   - relay: the relay's address.
    ///   - tokenText: the token as it was printed.
    ///   - replaces: whether a login to another relay may be replaced.
    /// - Returns: what the relay says about the operator.
    public func logIn(relay: String, tokenText: String, replaces: Bool = false) async throws -> IssuedCertificate {
        let endpoint = try RelayEndpoint(url: relay)
        guard let token = EnrolmentToken(text: tokenText) else {
            throw OperatorError(
                .login,
                "this is not an enrolment token (paste the whole line that lotse-relay operator add printed)"
            )
        }
        try refuseToReplace(endpoint, replaces: replaces)
        let key = try pendingKey(endpoint, token)
        let client = try RelayClient(
            endpoint: endpoint,
            trust: .pin(token.authority),
            proxy: ProxySettings.ofProcess.proxy(for: endpoint)
        )
        let request = try CertificateSigningRequest(commonName: "operator", key: key)
        let body = EnrolRequest(token: Hexadecimal.encode(token.secret), certificateRequest: request.pem)
        let issued = try await client.send(.POST, RelayRoute.enrol, body: body, as: IssuedCertificate.self)
        try check(issued, key: key, pin: token.authority)
        let isSameRelay = try read(Login.file, as: Login.self)?.authority == issued.authority
        let login = Login(
            relay: endpoint.description,
            operator: issued.operator,
            role: issued.role,
            authority: issued.authority,
            certificate: issued.certificate,
            privateKey: try key.pem()
        )
        try write(login, to: Login.file)
        if !isSameRelay { remove(LedgerWatch.file) }
        remove(PendingLogin.file)
        return issued
    }

    private func refuseToReplace(_ endpoint: RelayEndpoint, replaces: Bool) throws {
        guard let login = try read(Login.file, as: Login.self), login.relay != endpoint.description, !replaces else {
            return
        }
        throw OperatorError(
            .login,
            "you are logged in to another relay, \(login.relay), as \(login.operator) "
                + "(--replace gives that login up; LOTSE_HOME keeps two apart)"
        )
    }

    private func pendingKey(_ endpoint: RelayEndpoint, _ token: EnrolmentToken) throws -> PrivateKey {
        let hash = Digest.sha256(token.secret).hex
        if let pending = try read(PendingLogin.file, as: PendingLogin.self), pending.tokenHash == hash,
            pending.relay == endpoint.description
        {
            return try PrivateKey(pem: pending.privateKey)
        }
        let key = try PrivateKey.generate(.p256)
        let pending = PendingLogin(relay: endpoint.description, tokenHash: hash, privateKey: try key.pem())
        try write(pending, to: PendingLogin.file)
        return key
    }

    private func check(_ issued: IssuedCertificate, key: PrivateKey, pin: [UInt8]) throws {
        let authority = try Certificate(pem: issued.authority)
        let certificate = try Certificate(pem: issued.certificate)
        guard authority.spkiSHA256 == pin, certificate.isSigned(by: authority), certificate.publicKey == key.publicKey
        else {
            throw OperatorError(
                .login,
                "the relay issued a certificate that does not fit the token or the key (ask who runs the relay)"
            )
        }
    }
}
