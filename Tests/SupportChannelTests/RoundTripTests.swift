import NIOCore
import Testing

@testable import SupportChannel

@Suite("Distance", .timeLimit(.minutes(1)))
struct RoundTripTests {
    @Test("the other end's answer to a ping is timed, again and again, beside actions")
    func measures() async throws {
        try await withConnectedEnds(serving: ActionTests.echo) { end in
            for _ in 0..<3 {
                let time = try await end.roundTrip()
                #expect(time > .zero && time < .seconds(5))
            }
            try await end.perform("run", RunParameters(arguments: ["x"])) { replies, requests in
                #expect(try await end.roundTrip() > .zero)
                try await requests.send(ActionFrame(.inputEnd))
                while try await replies.next() != nil {}
            }
        }
    }

    @Test("a connection that ends leaves nobody waiting")
    func ends() async throws {
        let (_, end) = try await connectedEnds()
        try await end.channel.close()
        await #expect(throws: (any Error).self) { try await end.roundTrip() }
    }
}
