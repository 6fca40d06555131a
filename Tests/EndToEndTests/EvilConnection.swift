import NIOCore
import RelayAPI
import Synchronization

/// One connection of an agent through an evil relay: requests and their answers, one after the other, and a tunnel in the end.
final class EvilConnection: Sendable {
    private typealias Inbound = NIOAsyncChannelInboundStream<ByteBuffer>
    private typealias Outbound = NIOAsyncChannelOutboundWriter<ByteBuffer>

    private let meddling: Meddling
    /// What was asked for; known before any byte of the answer comes.
    private let path = Mutex("")

    init(_ meddling: Meddling) { self.meddling = meddling }

    /// Carries until both directions have ended, one has failed, or the meddling cuts.
    func carry(_ agent: EvilRelay.Connection, _ real: EvilRelay.RealRelay) async {
        // An end that breaks breaks the other: that is all there is to say about it here.
        try? await agent.executeThenClose { fromAgent, toAgent in
            let relay = try await real.connect()
            try await relay.executeThenClose { fromRelay, toRelay in
                let writers: [Meddling.Direction: Outbound] = [.toAgent: toAgent, .toOperator: toRelay]
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await self.requests(fromAgent, toRelay, writers) }
                    group.addTask { try await self.answers(fromRelay, toAgent, writers) }
                    defer { group.cancelAll() }
                    while try await group.next() != nil {}
                }
            }
        }
    }

    private func requests(_ agent: Inbound, _ relay: Outbound, _ writers: [Meddling.Direction: Outbound]) async throws {
        var message = HTTPMessage()
        var passed = 0
        for try await bytes in agent {
            var rest = bytes
            if message.head == nil {
                guard let head = message.take(&rest) else { continue }
                path.withLock { $0 = head.path }
                try await relay.write(try await meddling.request(head).bytes)
            }
            if head(of: message).path == RelayRoute.tunnel {
                try await pass(rest, .toOperator, &passed, writers)
            } else {
                if rest.readableBytes > 0 { try await relay.write(rest) }
                if message.body(with: rest) != nil { message = HTTPMessage() }
            }
        }
        relay.finish()
    }

    private func answers(_ relay: Inbound, _ agent: Outbound, _ writers: [Meddling.Direction: Outbound]) async throws {
        var message = HTTPMessage()
        var passed = 0
        for try await bytes in relay {
            var rest = bytes
            let isNew = message.head == nil
            if isNew, message.take(&rest) == nil { continue }
            let head = head(of: message)
            if head.isSwitch {
                if isNew { try await agent.write(head.bytes) }
                try await pass(rest, .toAgent, &passed, writers)
            } else if let body = message.body(with: rest) {
                let path = path.withLock { $0 }
                try await agent.write(head.bytes(with: try await meddling.answer(path, body)))
                message = HTTPMessage()
            }
        }
        agent.finish()
    }

    private func head(of message: HTTPMessage) -> HTTPHead { message.head ?? HTTPHead(lines: []) }

    private func pass(
        _ bytes: ByteBuffer,
        _ direction: Meddling.Direction,
        _ passed: inout Int,
        _ writers: [Meddling.Direction: Outbound]
    ) async throws {
        guard bytes.readableBytes > 0 else { return }
        try await meddling.tunnel(Passage(direction, bytes, before: passed, writers))
        passed += bytes.readableBytes
    }
}
