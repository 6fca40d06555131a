import FoundationEssentials
import NIOCore
import RelayAPI
import TLS

/// A relay, to which this program is both an operator who is logged in and the agents of the clients.
///
/// What follows in the tunnel is no pairing: the relay passes bytes on from the moment that both ends are there, and does not read them.
struct RelayWay: Way {
    let operatorClient: RelayClient
    let agentClient: RelayClient
    let contract: String
    /// The operator's.
    let privateKey: PrivateKey
    let endpoint: RelayEndpoint
    let trust: TLSTrust

    /// What `lotse login` keeps, as far as it is needed here.
    private struct Login: Decodable {
        let relay: String
        let authority: String
        let certificate: String
        let privateKey: String
    }

    /// - Parameter home: the folder of an operator who is logged in.
    init(home: String, contract: String, group: any EventLoopGroup) throws {
        let file = try Data(contentsOf: URL(fileURLWithPath: home + "/login.json"))
        let login = try JSONDecoder().decode(Login.self, from: file)
        endpoint = try RelayEndpoint(url: login.relay)
        trust = .authorities([try Certificate(pem: login.authority)])
        privateKey = try PrivateKey(pem: login.privateKey)
        operatorClient = try RelayClient(
            endpoint: endpoint,
            trust: trust,
            certificate: Certificate(pem: login.certificate),
            privateKey: privateKey,
            group: group
        )
        agentClient = try RelayClient(endpoint: endpoint, trust: trust, group: group)
        self.contract = contract
    }

    /// Two ends that have met, and what a session between them needs.
    struct RelayMeeting: Sendable {
        let invitation: InvitationSummary
        let joined: JoinAnswer
        /// The session that may come of it.
        let session: String
        let pair: Pair
    }

    func pair() async throws -> Pair { try await meet().pair }

    /// Opens a room.
    func invite() async throws -> InvitationSummary {
        let request = NewInvitation(contract: contract, purpose: "measuring", category: nil, validSeconds: 600)
        return try await operatorClient.send(.POST, RelayRoute.invitations, body: request)
    }

    /// Comes into a room as an agent does.
    func enter(_ room: String) async throws -> JoinAnswer {
        let (reply, connection) = try await agentClient.join(room: room)
        connection.close()
        return reply.answer
    }

    /// Does what a client's machine does with a code: finds the room, and opens its tunnel.
    func join(_ invitation: InvitationSummary) async throws -> End { try await arrive(invitation).end }

    private func arrive(_ invitation: InvitationSummary) async throws -> (joined: JoinAnswer, end: End) {
        let (reply, connection) = try await agentClient.join(room: invitation.room)
        let joined = reply.answer
        let end = try await agentClient.openTunnel(RelayRoute.tunnel, token: joined.token, over: connection) {
            try End.make(of: $0)
        }
        return (joined, end)
    }

    /// Takes an invitation back.
    func withdraw(_ invitation: InvitationSummary) async throws {
        let path = "\(RelayRoute.invitations)/\(RelayRoute.escaped(invitation.invitation))"
        let _: [String: String] = try await operatorClient.send(.DELETE, path)
    }

    /// Makes a pair, and reports that its ends met.
    func meet() async throws -> RelayMeeting {
        let invitation = try await invite()
        let (joined, agent) = try await arrive(invitation)
        let operatorEnd = try await operatorClient.openTunnel(RelayRoute.tunnel(invitation: invitation.invitation)) {
            try End.make(of: $0)
        }
        let pair = Pair(agent: agent, operatorEnd: operatorEnd)
        try await pair.greet()
        // A tunnel that ends without this is a wrong guess, which has to wait before it may try again.
        let met: MeetingAnswer = try await operatorClient.send(
            .POST,
            RelayRoute.outcome(invitation.invitation),
            body: PairingOutcome(paired: true)
        )
        guard let session = met.session else { throw LoadError("the relay gave no session") }
        return RelayMeeting(invitation: invitation, joined: joined, session: session, pair: pair)
    }
}
