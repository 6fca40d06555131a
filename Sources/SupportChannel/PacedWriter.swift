import NIOCore
import Synchronization

/// Writes to a stream no faster than the stream's event loop takes.
///
/// `NIOAsyncChannelOutboundWriter` hands each element to the event loop without waiting for it; only there is found out
/// that the peer does not read. A task that is faster than a busy loop would fill memory meanwhile. So this waits for
/// the loop to come by once for every `stride` bytes.
final class PacedWriter<Part: Sendable>: Sendable {
    private let outbound: NIOAsyncChannelOutboundWriter<Part>
    private let eventLoop: any EventLoop
    private let pending = Atomic<Int>(0)

    private static var stride: Int { 256 * 1024 }

    init(_ outbound: NIOAsyncChannelOutboundWriter<Part>, on eventLoop: any EventLoop) {
        self.outbound = outbound
        self.eventLoop = eventLoop
    }

    func write(_ part: Part) async throws { try await outbound.write(part) }

    /// - Parameter count: how many bytes `part` carries.
    func write(_ part: Part, bytes count: Int) async throws {
        if pending.add(count, ordering: .relaxed).newValue >= Self.stride {
            pending.store(0, ordering: .relaxed)
            try await eventLoop.submit {}.get()
        }
        try await outbound.write(part)
    }
}
