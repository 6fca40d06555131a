import NIOCore
import Synchronization

/// The connections of commands, so that they can be ended together.
final class OpenConnections: Sendable {
    private let channels = Mutex<[any Channel]>([])

    func add(_ channel: any Channel) {
        channels.withLock { channels in
            channels.removeAll { !$0.isActive }
            channels.append(channel)
        }
    }

    /// Lets commands read their last words and leave by themselves, then closes what is left.
    func close(within limit: TimeAmount) async {
        for channel in channels.withLock({ $0 }) {
            let deadline = channel.eventLoop.scheduleTask(in: limit) { channel.close(promise: nil) }
            try? await channel.closeFuture.get()
            deadline.cancel()
        }
    }
}
