import NIOCore
import SupportChannel

/// A tunnel of which only the operator's end is known to be there.
public struct WaitingTunnel: Sendable {
    let channel: any Channel
    private let agent: EventLoopFuture<OperatorEnd>

    /// Sets up the operator's layers on `channel`, on its event loop.
    public init(on channel: any Channel, layer: any EndToEndLayer = ClearLayer()) throws {
        self.channel = channel
        self.agent = try layer.establish(on: channel, as: .operator).flatMapThrowing { established in
            let end = try OperatorEnd(addingTo: channel)
            established.release()
            return end
        }
    }

    /// Waits for the agent. Cancelling gives the tunnel up.
    public func meet() async throws -> OperatorEnd {
        try await withTaskCancellationHandler {
            try await agent.get()
        } onCancel: {
            channel.close(promise: nil)
        }
    }
}
