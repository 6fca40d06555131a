import Foundation
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import SupportChannel

/// `scripts/stress flips` lets every fault happen at every byte; a test run takes some of them.
@Suite("A fault at any byte of a session", .timeLimit(.minutes(30)))
struct FaultyTunnelTests {
    /// From one byte that is tried to the next.
    private static let stride = ProcessInfo.processInfo.environment["LOTSE_FLIP_STRIDE"].flatMap { Int($0) } ?? 211

    /// When no more are tried, where `scripts/stress flips` has a limit.
    private static let deadline = ProcessInfo.processInfo.environment["LOTSE_TUNNEL_SECONDS"].flatMap { Int($0) }.map {
        ContinuousClock.now + .seconds($0)
    }

    /// What came back.
    private final class Heard: Sendable { let bytes = Mutex<[UInt8]>([]) }

    /// What came of a session.
    private enum Outcome { case whole, refused, wrong(String) }

    @Test(
        "no wrong byte is accepted: the session is refused, or goes on and is whole",
        arguments: FaultyTunnel.Fault.Kind.allCases
    )
    func everywhere(kind: FaultyTunnel.Fault.Kind) async throws {
        let tunnel = FaultyTunnel()
        guard case .whole = await Self.play(nil, tunnel) else {
            Issue.record("no session without a fault")
            return
        }
        let sizes = tunnel.passed.withLock { $0 }
        // Another first byte each time, so that in the long run all are tried.
        let first = Int.random(in: 0..<Self.stride)
        let faults = [(true, sizes.toAgent), (false, sizes.toOperator)].flatMap { isToAgent, size in
            Swift.stride(from: first, to: size, by: Self.stride).map {
                FaultyTunnel.Fault(kind: kind, isToAgent: isToAgent, offset: $0)
            }
        }
        .shuffled()
        var (tried, whole, refused) = (0, 0, 0)
        await withTaskGroup(of: (FaultyTunnel.Fault, Outcome).self) { group in
            for (index, fault) in faults.enumerated() {
                if let deadline = Self.deadline, ContinuousClock.now > deadline { break }
                tried += 1
                // Some wait for a deadline; meanwhile others go on.
                if index >= 16, let (fault, outcome) = await group.next() {
                    Self.count(fault, outcome, &whole, &refused)
                }
                group.addTask { (fault, await Self.play(fault, FaultyTunnel())) }
            }
            for await (fault, outcome) in group { Self.count(fault, outcome, &whole, &refused) }
        }
        print(
            "\(kind.rawValue) at \(tried) of \(sizes.toAgent) + \(sizes.toOperator) bytes: \(whole) sessions whole, \(refused) refused"
        )
        #expect(whole + refused == tried)
        #expect(whole > 0)
        // What only comes late harms nothing.
        #expect(refused == 0 || ![.stall, .slices].contains(kind))
    }

    private static func count(
        _ fault: FaultyTunnel.Fault,
        _ outcome: Outcome,
        _ whole: inout Int,
        _ refused: inout Int
    ) {
        switch outcome {
        case .whole: whole += 1
        case .refused: refused += 1
        case .wrong(let what): Issue.record("\(fault): \(what)")
        }
    }

    /// A session from the pairing on, in which bytes come back as they went; its first tunnel has the fault, the next ones have none.
    private static func play(_ fault: FaultyTunnel.Fault?, _ tunnel: FaultyTunnel) async -> Outcome {
        let session: FaultySession
        do {
            session = try await FaultySession(tunnel, fault)
        } catch {
            return .refused
        }
        let heard = Heard()
        let said = (0..<6).map { ByteBuffer(repeating: UInt8(ascii: "a") + UInt8($0), count: 50 + 30 * $0) }
        let whole = said.flatMap { Array($0.readableBytesView) }
        let outcome = await withTaskGroup(of: Outcome?.self) { group in
            group.addTask {
                await session.serve()
                return nil
            }
            group.addTask {
                await session.keepGoing()
                return nil
            }
            group.addTask {
                try? await Task.sleep(for: .seconds(60))
                return Task.isCancelled ? nil : .wrong("nothing came of it within a minute")
            }
            group.addTask {
                do {
                    try await session.operatorEnd.perform("run", ["x": 1]) { replies, requests in
                        for bytes in said {
                            try await requests.send(ActionFrame(.input, bytes))
                            var missing = bytes.readableBytes
                            while missing > 0, let frame = try await replies.next() {
                                missing -= frame.payload.readableBytes
                                heard.bytes.withLock { $0 += Array(frame.payload.readableBytesView) }
                            }
                        }
                    }
                    return heard.bytes.withLock { $0 } == whole ? .whole : .wrong("other bytes came back")
                } catch {
                    // A session that was there goes on, whatever happens to a tunnel.
                    return .wrong("a session that was there ended: \(error)")
                }
            }
            var outcome = Outcome.wrong("nothing")
            for await next in group {
                guard let next else { continue }
                outcome = next
                break
            }
            await session.close()
            group.cancelAll()
            return outcome
        }
        let bytes = heard.bytes.withLock { $0 }
        return whole.starts(with: bytes) ? outcome : .wrong("wrong bytes came back")
    }
}

