import Synchronization

/// What a holder without a terminal hears of its session, for the commands that are at work: whoever types them is the one to read it.
final class HeardSentences: Sendable {
    private struct State {
        var readers: [Int: AsyncStream<String>.Continuation] = [:]
        var count = 0
    }

    private let state = Mutex(State())

    func tell(_ sentence: String) {
        for reader in state.withLock({ Array($0.readers.values) }) { reader.yield(sentence) }
    }

    /// What is heard from now on, until the stream is let go.
    func sentences() -> AsyncStream<String> {
        let (stream, reader) = AsyncStream.makeStream(of: String.self, bufferingPolicy: .bufferingNewest(16))
        let number = state.withLock { state in
            state.count += 1
            state.readers[state.count] = reader
            return state.count
        }
        reader.onTermination = { [weak self] _ in self?.state.withLock { _ = $0.readers.removeValue(forKey: number) } }
        return stream
    }
}
