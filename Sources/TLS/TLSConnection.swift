import COpenSSL
import NIOCore

/// One `SSL` with its BIO: bytes of the wire and of the application in and out, no I/O.
///
/// Belongs to one handler on one event loop. OpenSSL's error queue is emptied before each call that can fail, and
/// whoever calls takes the output afterwards (``takeOutput()``), since any call may produce some, reads included.
final class TLSConnection {
    /// What came of a read.
    enum ReadOutcome {
        /// All that was received is decrypted.
        case needsInput
        /// The peer sent close_notify.
        case closeNotify
    }

    let context: TLSContext

    /// Set by the verification callback once the peer's certificate is accepted.
    var peer: PeerIdentity?

    private let ssl: OpaquePointer
    private var input = ByteBuffer()
    private var output = ByteBuffer()

    init(context: TLSContext) throws {
        self.context = context
        ssl = try context.makeSSL()
        guard let bio = ByteBufferBIO.make(for: self),
            // The callbacks have only the SSL to find their way back with.
            SSL_set_ex_data(ssl, 0, Unmanaged.passUnretained(self).toOpaque()) == 1,
            lotse_SSL_set_send_fragment(ssl, Self.handshakeFragmentBytes) == 1
        else { throw OpenSSLErrorQueue.error(.cryptoFailed, "make a TLS connection") }
        SSL_set_bio(ssl, bio, bio)
        switch context.role {
        case .server:
            SSL_set_accept_state(ssl)
        case .client(let server):
            try server?.install(on: ssl)
            SSL_set_connect_state(ssl)
        }
    }

    deinit { SSL_free(ssl) }

    /// The connection behind an `SSL`, for OpenSSL's callbacks. They run inside a call on that connection, so it lives.
    static func of(_ ssl: OpaquePointer?) -> TLSConnection? {
        guard let ssl, let pointer = SSL_get_ex_data(ssl, 0) else { return nil }
        return Unmanaged<TLSConnection>.fromOpaque(pointer).takeUnretainedValue()
    }

    /// Bytes from the wire. Taken without a copy when everything before was consumed, which is the rule.
    func receive(_ bytes: ByteBuffer) {
        if input.readableBytes == 0 {
            input = bytes
        } else {
            input.writeImmutableBuffer(bytes)
        }
    }

    /// Bytes for the wire, all that the calls since the last time produced.
    func takeOutput() -> ByteBuffer? {
        guard output.readableBytes > 0 else { return nil }
        defer { output = ByteBuffer() }
        return output
    }

    /// Goes on with the handshake as far as the received bytes allow; nil while it needs more.
    func handshake() throws -> TLSHandshake? {
        OpenSSLErrorQueue.clear()
        let result = SSL_do_handshake(ssl)
        guard result == 1 else {
            let error = SSL_get_error(ssl, result)
            releaseConsumedInput()
            guard error == SSL_ERROR_WANT_READ else { throw failure(error, handshaking: true) }
            return nil
        }
        try checkAuthentication()
        lotse_SSL_set_send_fragment(ssl, Self.recordBytes)
        // Whoever asked for the handshake's outcome keeps it for as long as it is needed.
        defer { peer = nil }
        return TLSHandshake(
            peer: peer,
            applicationProtocol: applicationProtocol,
            version: String(cString: SSL_get_version(ssl)),
            cipher: SSL_get_cipher_name()
        )
    }

    /// Decrypts everything that was received, appending to `plaintext`.
    func read(into plaintext: inout ByteBuffer) throws -> ReadOutcome {
        // Ciphertext is longer than its plaintext, so this is one allocation; a record that began earlier lies in
        // OpenSSL's buffer.
        let expected = input.readableBytes + (SSL_has_pending(ssl) == 1 ? Self.recordBytes : 0)
        if expected > 0 { plaintext.reserveCapacity(minimumWritableBytes: expected) }
        while true {
            if plaintext.writableBytes == 0 { plaintext.reserveCapacity(minimumWritableBytes: Self.recordBytes) }
            var count = 0
            OpenSSLErrorQueue.clear()
            let result = plaintext.withUnsafeMutableWritableBytes { bytes in
                SSL_read_ex(ssl, bytes.baseAddress, bytes.count, &count)
            }
            if result == 1 {
                plaintext.moveWriterIndex(forwardBy: count)
                continue
            }
            let error = SSL_get_error(ssl, result)
            releaseConsumedInput()
            switch error {
            case SSL_ERROR_WANT_READ: return .needsInput
            case SSL_ERROR_ZERO_RETURN: return .closeNotify
            default: throw failure(error, handshaking: false)
            }
        }
    }

