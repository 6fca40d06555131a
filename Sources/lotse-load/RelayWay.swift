import FoundationEssentials
import NIOCore
import RelayAPI
import TLS

/// A relay, to which this program is both an operator who is logged in and the agents of the clients.
///
/// What follows in the tunnel is no pairing: the relay passes bytes on from the moment that both ends are there, and does not read them.
struct RelayWay: Way {
    private let operatorClient: RelayClient
    private let agentClient: RelayClient
    private let contract: String

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
        let endpoint = try RelayEndpoint(url: login.relay)
        let trust = TLSTrust.authorities([try Certificate(pem: login.authority)])
        operatorClient = try RelayClient(
            endpoint: endpoint,
            trust: trust,
            certificate: Certificate(pem: login.certificate),
            privateKey: PrivateKey(pem: login.privateKey),
            group: group
        )
        agentClient = try RelayClient(endpoint: endpoint, trust: trust, group: group)
        self.contract = contract
    }

    /// Opens a room.
    func invite() async throws -> InvitationSummary {
        let request = NewInvitation(contract: contract, purpose: "measuring", category: nil, validSeconds: 600)
        return try await operatorClient.send(.POST, RelayRoute.invitations, body: request)
    }

    /// Does what a client's machine does with a code: finds the room, and opens its tunnel.
    func join(_ invitation: InvitationSummary) async throws -> End {
        let joined: JoinAnswer = try await agentClient.send(
            .POST,
            RelayRoute.join,
            body: JoinRequest(room: invitation.room)
        )
        return try await agentClient.openTunnel(RelayRoute.tunnel, token: joined.token) { try End.make(of: $0) }
    }

    func pair() async throws -> Pair {
        let invitation = try await invite()
        let agent = try await join(invitation)
        let operatorEnd = try await operatorClient.openTunnel(RelayRoute.tunnel(invitation: invitation.invitation)) {
            try End.make(of: $0)
        }
        let pair = Pair(agent: agent, operatorEnd: operatorEnd)
        try await pair.greet()
        // A tunnel that ends without this is a wrong guess, which has to wait before it may try again.
        let _: MeetingAnswer = try await operatorClient.send(
            .POST,
            RelayRoute.outcome(invitation.invitation),
            body: PairingOutcome(paired: true)
        )
        return pair
    }
}
