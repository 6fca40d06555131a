import COpenSSL

/// Bytes that are wiped when the last owner lets go of them. They are never printed and never compared with `==`.
final class SecretBytes: Sendable {
    let count: Int
    // Safe: written by `init` alone, before anybody else can have the object, only read afterwards, freed by `deinit`.
    private nonisolated(unsafe) let storage: UnsafeMutableRawBufferPointer

    /// `count` bytes that `fill` writes; zeros to begin with.
    init(count: Int, _ fill: (UnsafeMutableRawBufferPointer) throws(PairingError) -> Void) throws(PairingError) {
        self.count = count
        storage = .allocate(byteCount: max(count, 1), alignment: 16)
        storage.initializeMemory(as: UInt8.self, repeating: 0)
        try fill(UnsafeMutableRawBufferPointer(rebasing: storage.prefix(count)))
    }

    /// A copy of bytes that are somewhere already.
    init(copying bytes: [UInt8]) {
        count = bytes.count
        storage = .allocate(byteCount: max(bytes.count, 1), alignment: 16)
        storage.initializeMemory(as: UInt8.self, repeating: 0)
        storage.copyBytes(from: bytes)
    }

    deinit {
        OPENSSL_cleanse(storage.baseAddress, storage.count)
        storage.deallocate()
    }

    /// Lends the bytes for the length of `body`.
    func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        // Nothing else keeps this object alive for as long as its bytes are lent.
        defer { withExtendedLifetime(self) {} }
        return try body(UnsafeRawBufferPointer(rebasing: storage.prefix(count)))
    }

    /// Some of the bytes, as a secret of its own; what lies outside is zeros.
    func part(_ range: Range<Int>) throws(PairingError) -> SecretBytes {
        try SecretBytes(count: range.count) { part throws(PairingError) in
            withBytes { all in
                part.copyMemory(from: UnsafeRawBufferPointer(rebasing: all[range.clamped(to: all.indices)]))
            }
        }
    }

    /// Whether these are the bytes, in a time that does not depend on where they differ.
    func isEqual(to other: [UInt8]) -> Bool {
        guard other.count == count else { return false }
        return withBytes { CRYPTO_memcmp($0.baseAddress, other, count) == 0 }
    }
}
