import NIOCore

/// Holds the beginning of a record back until all of it is there; used during the handshake.
///
/// For one byte of a record OpenSSL keeps a buffer of 17 KiB; a stranger who sends that byte and no more shall cost a
/// byte. After the handshake OpenSSL may have its buffer.
struct WholeRecords {
    /// A record that is longer may as well lie in OpenSSL's buffer.
    private static let maximumBytes = 9 + PlaintextLimit.maximumMessageBytes

    private var held = ByteBuffer()
    private var isOver = false

    /// Takes the next bytes from the wire, gives those that make whole records; empty where there are none. From the
    /// first that is long, or does not look like a record (OpenSSL shall refuse it at once), everything goes through.
    mutating func take(_ bytes: ByteBuffer) -> ByteBuffer {
        guard !isOver else { return bytes }
        var all = bytes
        if held.readableBytes > 0 {
            held.writeImmutableBuffer(bytes)
            all = held
        }
        let count = wholeBytes(all)
        guard count < all.readableBytes else {
            held = ByteBuffer()
            return all
        }
        guard let whole = all.readSlice(length: count) else { return ByteBuffer() }
        // A copy, so that the transport gets its receive buffer back; later bytes are appended to it in place.
        if count > 0 || held.readableBytes == 0 { held = ByteBuffer(bytes: all.readableBytesView) }
        return whole
    }

    /// What is held, at the end of the handshake.
    mutating func takeRest() -> ByteBuffer {
        defer { held = ByteBuffer() }
        return held
    }

    private mutating func wholeBytes(_ bytes: ByteBuffer) -> Int {
        var count = 0
        while count < bytes.readableBytes {
            let start = bytes.readerIndex + count
            guard let type = bytes.getInteger(at: start, as: UInt8.self) else { break }
            // change_cipher_spec, alert, handshake, application_data.
            guard (20...23).contains(type) else { return passEverything(bytes) }
            guard let major = bytes.getInteger(at: start + 1, as: UInt8.self) else { break }
            guard major == 3 else { return passEverything(bytes) }
            guard let length = bytes.getInteger(at: start + 3, as: UInt16.self) else { break }
            guard Int(length) + 5 <= Self.maximumBytes else { return passEverything(bytes) }
            guard count + 5 + Int(length) <= bytes.readableBytes else { break }
            count += 5 + Int(length)
        }
        return count
    }

    private mutating func passEverything(_ bytes: ByteBuffer) -> Int {
        isOver = true
        return bytes.readableBytes
    }
}
