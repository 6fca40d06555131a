import Glibc
import Synchronization
import TerminalText

/// The forwards of a console, which go on beside its prompt.
final class ConsoleForwards: Sendable {
    /// One of them.
    struct Entry: Sendable {
        let number: Int
        let route: ForwardRoute
        /// nil until the client allowed it.
        var port: Int?
        /// Ends it.
        let signals: AsyncStream<Int32>.Continuation
        /// Is over when it has ended.
        let life: AsyncStream<Never>
    }

    private struct State {
        var entries: [Entry] = []
        var last = 0
    }

    private let state = Mutex(State())
    private let (jobs, job) = AsyncStream<@Sendable () async -> Void>.makeStream()

    /// Those that are open, in their order.
    var list: [Entry] { state.withLock { $0.entries.filter { $0.port != nil } } }

    /// The same for people.
    var table: String {
        let rows = list.map { ["\($0.number)", "127.0.0.1:\($0.port ?? 0)", $0.route.target] }
        return TextTable.text(header: ["FORWARD", "HERE", "THERE"], rows: rows)
    }

    /// Carries them for as long as the console lives; cancelling ends them all.
    func serve() async {
        await withDiscardingTaskGroup { group in
            for await work in jobs { group.addTask { await work() } }
            group.cancelAll()
        }
    }

    /// A forward on its way.
    struct Opening: Sendable {
        let number: Int
        fileprivate let ports: AsyncStream<Int?>
        fileprivate let signals: AsyncStream<Int32>.Continuation

        /// Waits for the client's yes; a signal gives up.
        ///
        /// - Returns: the port here; nil where there is none, for a reason that was said.
        func port(unless given: AsyncStream<Int32>) async -> Int? {
            await withTaskGroup(of: Int??.self) { group in
                group.addTask {
                    for await port in ports { return .some(port) }
                    return .some(nil)
                }
                group.addTask {
                    for await number in given { signals.yield(number) }
                    return nil
                }
                defer { group.cancelAll() }
                while let answer = await group.next() {
                    if let answer { return answer }
                }
                return nil
            }
        }
    }

    /// Begins a forward.
    ///
    /// - Parameter say: takes what is to be said while it goes on, and why it ended.
    func begin(
        _ route: ForwardRoute,
        on client: HolderClient,
        errorOutput: OutputDescriptor,
        say: @escaping @Sendable (String) async -> Void
    ) -> Opening {
        let (signals, end) = AsyncStream<Int32>.makeStream()
        let (ports, opened) = AsyncStream<Int?>.makeStream()
        let (life, ended) = AsyncStream<Never>.makeStream()
        let number = state.withLock { state in
            state.last += 1
            state.entries.append(Entry(number: state.last, route: route, port: nil, signals: end, life: life))
            return state.last
        }
        job.yield { [self] in
            var forward = RemoteForward(route: route, output: .standard, errorOutput: errorOutput, signals: signals)
            forward.opened = { [self] port in
                set(port, of: number)
                opened.yield(port)
            }
            forward.tell = say
            let outcome = await forward.perform(on: client)
            let wasOpen = forget(number)
            if let message = outcome.message {
                await say(wasOpen ? "forward \(number) to \(route.target) has ended: \(message)" : message)
            }
            opened.finish()
            ended.finish()
        }
        return Opening(number: number, ports: ports, signals: end)
    }

    /// Ends one, and what goes through it.
    ///
    /// - Returns: what it was.
    /// - Throws: `OperatorError` (`usage`) where there is no such forward.
    func end(_ number: Int) async throws -> Entry {
        guard let entry = list.first(where: { $0.number == number }) else {
            throw OperatorError(.usage, "there is no forward \(number) (forwards shows them)")
        }
        entry.signals.yield(SIGINT)
        for await _ in entry.life {}
        return entry
    }

    private func set(_ port: Int, of number: Int) {
        state.withLock { state in
            guard let index = state.entries.firstIndex(where: { $0.number == number }) else { return }
            state.entries[index].port = port
        }
    }

    /// - Returns: Whether it was open.
    private func forget(_ number: Int) -> Bool {
        state.withLock { state in
            defer { state.entries.removeAll { $0.number == number } }
            return state.entries.contains { $0.number == number && $0.port != nil }
        }
    }
}
