import COpenSSL

/// Reading PEM from and writing PEM to memory. The freed memory is cleansed by OpenSSL (`BUF_MEM_free`).
enum MemoryBIO {
    /// Gives `body` a BIO that reads `text`.
    static func reading<Result>(_ text: String, _ body: (OpaquePointer) throws -> Result) throws -> Result {
        var text = text
        return try text.withUTF8 { bytes in
            guard let start = bytes.baseAddress, let count = Int32(exactly: bytes.count) else {
                throw TLSError(.invalidInput, "the text is empty or too long")
            }
            OpenSSLErrorQueue.clear()
            guard let bio = BIO_new_mem_buf(start, count) else {
                throw OpenSSLErrorQueue.error(.cryptoFailed, "no memory for reading PEM")
            }
            defer { BIO_free(bio) }
            return try body(bio)
        }
    }

    /// What `body` wrote, as text. `body` returns OpenSSL's 1 for success.
    static func writing(_ what: String, _ body: (OpaquePointer) -> Int32) throws -> String {
        OpenSSLErrorQueue.clear()
        guard let bio = BIO_new(BIO_s_mem()) else {
            throw OpenSSLErrorQueue.error(.cryptoFailed, what)
        }
        defer { BIO_free(bio) }
        guard body(bio) == 1 else { throw OpenSSLErrorQueue.error(.cryptoFailed, what) }
        var data: UnsafeMutablePointer<CChar>?
        let count = lotse_BIO_get_mem_data(bio, &data)
        guard let data, count > 0 else { throw TLSError(.cryptoFailed, what) }
        return String(decoding: UnsafeRawBufferPointer(start: data, count: count), as: UTF8.self)
    }
}

/// The bytes of an `i2d_…` function: called once for the length and once for the content.
func derBytes(_ what: String, _ encode: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> Int32) throws
    -> [UInt8]
{
    OpenSSLErrorQueue.clear()
    let count = encode(nil)
    guard count > 0 else { throw OpenSSLErrorQueue.error(.cryptoFailed, what) }
    return try [UInt8](unsafeUninitializedCapacity: Int(count)) { buffer, initialized in
        var cursor = buffer.baseAddress
        guard encode(&cursor) == count else { throw OpenSSLErrorQueue.error(.cryptoFailed, what) }
        initialized = Int(count)
    }
}

/// SHA-256 of `bytes`, 32 bytes.
func sha256(_ bytes: [UInt8]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 32) { buffer, initialized in
        SHA256(bytes, bytes.count, buffer.baseAddress)
        initialized = 32
    }
}
