import NIOCore
import Testing

@testable import Relay
@testable import RelayAPI

@Suite("Joining", .timeLimit(.minutes(2)))
struct JoiningTests {
    /// An agent that has joined, with the connection on which it did, and the operator who waits for it.
    private static func withJoined(
        _ body: (
            _ agent: RelayClient, _ joined: JoinAnswer, _ connection: KeptConnection,
            _ openOther: () async throws -> TunnelLine
        ) async throws -> Void
    ) async throws {
        try await RelayFixture.with { relay in
            let jana = try await relay.login("jana")
            try await relay.addContract(jana)
            let invitation = try await relay.invite(jana)
            let stranger = try relay.stranger()
            let (reply, connection) = try await stranger.join(room: invitation.room)
            try await body(stranger, reply.answer, connection) {
                try await jana.openLine(RelayRoute.tunnel(invitation: invitation.invitation))
            }
        }
    }

    @Test("the connection of a join becomes the tunnel")
    func oneConnection() async throws {
        try await Self.withJoined { client, joined, connection, openOther in
            let agent = try await client.openLine(RelayRoute.tunnel, token: joined.token, over: connection)
            #expect(agent.channel === connection.channel)
            let operatorEnd = try await openOther()
            try await agent.send("hello")
            #expect(await operatorEnd.next() == "hello")
            try await operatorEnd.send("there")
            #expect(await agent.next() == "there")
        }
    }

    @Test("where the connection of a join is gone, another becomes the tunnel")
    func anotherConnection() async throws {
        try await Self.withJoined { client, joined, connection, openOther in
            connection.close()
            let agent = try await client.openLine(RelayRoute.tunnel, token: joined.token, over: connection)
            let operatorEnd = try await openOther()
            try await agent.send("hello")
            #expect(await operatorEnd.next() == "hello")
        }
    }

    @Test("a token that is not right is refused on the connection of a join too, and no other is tried")
    func otherToken() async throws {
        try await Self.withJoined { client, _, connection, _ in
            await #expect {
                try await client.openLine(RelayRoute.tunnel, token: String(repeating: "0", count: 64), over: connection)
            } throws: {
                ($0 as? RelayAPI.Problem)?.code == "tokenNeeded"
            }
        }
    }
}
