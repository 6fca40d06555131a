import TLS

extension RelayTrust {
    /// The same for a connection.
    ///
    /// - Throws: `configuration` where the file holds no certificate.
    func tls() throws(AgentError) -> TLSTrust {
        switch self {
        case .pinned(let digest, _), .remembered(let digest, _): return .pin(digest)
        case .authorities(let pem, let file):
            guard let certificates = try? Certificate.chain(pem: String(decoding: pem, as: UTF8.self)),
                !certificates.isEmpty
            else { throw AgentError(.configuration, "\(quoted(file)) holds no certificate in PEM (check --ca)") }
            return .authorities(certificates)
        case .firstContact: return .presented
        }
    }
}
