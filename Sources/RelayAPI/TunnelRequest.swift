import NIOCore
import NIOHTTP1

/// The request that turns a connection to the relay into a tunnel.
enum TunnelRequest<Output: Sendable>: Sendable {
    /// What the relay made of it.
    enum Outcome: Sendable {
        /// `101`: the connection is the tunnel, and the layer above is in place.
        case open(Output)
        /// Any other answer.
        case refused(EventLoopFuture<CollectedResponse>)

        /// The layer above, else the relay's "no" is thrown.
        func output() async throws -> Output {
            switch self {
            case .open(let output): return output
            case .refused(let response): throw try await response.get().problem
            }
        }
    }

    /// Adds the request to `channel`, on its event loop.
    ///
    /// - Parameter limit: how long the answer may take; then the channel is closed.
    static func add(
        _ head: HTTPRequestHead,
        to channel: any Channel,
        within limit: TimeAmount,
        initializer: @escaping @Sendable (any Channel) throws -> Output
    ) throws -> EventLoopFuture<Outcome> {
        let upgrader = Upgrader(initializer: initializer)
        var configuration = NIOUpgradableHTTPClientPipelineConfiguration(
            upgradeConfiguration: NIOTypedHTTPClientUpgradeConfiguration(
                upgradeRequestHead: head,
                upgraders: [upgrader],
                notUpgradingCompletionHandler: { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let collector = ResponseCollector(limit: 65_536, promise: channel.eventLoop.makePromise())
                        try channel.pipeline.syncOperations.addHandler(collector)
                        return Outcome.refused(collector.response)
                    }
                }
            )
        )
        // The other end's first bytes may come in the same segment as the answer.
        configuration.leftOverBytesStrategy = .forwardBytes
        let pipeline = channel.pipeline.syncOperations
        let outcome = try pipeline.configureUpgradableHTTPClientPipeline(configuration: configuration)
        let deadline = channel.eventLoop.scheduleTask(in: limit) { channel.close(promise: nil) }
        outcome.whenComplete { _ in deadline.cancel() }
        outcome.whenSuccess { outcome in
            guard case .open = outcome else { return }
            let pipeline = channel.pipeline.syncOperations
            if let held = try? pipeline.handler(type: HeldWrites.self) { pipeline.removeHandler(held, promise: nil) }
        }
        return outcome
    }

    private struct Upgrader: NIOTypedHTTPClientProtocolUpgrader {
        typealias UpgradeResult = Outcome

        let initializer: @Sendable (any Channel) throws -> Output
        let supportedProtocol = RelayRoute.tunnelProtocol
        let requiredUpgradeHeaders: [String] = []

        func addCustom(upgradeRequestHeaders: inout HTTPHeaders) {}

        func shouldAllowUpgrade(upgradeResponse: HTTPResponseHead) -> Bool { true }

        func upgrade(channel: any Channel, upgradeResponse: HTTPResponseHead) -> EventLoopFuture<Outcome> {
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandlers([TunnelPulse(), HeldWrites()])
                return Outcome.open(try initializer(channel))
            }
        }
    }
}
