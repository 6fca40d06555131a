import FoundationEssentials
import TLS

/// The certificates of a folder: `ca.pem`, `server.pem`, `server.key`.
struct Identity: Sendable {
    private let authority: Certificate
    private let certificate: Certificate
    private let key: PrivateKey

    init(folder: String) throws {
        func text(_ name: String) throws -> String {
            String(decoding: try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")), as: UTF8.self)
        }
        authority = try Certificate(pem: text("ca.pem"))
        certificate = try Certificate(pem: text("server.pem"))
        key = try PrivateKey(pem: text("server.key"))
    }

    func clientContext() throws -> TLSContext {
        try TLSContext(client: TLSClientConfiguration(trust: .authorities([authority]), host: "127.0.0.1"))
    }

    func serverContext() throws -> TLSContext {
        try TLSContext(
            server: TLSServerConfiguration(certificateChain: [certificate, authority], privateKey: key)
        )
    }
}
