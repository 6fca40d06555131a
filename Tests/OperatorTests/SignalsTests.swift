import Glibc
import Testing

@testable import Operator

@Suite("Signals", .timeLimit(.minutes(5)))
struct SignalsTests {
    @Test("a signal that comes at once is heard, again after others have stopped, by all who took it")
    func atOnce() async throws {
        for _ in 0..<20 {
            let both = [Signals([SIGUSR2]), Signals([SIGUSR2])]
            kill(getpid(), SIGUSR2)
            for signals in both {
                var iterator = signals.numbers.makeAsyncIterator()
                #expect(await iterator.next() == SIGUSR2)
            }
            both[0].stop()
            kill(getpid(), SIGUSR2)
            var iterator = both[1].numbers.makeAsyncIterator()
            #expect(await iterator.next() == SIGUSR2)
            both[1].stop()
        }
    }

    @Test("a loop that was cancelled does not end the next one")
    func twoLoops() async {
        let hub = SignalHub()
        let first = Task { for await _ in hub.listen() {} }
        first.cancel()
        await first.value
        let second = hub.listen()
        hub.deliver(15)
        hub.stop()
        var heard: [Int32] = []
        for await number in second { heard.append(number) }
        #expect(heard == [15])
    }

    @Test("what came while nobody listened is heard by the next who does")
    func unheard() async {
        let hub = SignalHub()
        hub.deliver(2)
        hub.deliver(15)
        let stream = hub.listen()
        hub.stop()
        var heard: [Int32] = []
        for await number in stream { heard.append(number) }
        #expect(heard == [2, 15])
    }

    @Test("all who listen hear the same")
    func everybody() async {
        let hub = SignalHub()
        let streams = [hub.listen(), hub.listen()]
        hub.deliver(1)
        hub.stop()
        for stream in streams {
            var heard: [Int32] = []
            for await number in stream { heard.append(number) }
            #expect(heard == [1])
        }
    }
}
