import NIOCore
import Synchronization

/// Standard input on its way from the operator to a command: a queue that reads a little ahead, so that a signal behind data
/// that the command does not read still arrives.
///
/// One task adds, one task takes.
final class CommandInputQueue: AsyncSequence, Sendable {
    typealias Element = CommandInput

    private enum Ending {
        case finished
        case failed(any Error)
        case closed
    }

    private struct State {
        var waiting: [ByteBuffer] = []
        var bytes = 0
        var ending: Ending?
        var arrival = OneShot<Void>()
        var room = OneShot<Void>()
    }

    /// How far it reads ahead, in bytes: more than what a stream's window lets the operator send unasked.
    static let limit = 2 << 20

    private let state = Mutex(State())

    /// Adds data; waits while too much is in the queue.
    func append(_ data: ByteBuffer) async {
        while true {
            let room: OneShot<Void>? = state.withLock { state in
                guard state.ending == nil else { return nil }
                guard state.bytes < Self.limit else {
                    if state.room.isTriggered { state.room = OneShot() }
                    return state.room
                }
                state.waiting.append(data)
                state.bytes += data.readableBytes
                state.arrival.trigger()
                return nil
            }
            guard let room, await room.wait() != nil else { return }
        }
    }

    /// Standard input is at its end, behind the data that waits.
    func finish() { end(.finished) }

    /// The operator's side broke.
    func fail(_ error: any Error) { end(.failed(error)) }

    /// Nobody reads any more: what waits and what still comes is dropped.
    func close() {
        state.withLock { state in
            state.waiting = []
            state.bytes = 0
            state.ending = .closed
            state.room.trigger()
            state.arrival.trigger()
        }
    }

    private func end(_ ending: Ending) {
        state.withLock { state in
            if state.ending == nil { state.ending = ending }
            state.room.trigger()
            state.arrival.trigger()
        }
    }

    private enum Next {
        case element(CommandInput?)
        case failure(any Error)
        case wait(OneShot<Void>)
    }

    func next() async throws -> CommandInput? {
        while true {
            let next: Next = state.withLock { state in
                // A broken connection is not an end of input: the command must not take half a file for a whole one.
                if case .failed(let error) = state.ending { return .failure(error) }
                if !state.waiting.isEmpty {
                    let data = state.waiting.removeFirst()
                    state.bytes -= data.readableBytes
                    if state.bytes < Self.limit { state.room.trigger() }
                    return .element(.data(data))
                }
                if state.ending != nil { return .element(nil) }
                if state.arrival.isTriggered { state.arrival = OneShot() }
                return .wait(state.arrival)
            }
            switch next {
            case .element(let element): return element
            case .failure(let error): throw error
            case .wait(let arrival):
                _ = await arrival.wait()
                try Task.checkCancellation()
            }
        }
    }

    func makeAsyncIterator() -> Iterator { Iterator(queue: self) }

    struct Iterator: AsyncIteratorProtocol {
        let queue: CommandInputQueue

        mutating func next() async throws -> CommandInput? { try await queue.next() }
    }
}
