import NIOCore

/// Receive buffers that no connection keeps: each is made for one read, and gone when what was read has been passed on.
///
/// SwiftNIO keeps as many buffers of a channel for its next reads as it may read messages in a turn: with `maxMessagesPerRead` 1 that is the
/// first one alone, which is why the first is small. The allocator of the C library hands the same memory out again and again, to whichever
/// connection reads next.
struct PassingReceiveBuffers: RecvByteBufferAllocator {
    /// How many bytes one read takes at most.
    let bytes: Int
    private let keptBytes: Int
    private var isKeptMade: Bool

    /// - Parameter keptBytes: the size of the buffer that a new channel keeps; nil for a channel that has one.
    init(bytes: Int, keptBytes: Int? = nil) {
        self.bytes = bytes
        self.keptBytes = keptBytes ?? bytes
        isKeptMade = keptBytes == nil
    }

    func buffer(allocator: ByteBufferAllocator) -> ByteBuffer {
        let size = isKeptMade ? bytes : keptBytes
        var buffer = allocator.buffer(capacity: size)
        // A buffer's size is a power of two; one read must not take more than was said.
        let rest = buffer.writableBytes - size
        buffer.moveWriterIndex(forwardBy: rest)
        buffer.moveReaderIndex(forwardBy: rest)
        return buffer
    }

    /// No size is promised, so that no buffer is taken again.
    func nextBufferSize() -> Int? { nil }

    mutating func record(actualReadBytes: Int) -> Bool {
        isKeptMade = true
        return true
    }
}
