import SupportChannel
import Synchronization

/// Whether the client's program has taken an action: until then the client may be thinking about it.
final class Acceptance: Sendable {
    private let requests = Mutex<ActionRequests?>(nil)
    private let arrival: AsyncStream<Never>
    private let arrived: AsyncStream<Never>.Continuation

    /// What takes longer is the client thinking, not the line.
    private static let patience: Duration = .seconds(1)

    init() { (arrival, arrived) = AsyncStream.makeStream() }

    /// The action was taken; this is where more of it goes.
    func come(_ requests: ActionRequests) {
        self.requests.withLock { $0 = requests }
        arrived.finish()
    }

    /// Where more of the action goes; nil where it was not taken and will not be within a moment.
    func soon() async -> ActionRequests? {
        try? await withDeadline(Self.patience) { [arrival] in
            for await _ in arrival {}
        }
        return requests.withLock { $0 }
    }

    /// Says on a terminal what is being waited for, where it takes longer than a moment.
    func explain(on errorOutput: OutputDescriptor) async {
        guard errorOutput.isTerminal, await soon() == nil, !Task.isCancelled else { return }
        try? await errorOutput.writeOwn("lotse: waiting for the client to allow this (Ctrl-C gives up)\n")
    }
}
