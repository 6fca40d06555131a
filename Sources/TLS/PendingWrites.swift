import NIOCore

/// Plaintext that waits to be encrypted, with the promises that go with it. A promise is handed out with the last
/// ciphertext of its write.
struct PendingWrites {
    private struct Write {
        var bytes: ByteBuffer
        let promise: EventLoopPromise<Void>?
    }

    private var writes = MarkedCircularBuffer<Write>(initialCapacity: 4)
    private var unflushedBytes = 0
    private var finished: [EventLoopPromise<Void>] = []

    /// Bytes that may be encrypted.
    private(set) var flushedBytes = 0

    /// Whether there is anything to do, be it only the promise of an empty write.
    var hasFlushed: Bool { writes.hasMark }

    mutating func append(_ bytes: ByteBuffer, _ promise: EventLoopPromise<Void>?) {
        unflushedBytes += bytes.readableBytes
        writes.append(Write(bytes: bytes, promise: promise))
    }

    /// Everything so far is flushed.
    mutating func mark() {
        writes.mark()
        flushedBytes += unflushedBytes
        unflushedBytes = 0
    }

    /// Gives `body` the next bytes, at most `limit`; it returns whether it took them all or none. Small writes are
    /// gathered into one full record: a record of its own costs more than a copy. True: `body` took none.
    mutating func withNext(upTo limit: Int, _ body: (UnsafeRawBufferPointer) throws -> Bool) rethrows -> Bool {
        dropEmpty()
        guard let first = writes.first else { return true }
        let isAlone = first.bytes.readableBytes == flushedBytes
        let count: Int?
        if isAlone || first.bytes.readableBytes >= TLSConnection.recordBytes {
            count = try first.bytes.withUnsafeReadableBytes { bytes in
                let next = UnsafeRawBufferPointer(rebasing: bytes.prefix(limit))
                return try body(next) ? next.count : nil
            }
        } else {
            count = try gathered(upTo: min(limit, TLSConnection.recordBytes)) { try body($0) ? $0.count : nil }
        }
        guard let count else { return true }
        consume(count)
        return false
    }

    /// One promise for all writes that ended since the last time, nil where nobody asked.
    mutating func takePromise() -> EventLoopPromise<Void>? {
        dropEmpty()
        guard let first = finished.first else { return nil }
        for other in finished.dropFirst() { first.futureResult.cascade(to: other) }
        finished.removeAll(keepingCapacity: true)
        return first
    }

    /// Empties the queue and gives all promises.
    mutating func removeAll() -> [EventLoopPromise<Void>] {
        let promises = finished + writes.compactMap(\.promise)
        self = PendingWrites()
        return promises
    }

    /// How long the ciphertext of `count` bytes gets: each record adds header, type and tag (RFC 8446 §5.2).
    static func ciphertextBytes(for count: Int) -> Int {
        count + (count / TLSConnection.recordBytes + 1) * 22
    }

    private func gathered<Result>(upTo limit: Int, _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result
    {
        try withUnsafeTemporaryAllocation(byteCount: limit, alignment: 16) { scratch in
            var filled = 0
            var index = writes.startIndex
            while filled < limit, let last = writes.markedElementIndex, index <= last {
                writes[index].bytes.withUnsafeReadableBytes { bytes in
                    let part = bytes.prefix(limit - filled)
                    UnsafeMutableRawBufferPointer(rebasing: scratch[filled...]).copyBytes(from: part)
                    filled += part.count
                }
                index = writes.index(after: index)
            }
            return try body(UnsafeRawBufferPointer(rebasing: scratch[..<filled]))
        }
    }

    private mutating func consume(_ count: Int) {
        flushedBytes -= count
        var rest = count
        while rest > 0, let first = writes.first {
            let available = first.bytes.readableBytes
            if available <= rest {
                rest -= available
                finish()
            } else {
                writes[writes.startIndex].bytes.moveReaderIndex(forwardBy: rest)
                rest = 0
            }
        }
    }

    /// Empty flushed writes at the front are done.
    private mutating func dropEmpty() {
        while writes.hasMark, let first = writes.first, first.bytes.readableBytes == 0 { finish() }
    }

    private mutating func finish() {
        if let promise = writes.removeFirst().promise { finished.append(promise) }
    }
}
