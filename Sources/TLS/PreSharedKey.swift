import COpenSSL
import NIOCore

/// Peers that prove themselves by one key that both have (RFC 8446 §4.2.11, an external PSK), without certificates.
public struct TLSPreSharedKeyConfiguration: Sendable {
    /// Which side of the handshake this one takes.
    public enum Role: Sendable {
        /// Waits for the other side's ClientHello.
        case server
        /// Speaks first.
        case client
    }

    /// The side that this one takes.
    public var role: Role

    /// How long a handshake may take from the moment the connection is there.
    public var handshakeTimeout: TimeAmount

    /// How long the peer may take to accept the last bytes and to answer close_notify.
    public var closeTimeout: TimeAmount

    let key: PreSharedKey

    /// Makes a configuration.
    ///
    /// - Parameters:
    ///   - identity: the key's name, 1…128 bytes; it is sent in clear.
    ///   - key: 32 bytes, copied; the copy is wiped with the last user of this configuration.
    /// - Throws: `invalidInput`.
    public init(
        identity: String,
        key: UnsafeRawBufferPointer,
        role: Role,
        handshakeTimeout: TimeAmount = .seconds(10),
        closeTimeout: TimeAmount = .seconds(5)
    ) throws {
        self.key = try PreSharedKey(identity: identity, key: key)
        self.role = role
        self.handshakeTimeout = handshakeTimeout
        self.closeTimeout = closeTimeout
    }

    /// The same with a key in an array, which is the caller's to wipe.
    public init(identity: String, key: [UInt8], role: Role) throws {
        self = try key.withUnsafeBytes { try Self(identity: identity, key: $0, role: role) }
    }
}

/// A key and its name, in memory that is wiped.
final class PreSharedKey: Sendable {
    static let keyBytes = 32

    // Safe: written by `init` alone, only read afterwards, freed by `deinit`.
    private nonisolated(unsafe) let key: UnsafeMutableRawBufferPointer
    private nonisolated(unsafe) let identity: UnsafeMutableRawBufferPointer

    init(identity: String, key: UnsafeRawBufferPointer) throws {
        guard (1...128).contains(identity.utf8.count) else {
            throw TLSError(.invalidInput, "a key's name of 0 or over 128 bytes")
        }
        guard key.count == Self.keyBytes else { throw TLSError(.invalidInput, "a pre-shared key that is not 32 bytes") }
        self.identity = .allocate(byteCount: identity.utf8.count, alignment: 16)
        self.identity.copyBytes(from: identity.utf8)
        self.key = .allocate(byteCount: key.count, alignment: 16)
        self.key.copyMemory(from: key)
    }

    deinit {
        OPENSSL_cleanse(key.baseAddress, key.count)
        key.deallocate()
        identity.deallocate()
    }

    func install(on context: OpaquePointer, role: TLSPreSharedKeyConfiguration.Role) throws {
        SSL_CTX_set_psk_find_session_callback(context, findPreSharedKey)
        SSL_CTX_set_psk_use_session_callback(context, usePreSharedKey)
        // A server that verifies its peers resumes no session, and an external key counts as one, without such a context; a client
        // that had one would look for it in the session.
        let name = [UInt8]("lotse".utf8)
        guard role != .server || SSL_CTX_set_session_id_context(context, name, UInt32(name.count)) == 1 else {
            throw OpenSSLErrorQueue.error(.cryptoFailed, "configure a pre-shared key")
        }
        // Nothing is trusted: a peer that sends a certificate instead fails.
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
    }

    /// Lives as long as the key: OpenSSL keeps the pointer until the ClientHello is written.
    var identityBytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(identity) }

    /// The form in which OpenSSL takes an external key; the caller owns it, and OpenSSL wipes it.
    func session(for ssl: OpaquePointer) -> OpaquePointer? {
        // TLS_AES_128_GCM_SHA256: the suite says which hash goes with the key (RFC 8446 §4.2.11); the suite that is agreed may be
        // another one with the same hash.
        let suite: [UInt8] = [0x13, 0x01]
        guard let cipher = SSL_CIPHER_find(ssl, suite), let session = SSL_SESSION_new() else { return nil }
        let start = key.bindMemory(to: UInt8.self).baseAddress
        guard SSL_SESSION_set1_master_key(session, start, key.count) == 1,
            SSL_SESSION_set_cipher(session, cipher) == 1,
            SSL_SESSION_set_protocol_version(session, TLS1_3_VERSION) == 1
        else {
            SSL_SESSION_free(session)
            return nil
        }
        return session
    }
}

/// OpenSSL's callback at the server: 1 with a session is the key, 1 without one is "not known here", 0 ends the handshake.
private func findPreSharedKey(
    ssl: OpaquePointer?,
    identity: UnsafePointer<UInt8>?,
    count: Int,
    session: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
    guard let ssl, let connection = TLSConnection.of(ssl), let session else { return 0 }
    session.pointee = nil
    guard case .preSharedKey(let key) = connection.context.authentication, let identity,
        UnsafeRawBufferPointer(start: identity, count: count).elementsEqual(key.identityBytes)
    else { return 1 }
    guard let made = key.session(for: ssl) else { return 0 }
    session.pointee = made
    return 1
}

/// OpenSSL's callback at the client. It comes again, with the digest of the suite, after a HelloRetryRequest; a suite with another
/// digest cannot go with this key.
private func usePreSharedKey(
    ssl: OpaquePointer?,
    digest: OpaquePointer?,
    identity: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
    count: UnsafeMutablePointer<Int>?,
    session: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
    guard let ssl, let connection = TLSConnection.of(ssl), let identity, let count, let session,
        case .preSharedKey(let key) = connection.context.authentication
    else { return 0 }
    session.pointee = nil
    identity.pointee = nil
    count.pointee = 0
    if let digest, EVP_MD_is_a(digest, "SHA256") != 1 { return 1 }
    guard let made = key.session(for: ssl) else { return 0 }
    identity.pointee = key.identityBytes.bindMemory(to: UInt8.self).baseAddress
    count.pointee = key.identityBytes.count
    session.pointee = made
    return 1
}
