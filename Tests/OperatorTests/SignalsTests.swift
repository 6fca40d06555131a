import Glibc
import Testing

@testable import Operator

@Suite("Signals", .serialized, .timeLimit(.minutes(1)))
struct SignalsTests {
    @Test("a reader that was cancelled while it waited leaves the signals to the next one")
    func nextReader() async {
        let signals = Signals([SIGUSR2])
        defer { signals.stop() }
        let first = Task { [numbers = signals.numbers] in
            for await _ in numbers { return true }
            return false
        }
        first.cancel()
        #expect(await first.value == false)
        kill(getpid(), SIGUSR2)
        for await number in signals.numbers {
            #expect(number == SIGUSR2)
            return
        }
        Issue.record("the stream ended without the signal")
    }
}
