import NIOCore

/// A place in one open file, from which its lines are read on.
///
/// An unfinished line stays in the file, not in memory, until it is finished, or has not grown for a whole poll.
struct LogCursor {
    enum Step {
        case data(ByteBuffer)
        /// The file is shorter than what was read of it, or its bytes are others.
        case truncated
        case idle
    }

    let file: LogFile
    private(set) var offset: Int64
    /// The bytes just before `offset`, by which a file that was emptied and has grown past it again is recognised.
    private(set) var lastBytes: [UInt8] = []
    private var stamp: LogFile.Stamp?
    private var unfinished: (size: Int64, poll: Int)?

    private static let rememberedBytes = 64

    init(file: LogFile, offset: Int64) throws(SystemFailure) {
        self.file = file
        self.offset = offset
        if offset > 0 {
            let count = min(offset, Int64(Self.rememberedBytes))
            lastBytes = Array(try file.read(at: offset - count, count: Int(count)).readableBytesView)
        }
    }

    /// The next lines, at most one block.
    ///
    /// - Parameters:
    ///   - poll: A number that changes with each wait.
    ///   - flush: Whether an unfinished line is wanted at once.
    mutating func next(poll: Int, flush: Bool) throws(SystemFailure) -> Step {
        let now = try file.stamp()
        if now.size < offset { return .truncated }
        if now != stamp {
            guard try holdsLastBytes() else { return .truncated }
            stamp = now
        }
        guard now.size > offset else { return .idle }
        var block = try file.read(at: offset, count: Int(min(now.size - offset, Int64(LogFile.blockSize))))
        guard block.readableBytes > 0 else { return .idle }
        let view = block.readableBytesView
        if let newline = view.lastIndex(of: 0x0a) {
            let length = newline - view.startIndex + 1
            return .data(take(length, of: &block))
        }
        if block.readableBytes < LogFile.blockSize && !flush && !isOverdue(size: now.size, poll: poll) { return .idle }
        return .data(take(block.readableBytes, of: &block))
    }

    /// Goes to the start of the file's data.
    mutating func restart() {
        offset = file.firstData()
        lastBytes = []
        stamp = nil
        unfinished = nil
    }

    private func holdsLastBytes() throws(SystemFailure) -> Bool {
        guard !lastBytes.isEmpty else { return true }
        let bytes = try file.read(at: offset - Int64(lastBytes.count), count: lastBytes.count)
        return bytes.readableBytesView.elementsEqual(lastBytes)
    }

    private mutating func isOverdue(size: Int64, poll: Int) -> Bool {
        if let unfinished, unfinished.size == size { return unfinished.poll != poll }
        unfinished = (size, poll)
        return false
    }

    private mutating func take(_ length: Int, of block: inout ByteBuffer) -> ByteBuffer {
        let data = block.readSlice(length: length) ?? ByteBuffer()
        offset += Int64(length)
        unfinished = nil
        lastBytes = Array(
            (lastBytes + data.readableBytesView.suffix(Self.rememberedBytes)).suffix(Self.rememberedBytes)
        )
        return data
    }
}
