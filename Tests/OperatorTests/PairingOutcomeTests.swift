import NIOCore
import Pairing
import RelayAPI
import SupportChannel
import Synchronization
import Testing

@testable import Operator

@Suite("What comes of a pairing", .timeLimit(.minutes(1)))
struct PairingOutcomeTests {
    private static func layer(_ secret: String) async throws -> EncryptedLayer {
        EncryptedLayer(
            code: try await StretchedCode.stretching(
                Code(room: "4821", secret: secret),
                authority: [UInt8](repeating: 7, count: 32)
            )
        )
    }

    /// An operator with one secret and an agent with another.
    private func meet(agent: String, operator secret: String) async throws -> (
        FakeRelay, Result<OperatorEnd, any Error>
    ) {
        let (left, right) = try socketPair()
        let (agentLayer, layer) = (try await Self.layer(agent), try await Self.layer(secret))
        async let agentEnd = connect(left) { channel in
            try agentLayer.establish(on: channel, as: .agent).flatMap { established in
                ResumableConnection.begin(on: channel, established, as: .agent) {
                    try AgentEnd(addingTo: $0, exporter: established.exporter)
                }
            }
            .map { $1 }
        }
        let tunnel = try await connect(right) { try WaitingTunnel(on: $0, layer: layer) }
        let relay = try FakeRelay()
        let opening = SessionOpening(relay: relay)
        let result: Result<OperatorEnd, any Error>
        do {
            result = .success(try await opening.meet(tunnel, Self.invitation).0.end)
        } catch { result = .failure(error) }
        try? await tunnel.channel.close()
        _ = try? await agentEnd.get()
        return (relay, result)
    }

    private static let invitation = InvitationSummary(
        invitation: "i-1",
        room: "4821",
        contract: "acme",
        version: 1,
        hash: "00",
        category: "question",
        purpose: "a test",
        operator: "jan",
        state: .open,
        expiresAt: Timestamp(seconds: 1_767_225_600),
        secretDigits: 7
    )

    @Test("the same secret is reported as paired")
    func paired() async throws {
        let (relay, result) = try await meet(agent: "7305519", operator: "7305519")
        #expect(throws: Never.self) { try result.get() }
        #expect(relay.told.withLock { $0 } == ["paired true"])
    }

    @Test("another secret is reported as a failure, and the operator is told what to do")
    func wrongCode() async throws {
        let (relay, result) = try await meet(agent: "7305518", operator: "7305519")
        let error = #expect(throws: OperatorError.self) { try result.get() }
        #expect(error?.description.hasPrefix("wrong code, or someone guessed") == true)
        #expect(error?.description.contains("lotse invite again") == true)
        #expect(relay.told.withLock { $0 } == ["paired false"])
    }
}