/// Both ends of a session whose first tunnel is a faulty one, and who both take another one when it breaks.
private final class FaultySession: Sendable {
    let agent: ResumableConnection<AgentEnd>
    let agentEnd: AgentEnd
    let operatorSide: ResumableConnection<OperatorEnd>
    let operatorEnd: OperatorEnd

    /// - Throws: where the ends do not come together; then both know that.
    init(_ tunnel: FaultyTunnel, _ fault: FaultyTunnel.Fault?) async throws {
        let (ours, oneSide) = try socketPair()
        let (theirs, otherSide) = try socketPair()
        let layers = (EncryptedLayer(code: .quick()), EncryptedLayer(code: .quick()))
        let loops = MultiThreadedEventLoopGroup.singleton
        async let one = Self.result {
            try await tunnelEnd(ours, on: loops.next()) { channel in
                try layers.0.establish(on: channel, as: .agent).flatMap { established in
                    ResumableConnection.begin(on: channel, established, as: .agent) {
                        try AgentEnd(addingTo: $0, exporter: established.exporter)
                    }
                }
            }
        }
        async let other = Self.result {
            try await tunnelEnd(theirs, on: loops.next()) { channel in
                try layers.1.establish(on: channel, as: .operator).flatMap { established in
                    ResumableConnection.begin(on: channel, established, as: .operator) {
                        try OperatorEnd(addingTo: $0, exporter: established.exporter)
                    }
                }
            }
        }
        try await tunnel.join(oneSide, otherSide, fault)
        let (agent, operatorSide) = await (one, other)
        guard case .success(let ourEnd) = agent, case .success(let theirEnd) = operatorSide else {
            // An end that got further than the other is alone, and hears that by the tunnel's end.
            if case .success(let end) = agent { await end.0.0.close() }
            if case .success(let end) = operatorSide { await end.0.0.close() }
            throw SupportChannelError(kind: .closed, diagnostics: "no session")
        }
        (self.agent, agentEnd) = ourEnd.0
        (self.operatorSide, operatorEnd) = theirEnd.0
        try await self.agent.allowResumption(.verify { message, signature in message == signature })
        try await self.operatorSide.allowResumption(.sign { $0 })
    }

    private static func result<Value: Sendable>(_ body: () async throws -> Value) async -> Result<Value, any Error> {
        do { return .success(try await body()) } catch { return .failure(error) }
    }

    /// Repeats what comes in.
    func serve() async {
        try? await agentEnd.serve { action in
            let replies = try await action.accept()
            while let frame = try await action.input.next(), frame.kind == .input {
                try await replies.send(ActionFrame(.output, frame.payload))
            }
        }
    }

    /// Does what both programs do where the tunnel breaks.
    func keepGoing() async {
        for await event in operatorSide.events {
            guard case .interrupted = event else { continue }
            for _ in 0..<50 where (try? await reconnect()) != nil { break }
        }
    }

    private func reconnect() async throws {
        let (left, right) = try socketPair()
        let (agent, operatorSide) = (agent, operatorSide)
        async let one = tunnelEnd(left, on: agent.eventLoop) { try agent.resume(on: $0) }
        async let two = tunnelEnd(right, on: operatorSide.eventLoop) { try operatorSide.resume(on: $0) }
        _ = try await (one, two)
    }

    func close() async {
        await operatorSide.close()
        await agent.close()
    }
}
