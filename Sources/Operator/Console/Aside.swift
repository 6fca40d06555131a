import Dispatch

/// Something that is said while a line is being typed.
final class Aside: Sendable {
    private let turn: AsyncStream<Never>
    private let begun: AsyncStream<Never>.Continuation
    private let ended: DispatchSemaphore

    init() {
        (turn, begun) = AsyncStream.makeStream()
        ended = DispatchSemaphore(value: 0)
    }

    /// The line has made room.
    func begin() {
        begun.finish()
        ended.wait()
    }

    func say(_ body: @Sendable () async -> Void) async {
        for await _ in turn {}
        await body()
        ended.signal()
    }
}
