import NIOCore
import Pairing
import RelayAPI
import SupportChannel

/// What the agent asks of the relay.
///
/// Errors are `AgentError`, in the client's language.
public protocol AgentRelay: Sendable {
    /// The relay's address, for the client's eyes.
    var address: String { get }
    /// Goes to a room; nothing else of the code leaves the machine. Makes sure that the relay is the one that is trusted.
    func join(room: String) async throws -> JoinAnswer
    /// Opens the tunnel, in which the operator may not be yet. Of the code nothing is sent; it is bound to the relay's authority as
    /// the connection showed it, not as anybody said it.
    func openTunnel(token: String, code: Code) async throws -> AgentTunnel
    /// SPKI SHA-256 of the relay's authority as a join has shown it; nil before.
    var provenAuthority: [UInt8]? { get }
    /// The ends have met: what the relay showed is the operator's relay too, and is remembered.
    func rememberAuthority()
    /// Opens another tunnel for a session whose connection broke, and goes on over it. Returns when it does.
    ///
    /// - Throws: `AgentError` of kind `sessionOver` where the relay has no such session any more.
    func takeUp(_ connection: ResumableConnection<AgentEnd>, token: String) async throws
    /// Hands in what both signed; the clock starts with the relay's commit.
    func consent(_ request: ConsentRequest, token: String) async throws -> SessionStarted
    /// Stops the session's clock for the client.
    func pause(token: String) async throws -> SessionRecord
    /// Lets it run again.
    func resume(token: String) async throws -> SessionRecord
    /// Tells the end.
    func end(_ request: EndRequest, token: String) async throws -> SessionRecord
}

/// The agent's end of a tunnel.
public struct AgentTunnel: Sendable {
    /// The connection.
    public let channel: any Channel
    /// Succeeds when the operator is there and has the same code. Where it fails the tunnel is closed.
    public let met: EventLoopFuture<AgentConnection>

    /// Adds the layers above the tunnel to `channel`, on its event loop.
    public init(addingTo channel: any Channel, layer: some EndToEndLayer) throws {
        self.channel = channel
        met = try layer.establish(on: channel, as: .agent).flatMap { established in
            ResumableConnection.begin(on: channel, established, as: .agent) {
                try AgentEnd(addingTo: $0, exporter: established.exporter)
            }
        }
        .map { AgentConnection(first: $1, connection: $0) }
        met.whenFailure { _ in channel.close(promise: nil) }
    }
}

/// An agent's connection with the operator.
public struct AgentConnection: Sendable {
    /// What is served first.
    public let first: AgentEnd
    /// What goes on when a tunnel breaks.
    public let connection: ResumableConnection<AgentEnd>
}
