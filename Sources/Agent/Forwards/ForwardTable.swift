import NIOCore
import SupportChannel
import Synchronization

/// The forwards that are open, and the targets that the client allowed in this session.
final class ForwardTable: Sendable {
    private let state = Mutex(State())

    private struct State {
        var forwards: [Int: Forward] = [:]
        var allowed: Set<ForwardTarget> = []
    }

    /// Whether the client said yes to a target before.
    func isAllowed(_ target: ForwardTarget) -> Bool { state.withLock { $0.allowed.contains(target) } }

    /// The client said yes; that holds to the end of the session, unless they take all of it back.
    func allow(_ target: ForwardTarget) { _ = state.withLock { $0.allowed.insert(target) } }

    func open(_ number: Int, to target: ForwardTarget) -> Forward {
        let forward = Forward(to: target)
        state.withLock { $0.forwards[number] = forward }
        return forward
    }

    /// No connection begins any more, and those that are there are cut.
    func close(_ number: Int) { state.withLock { $0.forwards.removeValue(forKey: number) }?.close() }

    subscript(_ number: Int) -> Forward? { state.withLock { $0.forwards[number] } }

    /// Connections through all of them.
    var connections: Int { state.withLock { $0.forwards.values.reduce(0) { $0 + $1.live } } }
}

/// One target that is reached, with what goes through it.
final class Forward: Sendable {
    let target: ForwardTarget
    /// It is over.
    let closed = OneShot<Void>()
    private let state = Mutex(State())

    private struct State {
        var live = 0
        var connections = 0
        var amounts = ForwardedConnection.Amounts()
        var channels: [ObjectIdentifier: any Channel] = [:]
    }

    /// How many connections may be open at once, through all forwards: it leaves streams for everything else.
    static let most = 200

    init(to target: ForwardTarget) { self.target = target }

    var live: Int { state.withLock { $0.live } }
    var figures: (connections: Int, amounts: ForwardedConnection.Amounts) {
        state.withLock { ($0.connections, $0.amounts) }
    }

    /// Counts a connection while `body` works.
    func counting<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        state.withLock { state in
            state.live += 1
            state.connections += 1
        }
        defer { state.withLock { $0.live -= 1 } }
        return try await body()
    }

    func add(_ amounts: ForwardedConnection.Amounts) {
        state.withLock { state in
            state.amounts.sent += amounts.sent
            state.amounts.received += amounts.received
        }
    }

    /// Cuts a channel when this ends, until `forget`.
    func remember(_ channel: any Channel) {
        state.withLock { $0.channels[ObjectIdentifier(channel)] = channel }
        if closed.isTriggered { ForwardedConnection.cut(channel) }
    }

    func forget(_ channel: any Channel) {
        state.withLock { _ = $0.channels.removeValue(forKey: ObjectIdentifier(channel)) }
    }

    func close() {
        closed.trigger()
        state.withLock { $0.channels.values.map { $0 } }.forEach(ForwardedConnection.cut)
    }
}
