import NIOCore
import SupportChannel

/// A tunnel of which only the operator's end is known to be there.
public struct WaitingTunnel: Sendable {
    let channel: any Channel
    private let agent: EventLoopFuture<MetAgent>

    /// Sets up the operator's layers on `channel`, on its event loop.
    public init(on channel: any Channel, layer: any EndToEndLayer) throws {
        self.channel = channel
        self.agent = try layer.establish(on: channel, as: .operator).flatMap { established in
            ResumableConnection.begin(on: channel, established, as: .operator) {
                try OperatorEnd(addingTo: $0, exporter: established.exporter)
            }
        }
        .map { MetAgent(end: $1, connection: $0) }
    }

    /// Waits for the agent and for the proof that it was told the same code. Where that fails the connection stays open, so that the
    /// outcome can be reported first. Cancelling gives the tunnel up.
    public func meet() async throws -> MetAgent {
        try await withTaskCancellationHandler {
            try await agent.get()
        } onCancel: {
            channel.close(promise: nil)
        }
    }
}

/// An agent that was told the same code.
public struct MetAgent: Sendable {
    /// Where it is asked.
    let end: OperatorEnd
    /// What goes on when a tunnel breaks.
    let connection: ResumableConnection<OperatorEnd>
}
