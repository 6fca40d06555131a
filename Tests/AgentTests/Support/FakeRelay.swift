import NIOCore
import NIOPosix
import Pairing
import Receipts
import RelayAPI
import SupportChannel
import Synchronization

@testable import Agent

/// A relay that answers as a test wants, with tunnels over the loopback.
final class FakeRelay: AgentRelay {
    struct Script: Sendable {
        /// What `join` does, one after the other; the last stands for all that follow.
        var joins: [Result<Int64, AgentError>] = [.success(600)]
        /// What `consent` throws.
        var consentFailure: AgentError?
        /// What `end` throws.
        var endFailure: AgentError?
        /// The contract hash of the invitation; another one in a consent is refused.
        var hash: String?
        var maximumSeconds: Int64 = 14_400
        /// Whether the operator greets in the tunnel.
        var operatorComes = true
        /// What the operator takes for the code; the client's where nil.
        var operatorCode: String?
        /// The session that it claims to have started; the one that both signed where nil.
        var session: String?
        /// Whether it signs its answer with a key that its authority certified.
        var signs = true
        /// What `pause` and `resume` throw.
        var pauseFailure: AgentError?
        /// Consents wait for this.
        var consentGate: OneShot<Void>?
    }

    /// What was asked, in order.
    struct Asked: Sendable {
        var rooms: [String] = []
        var tokens: [String] = []
        var consents: [ConsentRecord] = []
        /// `pause` and `resume`, in order.
        var pauses: [String] = []
        var ends: [EndRequest] = []
        var tunnels = 0
        var remembered = 0
    }

    let address = "https://relay.example:8443"
    private let script: Script
    private let asked_ = Mutex(Asked())
    private let server = OneShot<any Channel>()
    let operatorEnd = OneShot<OperatorEnd>()

    init(_ script: Script = Script()) { self.script = script }

    func rememberAuthority() { asked_.withLock { $0.remembered += 1 } }

    var provenAuthority: [UInt8]? { try? TestAuthority.shared.get().pin }

    var asked: Asked { asked_.withLock { $0 } }

    func join(room: String) async throws -> JoinAnswer {
        let step = asked_.withLock { asked in
            asked.rooms.append(room)
            return script.joins[min(asked.rooms.count, script.joins.count) - 1]
        }
        return JoinAnswer(token: "token-1", authority: String(repeating: "0", count: 64), waitSeconds: try step.get())
    }

    func openTunnel(token: String, code: Code) async throws -> AgentTunnel {
        asked_.withLock { asked in
            asked.tunnels += 1
            asked.tokens.append(token)
        }
        let authority = try TestAuthority.shared.get().pin
        let operatorCode = try script.operatorCode.map { try Code(typed: $0) } ?? code
        let operatorLayer = EncryptedLayer(code: try await StretchedCode.stretching(operatorCode, authority: authority))
        let layer = EncryptedLayer(code: try await StretchedCode.stretching(code, authority: authority))
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { [operatorEnd, script] channel in
                channel.eventLoop.makeCompletedFuture {
                    guard script.operatorComes else { return }
                    try operatorLayer.establish(on: channel, as: .operator).flatMap { established in
                        ResumableConnection.begin(on: channel, established, as: .operator) {
                            try OperatorEnd(addingTo: $0, exporter: established.exporter)
                        }
                    }
                    .map { _ = operatorEnd.resolve($1) }
                    .whenFailure { _ in channel.close(promise: nil) }
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        server.resolve(listener)
        guard let address = listener.localAddress else { throw ChannelError.eof }
        return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(to: address) { channel in
                channel.eventLoop.makeCompletedFuture { try AgentTunnel(addingTo: channel, layer: layer) }
            }
    }

    func takeUp(_ connection: ResumableConnection<AgentEnd>, token: String) async throws {
        throw AgentError(.sessionOver, "the relay says no: the session is over")
    }

    func consent(_ request: ConsentRequest, token: String) async throws -> SessionStarted {
        let record = try ConsentRecord(canonical: Array(request.record.utf8))
        asked_.withLock { asked in
            asked.consents.append(record)
            asked.tokens.append(token)
        }
        if let gate = script.consentGate { _ = await gate.wait() }
        if let failure = script.consentFailure { throw failure }
        if let hash = script.hash, hash != record.contractHash.hex {
            throw AgentError(.relayRefused, "the relay says no: this is not the contract of the invitation")
        }
        let signer = script.signs ? try TestAuthority.shared.get() : try TestAuthority()
        return SessionStarted(
            session: script.session ?? record.session,
            startedAt: Timestamp(seconds: 1_800_000_000),
            maximumSeconds: script.maximumSeconds,
            head: try signer.head(),
            certificate: signer.ledgerCertificate.pem
        )
    }

    func pause(token: String) async throws -> SessionRecord { try pausing("pause") }

    func resume(token: String) async throws -> SessionRecord { try pausing("resume") }

    private func pausing(_ what: String) throws -> SessionRecord {
        asked_.withLock { $0.pauses.append(what) }
        if let failure = script.pauseFailure { throw failure }
        return record(what == "pause" ? .paused : .running, reason: nil)
    }

    func end(_ request: EndRequest, token: String) async throws -> SessionRecord {
        asked_.withLock { asked in
            asked.ends.append(request)
            asked.tokens.append(token)
        }
        if let failure = script.endFailure { throw failure }
        return record(.ended, reason: request.reason)
    }

    private func record(_ state: SessionRecord.State, reason: String?) -> SessionRecord {
        SessionRecord(
            session: "s-1",
            contract: "acme-2026",
            contractVersion: 3,
            contractHash: "",
            operator: "jana",
            category: "question",
            purpose: "",
            machine: "",
            state: state,
            reason: reason,
            endedBy: "client",
            startedAt: Timestamp(seconds: 1_800_000_000),
            endedAt: Timestamp(seconds: 1_800_000_754),
            rawSeconds: 754,
            pausedSeconds: 0,
            disconnectedSeconds: 0,
            billedSeconds: 900,
            summary: nil,
            notes: []
        )
    }

    func close() async {
        try? await server.current?.close()
        try? await operatorEnd.current?.channel.close()
    }
}
