import ContractFiles
import Contracts
import Foundation
import NIOCore
import Receipts
import RelayAPI

@testable import Relay

/// One end of a tunnel as a test holds it.
struct TunnelLine: Sendable {
    let channel: any Channel
    let lines: AsyncStream<String>

    /// The next bytes that came, as text; nil at the end.
    func next() async -> String? {
        for await text in lines { return text }
        return nil
    }

    func send(_ text: String) async throws { try await channel.writeAndFlush(ByteBuffer(string: text)) }
}

/// Gives what arrives to a stream that ends with the connection.
private final class LineHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let continuation: AsyncStream<String>.Continuation
    init(_ continuation: AsyncStream<String>.Continuation) { self.continuation = continuation }
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        continuation.yield(String(buffer: unwrapInboundIn(data)))
    }
    func channelInactive(context: ChannelHandlerContext) { continuation.finish() }
    func handlerRemoved(context: ChannelHandlerContext) { continuation.finish() }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

extension RelayClient {
    func openLine(_ path: String, token: String? = nil, over connection: KeptConnection? = nil) async throws
        -> TunnelLine
    {
        try await openTunnel(path, token: token, over: connection) { channel in
            let (stream, continuation) = AsyncStream<String>.makeStream()
            try channel.pipeline.syncOperations.addHandler(LineHandler(continuation))
            return TunnelLine(channel: channel, lines: stream)
        }
    }
}

/// An operator and an agent that have met in a tunnel.
struct Encounter {
    let invitation: InvitationSummary
    let joined: JoinAnswer
    /// The session that both sign.
    let session: String
    let agent: TunnelLine
    let operatorEnd: TunnelLine
}

extension RelayFixture {
    nonisolated func invite(_ client: RelayClient, category: String? = nil, validSeconds: Int64 = 600) async throws
        -> InvitationSummary
    {
        let request = NewInvitation(
            contract: "minute",
            purpose: "a test",
            category: category,
            validSeconds: validSeconds
        )
        return try await client.send(.POST, RelayRoute.invitations, body: request)
    }

    nonisolated func addContract(_ client: RelayClient) async throws {
        let _: ContractSummary = try await client.send(
            .POST,
            RelayRoute.contracts,
            body: NewContract(source: exampleContract)
        )
    }

    /// Invites, joins, connects both ends and reports that they met.
    nonisolated func meet(_ client: RelayClient) async throws -> Encounter {
        let invitation = try await invite(client)
        let joined: JoinAnswer = try await stranger().send(
            .POST,
            RelayRoute.join,
            body: JoinRequest(room: invitation.room)
        )
        let agent = try await stranger().openLine(RelayRoute.tunnel, token: joined.token)
        let operatorEnd = try await client.openLine(RelayRoute.tunnel(invitation: invitation.invitation))
        try await agent.send("hello")
        guard await operatorEnd.next() == "hello" else { throw ChannelError.eof }
        let met: MeetingAnswer = try await client.send(
            .POST,
            RelayRoute.outcome(invitation.invitation),
            body: PairingOutcome(paired: true)
        )
        guard let session = met.session else { throw ChannelError.eof }
        return Encounter(
            invitation: invitation,
            joined: joined,
            session: session,
            agent: agent,
            operatorEnd: operatorEnd
        )
    }

    nonisolated func consent(_ meeting: Encounter, change: (inout SignedConsent) throws -> Void = { _ in }) async throws
        -> RelayAPI.SessionStarted
    {
        guard let key = key(of: meeting.invitation.operator),
            let contract = ContractFile.load(text: exampleContract, supplier: nil).contract
        else { throw ChannelError.eof }
        var consent = SignedConsent(
            meeting.invitation,
            session: meeting.session,
            authority: RelayAPI.Hexadecimal.encode(authority.spkiSHA256),
            contract: String(decoding: contract.canonicalBytes, as: UTF8.self),
            key: key,
            client: try SigningKey.generate()
        )
        try change(&consent)
        let request = try consent.request()
        return try await stranger().send(.POST, RelayRoute.consent, token: meeting.joined.token, body: request)
    }

    nonisolated func record(_ client: RelayClient, _ session: String) async throws -> RelayAPI.SessionRecord? {
        let all: [RelayAPI.SessionRecord] = try await client.send(.GET, RelayRoute.sessions)
        return all.first { $0.session == session }
    }

    /// Asks until the session is over; the relay hears of a lost connection by itself.
    nonisolated func ended(_ client: RelayClient, _ session: String) async throws -> RelayAPI.SessionRecord {
        try await record(client, session) { $0.endedAt != nil }
    }

    /// Asks until the session is as it will be; the relay writes down what the ends see of each other a moment after they do.
    @discardableResult
    nonisolated func record(
        _ client: RelayClient,
        _ session: String,
        when holds: (RelayAPI.SessionRecord) -> Bool
    ) async throws -> RelayAPI.SessionRecord {
        let clock = ContinuousClock()
        let end = clock.now + .seconds(30)
        while clock.now < end {
            if let record = try await record(client, session), holds(record) { return record }
        }
        throw CancellationError()
    }
}
