import COpenSSL

/// The BIO between OpenSSL and a ``TLSConnection``'s two buffers: one object for both directions, no copy beyond the
/// one that OpenSSL makes anyway, and all records of a batch in one buffer.
enum ByteBufferBIO {
    // Safe: written once here, under Swift's lazy initialization, and only read afterwards (BIO_new takes it const).
    private nonisolated(unsafe) static let method: OpaquePointer? = makeMethod()

    /// A BIO for `connection`, which must outlive it.
    static func make(for connection: TLSConnection) -> OpaquePointer? {
        OpenSSLErrorQueue.clear()
        guard let method, let bio = BIO_new(method) else { return nil }
        BIO_set_data(bio, Unmanaged.passUnretained(connection).toOpaque())
        BIO_set_init(bio, 1)
        return bio
    }

    private static func makeMethod() -> OpaquePointer? {
        let type = BIO_get_new_index() | BIO_TYPE_SOURCE_SINK
        guard let method = BIO_meth_new(type, "ByteBuffer"),
            BIO_meth_set_read(method, readFromBuffer) == 1,
            BIO_meth_set_write(method, writeToBuffer) == 1,
            BIO_meth_set_ctrl(method, control) == 1
        else { return nil }
        return method
    }

    fileprivate static func connection(_ bio: OpaquePointer?) -> TLSConnection? {
        guard let bio, let pointer = BIO_get_data(bio) else { return nil }
        return Unmanaged<TLSConnection>.fromOpaque(pointer).takeUnretainedValue()
    }
}

private func readFromBuffer(bio: OpaquePointer?, destination: UnsafeMutablePointer<CChar>?, count: Int32) -> Int32 {
    lotse_BIO_clear_retry_flags(bio)
    guard let connection = ByteBufferBIO.connection(bio), let destination, count > 0 else { return -1 }
    let bytes = UnsafeMutableRawBufferPointer(start: destination, count: Int(count))
    guard let filled = connection.fill(bytes) else {
        // Never an end of file: the handler learns that from the channel and says it in its own words.
        lotse_BIO_set_retry_read(bio)
        return -1
    }
    return Int32(truncatingIfNeeded: filled)
}

private func writeToBuffer(bio: OpaquePointer?, source: UnsafePointer<CChar>?, count: Int32) -> Int32 {
    lotse_BIO_clear_retry_flags(bio)
    guard let connection = ByteBufferBIO.connection(bio), let source, count > 0 else { return -1 }
    connection.append(UnsafeRawBufferPointer(start: source, count: Int(count)))
    return count
}

private func control(bio: OpaquePointer?, command: Int32, number: Int, pointer: UnsafeMutableRawPointer?) -> Int {
    // The handshake flushes; there is nothing else that OpenSSL needs to know of a buffer.
    command == BIO_CTRL_FLUSH ? 1 : 0
}
