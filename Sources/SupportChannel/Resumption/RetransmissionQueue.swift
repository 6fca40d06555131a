import NIOCore

/// What was sent of a stream and is not known to have arrived: kept until the other end says so, so that it can be sent again.
struct RetransmissionQueue {
    private var pieces = CircularBuffer<ByteBuffer>()
    /// How many bytes of the stream the other end has, from its first on.
    private(set) var acknowledged: UInt64 = 0
    /// How many were sent.
    private(set) var sent: UInt64 = 0

    /// How many bytes are kept.
    var count: Int { Int(truncatingIfNeeded: sent - acknowledged) }

    /// The stream's next bytes.
    mutating func append(_ bytes: ByteBuffer) {
        guard bytes.readableBytes > 0 else { return }
        pieces.append(bytes)
        sent += UInt64(bytes.readableBytes)
    }

    /// Lets go of what has arrived.
    ///
    /// - Throws: `protocolViolation` for bytes that were never sent, or that the other end said it had and now has not.
    mutating func acknowledge(upTo total: UInt64) throws(SupportChannelError) {
        guard (acknowledged...sent).contains(total) else {
            throw SupportChannelError(
                kind: .protocolViolation,
                diagnostics: "\(total) bytes arrived of \(acknowledged) to \(sent)"
            )
        }
        var left = Int(truncatingIfNeeded: total - acknowledged)
        acknowledged = total
        while left > 0, var piece = pieces.first {
            if piece.readableBytes > left {
                piece.moveReaderIndex(forwardBy: left)
                pieces[pieces.startIndex] = piece
                left = 0
            } else {
                left -= piece.readableBytes
                pieces.removeFirst()
            }
        }
    }

    /// What has to be sent again, in order.
    var unacknowledged: [ByteBuffer] { Array(pieces) }
}
