import CZstd

/// Packs a stream for a line (Zstandard, RFC 8878).
///
/// It begins with the level that costs least; ``adapt(waited:elapsed:into:)`` changes it between frames, which a reader does not notice.
/// One owner at a time; not `Sendable`.
public final class ZstdPacking {
    /// As it is named in requests (RFC 8878 §7.2).
    public static let name = "zstd"
    /// A reader has this much memory at most, as a power of two: 8 MiB (RFC 8878 §3.1.1.1.2).
    static let largestWindowLog: Int32 = 23
    /// What a frame can refer to: 4 MiB. At these levels a larger window packs no better, for their tables do not reach farther.
    private static let windowLog: Int32 = 22

    private let context: OpaquePointer
    private var effort = PackingEffort()

    /// Begins.
    ///
    /// - Throws: `outOfMemory`.
    public init() throws(CompressionError) {
        guard let context = ZSTD_createCCtx() else { throw CompressionError(.outOfMemory) }
        self.context = context
        ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, Self.windowLog)
        ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, effort.level)
    }

    deinit { ZSTD_freeCCtx(context) }

    /// Packs `bytes` behind what is in `output`; some of it may stay inside until ``flush(into:)``.
    public func append(_ bytes: UnsafeRawBufferPointer, into output: inout [UInt8]) throws(CompressionError) {
        var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
        while input.pos < input.size { _ = try step(&input, ZSTD_e_continue, into: &output) }
    }

    /// Everything so far can be unpacked from what is in `output`.
    public func flush(into output: inout [UInt8]) throws(CompressionError) { try drain(ZSTD_e_flush, into: &output) }

    /// The stream is at its end; another may follow.
    public func finish(into output: inout [UInt8]) throws(CompressionError) { try drain(ZSTD_e_end, into: &output) }

    /// Adapts the level of what follows to what the line left time for.
    ///
    /// - Parameters:
    ///   - waited: how long the line did not take the last piece.
    ///   - elapsed: how long ago the piece before it was done with, the waiting included.
    public func adapt(waited: Duration, elapsed: Duration, into output: inout [UInt8]) throws(CompressionError) {
        guard effort.note(waited: waited, elapsed: elapsed) else { return }
        try finish(into: &output)
        ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, effort.level)
    }

    private func drain(_ end: ZSTD_EndDirective, into output: inout [UInt8]) throws(CompressionError) {
        var input = ZSTD_inBuffer(src: nil, size: 0, pos: 0)
        while try step(&input, end, into: &output) > 0 {}
    }

    private func step(_ input: inout ZSTD_inBuffer, _ end: ZSTD_EndDirective, into output: inout [UInt8])
        throws(CompressionError) -> Int
    {
        let capacity = ZSTD_CStreamOutSize()
        var left = 0
        let part = [UInt8](unsafeUninitializedCapacity: capacity) { space, count in
            var out = ZSTD_outBuffer(dst: space.baseAddress, size: capacity, pos: 0)
            left = ZSTD_compressStream2(context, &out, &input, end)
            count = out.pos
        }
        guard ZSTD_isError(left) == 0 else { throw CompressionError(.outOfMemory) }
        output.append(contentsOf: part)
        return left
    }
}
