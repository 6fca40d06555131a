import NIOCore

/// What an evil relay does with an agent's connections. What is not replaced does no harm.
struct Meddling: Sendable {
    /// Changes the head of a request.
    var request: @Sendable (_ head: HTTPHead) async throws -> HTTPHead = { $0 }
    /// Changes the body of an answer to the request with this path.
    var answer: @Sendable (_ path: String, _ body: String) async throws -> String = { $1 }
    /// Passes bytes of a tunnel on, or does something else with them.
    var tunnel: @Sendable (Passage) async throws -> Void = { try await $0.pass() }

    /// Where bytes of a tunnel go.
    enum Direction: Sendable, CaseIterable {
        case toAgent
        case toOperator
    }

    /// Lets nothing more of this direction through, its end included, as long as the relay is there.
    static func withhold() async throws {
        try await Task.sleep(for: .seconds(600))
        throw Cut()
    }
}

/// Thrown by a `Meddling` to end a connection on both sides, as if each had ended it in good order.
struct Cut: Error {}

/// Some bytes of a tunnel on their way through an evil relay.
struct Passage: Sendable {
    let direction: Meddling.Direction
    let bytes: ByteBuffer
    /// How many bytes went in this direction before.
    let before: Int
    private let writers: [Meddling.Direction: NIOAsyncChannelOutboundWriter<ByteBuffer>]

    init(
        _ direction: Meddling.Direction,
        _ bytes: ByteBuffer,
        before: Int,
        _ writers: [Meddling.Direction: NIOAsyncChannelOutboundWriter<ByteBuffer>]
    ) {
        (self.direction, self.bytes, self.before, self.writers) = (direction, bytes, before, writers)
    }

    /// Sends these bytes, or others, where they belong or elsewhere.
    func pass(_ bytes: ByteBuffer? = nil, _ direction: Meddling.Direction? = nil) async throws {
        try await writers[direction ?? self.direction]?.write(bytes ?? self.bytes)
    }

    /// Sends what belongs to the direction's first `limit` bytes.
    ///
    /// - Returns: whether these were all.
    func pass(upTo limit: Int) async throws -> Bool {
        let part = bytes.getSlice(at: bytes.readerIndex, length: min(max(0, limit - before), bytes.readableBytes))
        if let part, part.readableBytes > 0 { try await pass(part) }
        return part == bytes
    }

    /// The same bytes with one bit changed in the middle.
    var flipped: ByteBuffer { flipped(at: before + bytes.readableBytes / 2) }

    /// The same bytes with one bit changed, where the byte at this position of the direction is among them.
    func flipped(at position: Int) -> ByteBuffer {
        var bytes = bytes
        let index = bytes.readerIndex + position - before
        if position >= before, let byte = bytes.getInteger(at: index, as: UInt8.self) {
            bytes.setInteger(byte ^ 1, at: index)
        }
        return bytes
    }
}
