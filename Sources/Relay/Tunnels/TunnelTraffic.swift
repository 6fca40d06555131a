import CoreMetrics
import Synchronization

/// How much was passed on in all tunnels since the start.
final class TunnelTraffic: Sendable {
    private let counter: Counter
    private let total = Atomic<Int>(0)

    init(counter: Counter) { self.counter = counter }

    /// In bytes. From any thread.
    var bytes: Int { total.load(ordering: .relaxed) }

    func add(_ bytes: Int) {
        counter.increment(by: Int64(bytes))
        total.wrappingAdd(bytes, ordering: .relaxed)
    }
}
