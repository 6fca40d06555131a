import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Carries one TCP connection over the stream of an action: bytes both ways, each direction with its own end, no faster than they are taken.
///
/// The end of one direction is a frame of its own (`inputEnd` from the operator, `result` from the agent); the other goes on. A connection
/// that breaks resets the stream, and a stream that breaks resets the connection, so that neither end takes half of what was sent for all.
public struct ForwardedConnection: Sendable {
    /// Which end of the stream this is, and with it the kinds of the frames that it sends.
    public enum Side: Sendable {
        case agent
        case `operator`

        var data: ActionFrame.Kind { self == .agent ? .output : .input }
        var end: ActionFrame.Kind { self == .agent ? .result : .inputEnd }
        var other: Side { self == .agent ? .operator : .agent }
    }

    /// How many bytes went which way.
    public struct Amounts: Sendable, Equatable {
        /// From the TCP connection to the stream.
        public var sent: Int64 = 0
        /// From the stream to the TCP connection.
        public var received: Int64 = 0

        /// Nothing yet.
        public init() {}
    }

    private let channel: any Channel
    private let side: Side

    /// What a TCP connection begins with. Beside it the connection has to be made with `allowRemoteHalfClosure` and without `autoRead`, so
    /// that the end of one direction does not end the other, and nothing is lost before somebody takes it.
    public static func prepare(_ channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(HeldReadsHandler()) }
    }

    /// - Parameter channel: a TCP connection that was ``prepare(_:)``d.
    public init(_ channel: any Channel, side: Side) {
        self.channel = channel
        self.side = side
    }

    /// Carries until both directions have ended.
    ///
    /// - Parameters:
    ///   - frames: what comes from the stream.
    ///   - send: sends on the stream; waits while it is not taken.
    ///   - finish: says on the stream that nothing more comes.
    /// - Throws: what broke either of the two; the TCP connection is reset then.
    public func carry(
        _ frames: ActionInput,
        send: @escaping @Sendable (ActionFrame) async throws -> Void,
        finish: @escaping @Sendable () async throws -> Void
    ) async throws -> Amounts {
        let (channel, side) = (channel, side)
        let stream = try await channel.eventLoop.submit {
            let stream = try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                wrappingChannelSynchronously: channel,
                configuration: .init(isOutboundHalfClosureEnabled: true)
            )
            try? channel.pipeline.syncOperations.handler(type: HeldReadsHandler.self).release()
            return stream
        }.get()
        return try await stream.executeThenClose { inbound, outbound in
            do {
                try await channel.setOption(.autoRead, value: true).get()
                return try await withThrowingTaskGroup(of: Amounts.self) { group in
                    group.addTask {
                        var amounts = Amounts()
                        for try await bytes in inbound {
                            amounts.sent += Int64(bytes.readableBytes)
                            try await send(ActionFrame(side.data, bytes))
                        }
                        try Task.checkCancellation()
                        try await send(ActionFrame(side.end, side == .agent ? ByteBuffer(string: "{}") : ByteBuffer()))
                        try await finish()
                        return amounts
                    }
                    group.addTask { try await Self.receive(frames, side.other, outbound, channel.eventLoop) }
                    var all = Amounts()
                    while let amounts = try await group.next() {
                        all.sent += amounts.sent
                        all.received += amounts.received
                    }
                    return all
                }
            } catch {
                await Self.reset(channel)
                throw error
            }
        }
    }

    /// Reads the stream to its end, also when the direction has ended: a stream that breaks later has to be noticed.
    private static func receive(
        _ frames: ActionInput,
        _ sender: Side,
        _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>,
        _ eventLoop: any EventLoop
    ) async throws -> Amounts {
        let writer = PacedWriter(outbound, on: eventLoop)
        var amounts = Amounts()
        var hasEnded = false
        while let frame = try await frames.next() {
            if frame.kind == sender.data, !hasEnded {
                let count = frame.payload.readableBytes
                amounts.received += Int64(count)
                try await writer.write(frame.payload, bytes: count)
            } else if frame.kind == sender.end, !hasEnded {
                hasEnded = true
                outbound.finish()
            }
        }
        guard hasEnded else { throw SupportChannelError(kind: .closed, diagnostics: "in the middle of a connection") }
        return amounts
    }

    /// Closes a TCP connection so that its other end sees a reset, not an end (RFC 9293 §3.10.7, SO_LINGER of 0).
    public static func reset(_ channel: any Channel) async {
        try? await forgetWaiting(channel).get()
        try? await channel.close()
    }

    /// The same without waiting; whoever reads from it here sees an error, not an end.
    public static func cut(_ channel: any Channel) {
        channel.pipeline.fireErrorCaught(SupportChannelError(kind: .closed, diagnostics: "the forward has ended"))
        forgetWaiting(channel).whenComplete { _ in channel.close(promise: nil) }
    }

    private static func forgetWaiting(_ channel: any Channel) -> EventLoopFuture<Void> {
        guard let provider = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeSucceededVoidFuture()
        }
        return provider.setSoLinger(linger(l_onoff: 1, l_linger: 0))
    }
}
