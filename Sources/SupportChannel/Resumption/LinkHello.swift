import NIOCore

/// What both ends say first over a connection that takes a session up again.
///
/// The operator says which stream it means and proves who it is; the agent answers with the same stream. An operator's program that was
/// started anew has no stream that it could go on with, and names a new one.
struct LinkHello: Equatable {
    /// The stream's name, 16 bytes.
    var stream: StreamID
    /// How many bytes of it have arrived.
    var received: UInt64
    /// The operator's signature of `proof`, in DER; empty from the agent.
    var signature: [UInt8] = []

    init(stream: StreamID, received: UInt64, signature: [UInt8] = []) {
        self.stream = stream
        self.received = received
        self.signature = signature
    }

    init?(_ payload: ByteBuffer) {
        var payload = payload
        guard let name = payload.readBytes(length: StreamID.byteCount), let stream = StreamID(name),
            let received: UInt64 = payload.readInteger()
        else { return nil }
        self.stream = stream
        self.received = received
        signature = payload.readBytes(length: payload.readableBytes) ?? []
    }

    var payload: ByteBuffer {
        var buffer = ByteBuffer(bytes: stream.bytes)
        buffer.writeInteger(received)
        buffer.writeBytes(signature)
        return buffer
    }

    /// What the operator signs: bound to this very connection by what it exports.
    func proof(exporter: [UInt8]) -> [UInt8] {
        var bytes = exporter + stream.bytes
        withUnsafeBytes(of: received.bigEndian) { bytes.append(contentsOf: $0) }
        return bytes
    }
}

/// The name of one stream: of a session's first one all zeros, of every other random.
struct StreamID: Sendable, Hashable {
    static let byteCount = 16
    static let first = StreamID(unchecked: [UInt8](repeating: 0, count: byteCount))

    let bytes: [UInt8]

    private init(unchecked bytes: [UInt8]) { self.bytes = bytes }

    init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    static func random() -> StreamID {
        var generator = SystemRandomNumberGenerator()
        return StreamID(unchecked: (0..<byteCount).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }
}