    /// Encrypts `bytes` (not empty). False: nothing was taken, since the peer is half-way through a message of the
    /// handshake layer; it can be tried again when more has arrived.
    func write(_ bytes: UnsafeRawBufferPointer) throws -> Bool {
        var count = 0
        OpenSSLErrorQueue.clear()
        let result = SSL_write_ex(ssl, bytes.baseAddress, bytes.count, &count)
        if result == 1 { return true }
        let error = SSL_get_error(ssl, result)
        guard error == SSL_ERROR_WANT_READ else { throw failure(error, handshaking: false) }
        return false
    }

    /// Makes room for `count` bytes of ciphertext, so that a batch is one allocation.
    func reserveOutput(_ count: Int) {
        output.reserveCapacity(minimumWritableBytes: count)
    }

    /// Produces close_notify. Only between the handshake's end and the first failure.
    func sendCloseNotify() {
        OpenSSLErrorQueue.clear()
        // 0 and 1 are both success; where it fails (half-way through a message of the handshake layer) the peer will
        // see a cut-off connection, which is true.
        _ = SSL_shutdown(ssl)
    }

    /// Changes this side's keys, and asks the peer to change its own (RFC 8446 §4.6.3). The message goes out with
    /// the next write.
    func updateKeys(requestingPeer: Bool) -> Bool {
        OpenSSLErrorQueue.clear()
        return SSL_key_update(ssl, requestingPeer ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED) == 1
    }

    /// Produces a key update. Only between the handshake's end and the first failure.
    func pulse() -> Bool {
        guard updateKeys(requestingPeer: false) else { return false }
        OpenSSLErrorQueue.clear()
        return SSL_do_handshake(ssl) == 1
    }

    /// Bytes that only the two ends of this connection can compute (RFC 8446 §7.5). Only after the handshake.
    func exportKeyingMaterial(label: String, length: Int) throws -> [UInt8] {
        OpenSSLErrorQueue.clear()
        return try [UInt8](unsafeUninitializedCapacity: length) { buffer, initialized in
            let done = SSL_export_keying_material(
                ssl,
                buffer.baseAddress,
                length,
                label,
                label.utf8.count,
                nil,
                0,
                0
            )
            guard done == 1 else { throw OpenSSLErrorQueue.error(.cryptoFailed, "export keying material") }
            initialized = length
        }
    }

    // MARK: Called by the BIO

    /// Moves received bytes to OpenSSL; nil when there are none.
    func fill(_ destination: UnsafeMutableRawBufferPointer) -> Int? {
        guard input.readableBytes > 0, destination.count > 0 else { return nil }
        return input.readWithUnsafeReadableBytes { bytes in
            let count = min(bytes.count, destination.count)
            destination.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes.prefix(count)))
            return (count, count)
        }
    }

    /// Takes bytes from OpenSSL.
    func append(_ source: UnsafeRawBufferPointer) {
        output.writeBytes(source)
    }

    // MARK: Private

    /// The most plaintext that one record carries (RFC 8446 §5.1).
    static let recordBytes = 16 * 1024

    /// The size of our own records during the handshake. OpenSSL holds a buffer of this size beside two of 16 KiB and
    /// more; with full records a peer that stops half-way would cost 76 KiB.
    private static let handshakeFragmentBytes = 1024

    private var applicationProtocol: String? {
        var bytes: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        SSL_get0_alpn_selected(ssl, &bytes, &count)
        guard let bytes, count > 0 else { return nil }
        return String(decoding: UnsafeBufferPointer(start: bytes, count: Int(count)), as: UTF8.self)
    }

    /// With a pre-shared key, that it was used, and nothing else. OpenSSL sees to it; this makes sure that it did.
    private func checkAuthentication() throws {
        guard case .preSharedKey = context.authentication else { return }
        guard SSL_session_reused(ssl) == 1 else { throw TLSError(.handshakeFailed, "the pre-shared key was not used") }
        guard SSL_get0_peer_certificate(ssl) == nil, SSL_get_peer_cert_chain(ssl) == nil, peer == nil else {
            throw TLSError(.handshakeFailed, "a certificate came where there should be none")
        }
    }

    /// Gives the transport its receive buffer back.
    private func releaseConsumedInput() {
        if input.readableBytes == 0 { input = ByteBuffer() }
    }

    private func SSL_get_cipher_name() -> String {
        guard let cipher = SSL_get_current_cipher(ssl), let name = SSL_CIPHER_get_name(cipher) else { return "" }
        return String(cString: name)
    }

    private func failure(_ error: Int32, handshaking: Bool) -> TLSError {
        // Nothing more will be decrypted.
        input = ByteBuffer()
        return TLSError(
            sslError: error,
            verification: SSL_get_verify_result(ssl),
            handshaking: handshaking
        )
    }
}
