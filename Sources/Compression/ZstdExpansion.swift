import CZstd

/// Unpacks what ``ZstdPacking`` packed, however it is split, in steps of at most 128 KiB. One owner at a time; not `Sendable`.
public final class ZstdExpansion {
    private let context: OpaquePointer
    private var input: [UInt8] = []
    private var taken = 0
    private var isFull = false

    /// Begins.
    ///
    /// - Throws: `outOfMemory`.
    public init() throws(CompressionError) {
        guard let context = ZSTD_createDCtx() else { throw CompressionError(.outOfMemory) }
        self.context = context
        ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, ZstdPacking.largestWindowLog)
    }

    deinit { ZSTD_freeDCtx(context) }

    /// Gives more input; what is left of the last one goes before it.
    public func feed(_ bytes: [UInt8]) {
        input = taken == input.count ? bytes : Array(input[taken...]) + bytes
        taken = 0
    }

    /// The next piece.
    ///
    /// - Returns: nil where more input is needed.
    /// - Throws: `damaged`.
    public func next() throws(CompressionError) -> [UInt8]? {
        while taken < input.count || isFull {
            let capacity = ZSTD_DStreamOutSize()
            var status = 0
            let part = [UInt8](unsafeUninitializedCapacity: capacity) { space, count in
                input.withUnsafeBytes { bytes in
                    var source = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: taken)
                    var out = ZSTD_outBuffer(dst: space.baseAddress, size: capacity, pos: 0)
                    status = ZSTD_decompressStream(context, &out, &source)
                    taken = source.pos
                    count = out.pos
                }
            }
            guard ZSTD_isError(status) == 0 else { throw CompressionError(.damaged) }
            isFull = part.count == capacity
            if !part.isEmpty { return part }
        }
        return nil
    }
}
