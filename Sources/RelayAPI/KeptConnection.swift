import NIOCore
import NIOHTTP1

/// A connection to the relay that has answered a request and may become the tunnel: a second connection would cost both ends another
/// handshake, and somebody far away two more round trips.
public struct KeptConnection: Sendable {
    /// It cannot become a tunnel any more, and the relay has not said why.
    struct Gone: Error {}

    let channel: any Channel
    /// What makes it HTTP, in the order in which it is taken off.
    private let handlers: NIOLoopBound<[any RemovableChannelHandler]>

    /// Sets a channel up for one request, on its event loop.
    init(_ channel: any Channel, _ collector: ResponseCollector) throws {
        let encoder = HTTPRequestEncoder()
        let decoder = ByteToMessageHandler(HTTPResponseDecoder())
        try channel.pipeline.syncOperations.addHandlers([encoder, decoder, collector])
        self.channel = channel
        handlers = NIOLoopBound([collector, encoder, decoder], eventLoop: channel.eventLoop)
    }

    /// Sends the request that makes a tunnel of it.
    ///
    /// - Throws: `Gone` where another connection is worth a try, `Problem` where the relay says no.
    func become<Output: Sendable>(
        _ head: HTTPRequestHead,
        within limit: TimeAmount,
        initializer: @escaping @Sendable (any Channel) throws -> Output
    ) async throws -> Output {
        let outcome: EventLoopFuture<TunnelRequest<Output>.Outcome> = channel.eventLoop.flatSubmit {
            [channel, handlers] in
            guard channel.isActive else { return channel.eventLoop.makeFailedFuture(ChannelError.ioOnClosedChannel) }
            let pipeline = channel.pipeline.syncOperations
            let taken = handlers.value.map { pipeline.removeHandler($0) }
            return EventLoopFuture.andAllSucceed(taken, on: channel.eventLoop).assumeIsolated().flatMap {
                do {
                    return try TunnelRequest.add(head, to: channel, within: limit, initializer: initializer)
                } catch {
                    return channel.eventLoop.makeFailedFuture(error)
                }
            }.nonisolated()
        }
        do {
            return try await outcome.get().output()
        } catch let problem as Problem {
            throw problem
        } catch {
            close()
            throw Gone()
        }
    }

    /// Gives it up.
    public func close() { channel.close(promise: nil) }
}
