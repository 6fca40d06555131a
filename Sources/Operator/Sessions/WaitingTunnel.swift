import NIOCore
import SupportChannel

/// A tunnel of which only the operator's end is known to be there.
public struct WaitingTunnel: Sendable {
    let channel: any Channel
    private let agent: EventLoopFuture<OperatorEnd>

    /// Sets up the operator's layers on `channel`, on its event loop.
    public init(on channel: any Channel, layer: any EndToEndLayer) throws {
        self.channel = channel
        self.agent = try layer.establish(on: channel, as: .operator).flatMapThrowing { established in
            let end = try OperatorEnd(addingTo: channel, exporter: established.exporter)
            established.release()
            return end
        }
    }

    /// Waits for the agent and for the proof that it was told the same code. Where that fails the connection stays open, so that the
    /// outcome can be reported first. Cancelling gives the tunnel up.
    public func meet() async throws -> OperatorEnd {
        try await withTaskCancellationHandler {
            try await agent.get()
        } onCancel: {
            channel.close(promise: nil)
        }
    }
}
