import CZlib

/// Unpacks gzip (RFC 1952), member after member, in steps of bounded size.
///
/// One owner at a time; not `Sendable`.
public final class GzipExpansion {
    /// Up to here nobody asks how much it was packed, in bytes unpacked.
    public static let unquestioned: Int64 = 64 << 20
    /// More than so many bytes from one is no log: deflate does 1032 at most, with nothing but repetition.
    public static let largestRatio: Int64 = 200

    private var stream = z_stream()
    private var input: [UInt8] = []
    private var taken = 0
    private var isInsideMember = false
    /// What comes behind the last member is none: nothing more comes out.
    public private(set) var isOver = false
    private var bytesIn: Int64 = 0
    private var bytesOut: Int64 = 0

    /// Begins.
    ///
    /// - Throws: `outOfMemory`.
    public init() throws(CompressionError) {
        guard lotse_inflateInitGzip(&stream) == Z_OK else { throw CompressionError(.outOfMemory) }
    }

    deinit { inflateEnd(&stream) }

    /// Whether it waits for more input.
    public var isHungry: Bool { taken == input.count && !isOver }

    /// Gives more input; only where it ``isHungry``.
    public func feed(_ bytes: [UInt8]) {
        input = bytes
        taken = 0
        bytesIn += Int64(bytes.count)
    }

    /// Unpacks, at most `limit` bytes.
    ///
    /// - Returns: nothing where more input is needed, or nothing is left.
    /// - Throws: `damaged`, `bomb`.
    public func next(limit: Int) throws(CompressionError) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: limit)
        var written = 0
        while written < limit, taken < input.count, !isOver {
            // Behind a member another may follow; padding and signatures do not count.
            if !isInsideMember, bytesOut > 0, input[taken] != 0x1f {
                isOver = true
                break
            }
            let (status, read, made) = step(into: &output, from: written)
            taken += read
            written += made
            bytesOut += Int64(made)
            isInsideMember = true
            switch status {
            case Z_OK: break
            case Z_BUF_ERROR where read > 0 || made > 0: break
            case Z_STREAM_END:
                isInsideMember = false
                guard inflateReset(&stream) == Z_OK else { throw CompressionError(.damaged) }
            default: throw CompressionError(.damaged)
            }
            if bytesOut > Self.unquestioned, bytesOut / max(bytesIn, 1) > Self.largestRatio {
                throw CompressionError(.bomb)
            }
        }
        output.removeLast(limit - written)
        return output
    }

    /// The input is at its end.
    ///
    /// - Throws: `cutShort` inside of a member, or where there was none.
    public func finish() throws(CompressionError) {
        guard !isInsideMember, bytesIn > 0 else { throw CompressionError(.cutShort) }
    }

    private func step(into output: inout [UInt8], from start: Int) -> (status: Int32, read: Int, made: Int) {
        input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                let (available, room) = (input.count - taken, output.count - start)
                stream.next_in = input.baseAddress.map { $0 + taken }
                stream.avail_in = UInt32(available)
                stream.next_out = output.baseAddress.map { $0 + start }
                stream.avail_out = UInt32(room)
                let status = inflate(&stream, Z_NO_FLUSH)
                return (status, available - Int(stream.avail_in), room - Int(stream.avail_out))
            }
        }
    }
}
