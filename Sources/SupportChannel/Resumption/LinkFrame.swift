import NIOCore

/// One message of the layer that carries a stream over one connection after another.
///
/// On the wire: kind (1 byte), length of the payload (4 bytes, big endian), payload. Numbers in payloads are 8 bytes, big endian.
enum LinkFrame: Equatable {
    /// 1: the stream's next bytes.
    case data(ByteBuffer)
    /// 2: how many of the stream's bytes have arrived, from its first on.
    case received(UInt64)
    /// 3: asks whether the other end is there.
    case ping(UInt64)
    /// 4: the answer, with the ping's number.
    case pong(UInt64)
    /// 5: the stream is over: nothing more comes, and nothing more is taken.
    case end
    /// 6: which stream goes on over a new connection; see `LinkHello`.
    case hello(ByteBuffer)

    /// The longest payload of `data`, in bytes: what comes behind waits no longer than that.
    static let longestData = 128 * 1024
    /// The longest payload of anything else.
    static let longestOther = 1024

    private static let headerBytes = 5

    var encoded: ByteBuffer {
        var buffer = ByteBuffer()
        switch self {
        case .data(let bytes):
            buffer.reserveCapacity(Self.headerBytes + bytes.readableBytes)
            Self.begin(1, bytes.readableBytes, &buffer)
            buffer.writeImmutableBuffer(bytes)
        case .received(let count): Self.write(2, count, &buffer)
        case .ping(let number): Self.write(3, number, &buffer)
        case .pong(let number): Self.write(4, number, &buffer)
        case .end: Self.begin(5, 0, &buffer)
        case .hello(let bytes):
            Self.begin(6, bytes.readableBytes, &buffer)
            buffer.writeImmutableBuffer(bytes)
        }
        return buffer
    }

    private static func begin(_ kind: UInt8, _ length: Int, _ buffer: inout ByteBuffer) {
        buffer.writeInteger(kind)
        buffer.writeInteger(UInt32(truncatingIfNeeded: length))
    }

    private static func write(_ kind: UInt8, _ number: UInt64, _ buffer: inout ByteBuffer) {
        begin(kind, MemoryLayout<UInt64>.size, &buffer)
        buffer.writeInteger(number)
    }

    /// Finds frames in bytes, however they are split.
    struct Decoder {
        private var buffer = ByteBuffer()

        mutating func append(_ bytes: ByteBuffer) {
            if buffer.readableBytes == 0 {
                buffer = bytes
            } else {
                buffer.discardReadBytes()
                buffer.writeImmutableBuffer(bytes)
            }
        }

        /// The next whole frame, or `nil` where more bytes are needed.
        ///
        /// - Throws: `protocolViolation`.
        mutating func next() throws(SupportChannelError) -> LinkFrame? {
            guard let kind = buffer.getInteger(at: buffer.readerIndex, as: UInt8.self),
                let length = buffer.getInteger(at: buffer.readerIndex + 1, as: UInt32.self)
            else { return nil }
            guard length <= (kind == 1 ? longestData : longestOther) else {
                throw SupportChannelError(kind: .protocolViolation, diagnostics: "a link frame of \(length) bytes")
            }
            guard buffer.readableBytes >= headerBytes + Int(length) else { return nil }
            buffer.moveReaderIndex(forwardBy: headerBytes)
            guard var payload = buffer.readSlice(length: Int(length)) else { return nil }
            switch (kind, length) {
            case (1, _): return .data(payload)
            case (2, 8): return payload.readInteger().map { .received($0) }
            case (3, 8): return payload.readInteger().map { .ping($0) }
            case (4, 8): return payload.readInteger().map { .pong($0) }
            case (5, 0): return .end
            case (6, _): return .hello(payload)
            default:
                throw SupportChannelError(
                    kind: .protocolViolation,
                    diagnostics: "a link frame of kind \(kind) with \(length) bytes"
                )
            }
        }
    }
}
