/// The one error of this module: what kind of failure, and what is known about it.
///
/// `description` is one sentence for a person; `diagnostics` adds the detail that a log line wants.
public struct TLSError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What failed. New kinds may be added, so a `switch` over it wants a `default`.
    public enum Kind: String, Sendable, CaseIterable {
        /// The peers could not agree (garbage, other version, no common group or cipher suite).
        case handshakeFailed
        /// The peer's certificate does not verify: unknown authority, wrong purpose, broken signature.
        case certificateRejected
        /// The peer's certificate, or one above it, is not valid now.
        case certificateExpired
        /// The peer's certificate was revoked.
        case certificateRevoked
        /// The certificate is good but was issued for another host.
        case wrongHost
        /// The server's authority is not the pinned one.
        case wrongPin
        /// A certificate is required and the peer sent none.
        case noPeerCertificate
        /// The peer refused the certificate that this side sent, or that it sent none.
        case refusedByPeer
        /// The two sides have no application protocol in common.
        case noApplicationProtocol
        /// The handshake did not finish before its deadline.
        case handshakeTimeout
        /// The transport ended without close_notify: what was read may be incomplete.
        case truncated
        /// The peer did not answer close_notify, or did not take the last bytes, before the deadline.
        case closeTimeout
        /// The connection broke after the handshake: a bad record, an alert, a flood of key updates.
        case connectionFailed
        /// The connection is closed, or closed for writing.
        case closed
        /// Something that was handed in (PEM, DER, key, name, validity) is not usable.
        case invalidInput
        /// OpenSSL failed for a reason that lies within this process (memory, configuration).
        case cryptoFailed
    }

    /// What failed.
    public let kind: Kind

    /// Detail for logs; may be empty. Never contains secrets.
    public let diagnostics: String

    /// Makes an error of `kind` with a detail that may be empty.
    public init(_ kind: Kind, _ diagnostics: String = "") {
        self.kind = kind
        self.diagnostics = diagnostics
    }

    /// One sentence: what failed and what to do next.
    public var description: String {
        diagnostics.isEmpty ? kind.sentence : "\(kind.sentence) [\(diagnostics)]"
    }
}

extension TLSError.Kind {
    /// The sentence for a person, without the detail.
    public var sentence: String {
        switch self {
        case .handshakeFailed: "no secure connection could be agreed (is the other side a TLS 1.3 server or client?)"
        case .certificateRejected: "the other side's certificate is not trusted (check which authority issued it)"
        case .certificateExpired: "the other side's certificate is not valid now (check both clocks, then renew it)"
        case .certificateRevoked: "the other side's certificate was revoked (ask for a new one)"
        case .wrongHost: "the server's certificate is for another host (check the address)"
        case .wrongPin: "the server's authority is not the pinned one (stop unless you know why it changed)"
        case .noPeerCertificate: "the other side sent no certificate, and one is required (log in first)"
        case .refusedByPeer: "the other side refused our certificate (it may be expired or revoked; log in again)"
        case .noApplicationProtocol: "the two sides have no application protocol in common (update the older one)"
        case .handshakeTimeout: "the other side did not finish the handshake in time (try again)"
        case .truncated: "the connection was cut off, so data may be missing (try again)"
        case .closeTimeout: "the other side did not confirm the end of the connection in time (check what arrived)"
        case .connectionFailed: "the secure connection broke (connect again)"
        case .closed: "the connection is closed (connect again)"
        case .invalidInput: "a key, certificate or name is not usable (check what was given)"
        case .cryptoFailed: "the system's OpenSSL failed (check its installation and free memory)"
        }
    }
}
