import NIOCore

/// One message on the stream of an action: a kind, a length and a payload.
///
/// On the wire: kind (1 byte), length of the payload (4 bytes, big endian, at most 1 MiB), payload.
public struct ActionFrame: Sendable, Equatable {
    /// What a frame carries.
    public enum Kind: UInt8, Sendable {
        /// Operator → agent, first: the action's parameters as JSON.
        case parameters = 1
        /// Operator → agent: bytes for the command's standard input.
        case input = 2
        /// Operator → agent: the command's standard input ends.
        case inputEnd = 3
        /// Operator → agent: one byte, a signal number.
        case signal = 4
        /// Agent → operator: bytes of standard output.
        case output = 5
        /// Agent → operator: bytes of standard error.
        case errorOutput = 6
        /// Agent → operator: index of a log file (2 bytes, big endian) and bytes of it.
        case source = 7
        /// Agent → operator: something to tell the operator, as JSON.
        case notice = 8
        /// Agent → operator, last: how it went, as JSON.
        case result = 9
        /// Columns and rows (2 bytes each, big endian): operator → agent, of the operator's window; agent → operator, of the terminal.
        case resize = 12
    }

    /// What it carries.
    public var kind: Kind
    /// At most 1 MiB.
    public var payload: ByteBuffer

    /// A frame.
    public init(_ kind: Kind, _ payload: ByteBuffer = ByteBuffer()) {
        self.kind = kind
        self.payload = payload
    }

    /// The longest payload, in bytes.
    public static let longestPayload = 1 << 20

    /// The frame as it goes over the wire.
    public var encoded: ByteBuffer {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(5 + payload.readableBytes)
        buffer.writeInteger(kind.rawValue)
        buffer.writeInteger(UInt32(truncatingIfNeeded: payload.readableBytes))
        buffer.writeImmutableBuffer(payload)
        return buffer
    }
}

/// Finds frames in bytes, however they are split.
public struct ActionFrameDecoder: Sendable {
    private var buffer = ByteBuffer()

    /// A decoder at the beginning of a stream.
    public init() {}

    /// Takes bytes in.
    public mutating func append(_ bytes: ByteBuffer) {
        if buffer.readableBytes == 0 {
            buffer = bytes
        } else {
            buffer.discardReadBytes()
            buffer.writeImmutableBuffer(bytes)
        }
    }

    /// The next whole frame, or `nil` where more bytes are needed.
    ///
    /// - Throws: `protocolViolation` for a frame that is too long, or of a kind that there is not.
    public mutating func next() throws(SupportChannelError) -> ActionFrame? {
        guard let kind = buffer.getInteger(at: buffer.readerIndex, as: UInt8.self),
            let length = buffer.getInteger(at: buffer.readerIndex + 1, as: UInt32.self)
        else { return nil }
        guard length <= ActionFrame.longestPayload else {
            throw SupportChannelError(kind: .protocolViolation, diagnostics: "a frame of \(length) bytes")
        }
        guard let kind = ActionFrame.Kind(rawValue: kind) else {
            throw SupportChannelError(kind: .protocolViolation, diagnostics: "a frame of kind \(kind)")
        }
        guard buffer.readableBytes >= 5 + Int(length) else { return nil }
        buffer.moveReaderIndex(forwardBy: 5)
        guard let payload = buffer.readSlice(length: Int(length)) else { return nil }
        return ActionFrame(kind, payload)
    }

    /// Whether a frame was begun and not ended.
    var isInsideFrame: Bool { buffer.readableBytes > 0 }
}
