import Glibc
import NIOCore

/// Joins the two ends of a tunnel.
///
/// This is the seam behind which a faster engine can take its place: it needs two connections whose TLS is done, and passes bytes
/// between them until either ends.
enum Splice {
    /// What is read in one turn at most: six full records (RFC 8446 §5.2), whose plaintext TLS encrypts in one batch. Fewer cost more system
    /// calls, more keep others waiting.
    static let turnBytes = 6 * (16 * 1024 + 22)

    /// What is held of what one end sends and the other does not take, where nothing else is said: a turn, and so much of the one before
    /// that a reader who takes nearly all of it is not waited for.
    static let queueBytes = 120 * 1024

    /// How much the kernel takes that it has not sent yet (tcp(7), TCP_NOTSENT_LOWAT). It asks for more at half of it, which is twice what
    /// TLS encrypts in one go: a fast line does not wait for us.
    private static let unsentBytes = 512 * 1024

    /// Adds an end to `channel`, on its event loop. It waits for its partner.
    ///
    /// - Parameter queueBytes: the most that is held of what one end sends and the other does not take.
    static func addEnd(
        to channel: any Channel,
        queueBytes: Int,
        count: @escaping @Sendable (Int) -> Void
    ) throws -> SpliceHandler {
        let turnBytes = min(queueBytes, Self.turnBytes)
        // One read in a turn: others have theirs sooner.
        try channel.syncOptions?.setOption(.maxMessagesPerRead, value: 1)
        // The kernel takes megabytes for a reader that stalls, and the bytes of a shell would queue behind them.
        try channel.syncOptions?.setOption(.tcpOption(.init(rawValue: TCP_NOTSENT_LOWAT)), value: unsentBytes)
        try channel.syncOptions?.setOption(.recvAllocator, value: PassingReceiveBuffers(bytes: turnBytes))
        // The splice knows itself what has not left: no news of it where one turn fits.
        try channel.syncOptions?.setOption(
            .writeBufferWaterMark,
            value: .init(low: Self.turnBytes, high: 2 * Self.turnBytes)
        )
        let handler = SpliceHandler(eventLoop: channel.eventLoop, queueBytes: queueBytes, count: count)
        try channel.pipeline.syncOperations.addHandler(handler)
        return handler
    }

    /// Joins two waiting ends; from any thread.
    static func join(_ one: TunnelEndpoint, _ other: TunnelEndpoint) {
        // Both must know their partner before either passes a byte on.
        one.channel.eventLoop.execute { one.handler.meet(other.handler) }
        other.channel.eventLoop.execute { other.handler.meet(one.handler) }
    }
}

/// A connection that waits to be, or is, one end of a tunnel.
struct TunnelEndpoint: Sendable {
    let channel: any Channel
    let handler: SpliceHandler
}
