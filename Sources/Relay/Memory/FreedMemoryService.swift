import CMalloc
import ServiceLifecycle

/// Gives freed memory back when it has become quiet.
struct FreedMemoryService: Service {
    let traffic: TunnelTraffic
    let connections: ConnectionLimits

    /// From one look to the next.
    private static let interval: Duration = .milliseconds(250)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var memory = FreedMemory()
            while !Task.isCancelled {
                let work = FreedMemory.Work(bytes: traffic.bytes, connections: connections.total)
                if memory.look(at: work) { malloc_trim(0) }
                try? await Task.sleep(for: Self.interval)
            }
        }
    }
}
