import NIOCore
import NIOEmbedded
import Testing

@testable import TLS

/// Cuts connections at every place and looks whether everyone who waits gets an answer.
@Suite("Cut off")
struct CutOffTests {
    enum Cut: CaseIterable {
        /// The transport of both ends is gone.
        case transport
        /// The transport's input ends, the channel lives on.
        case input
        /// Both applications close and nothing is carried any more.
        case close
        /// TLS is taken out of both pipelines.
        case removal
        /// What comes next is garbage.
        case garbage
    }

    let identities: Identities
    let server: TLSContext
    let client: TLSContext

    init() throws {
        identities = try Identities()
        server = try TLSContext(server: identities.serverConfiguration { $0.applicationProtocols = ["h2"] })
        client = try TLSContext(
            client: identities.clientConfiguration { [identities] in
                $0.use(identities.client)
                $0.applicationProtocols = ["h2"]
            }
        )
    }

    private func cut(_ pair: Pair, _ cut: Cut) -> [Outcome<Void>] {
        var closes: [Outcome<Void>] = []
        for end in [pair.client, pair.server] {
            guard end.channel.isActive else { continue }
            switch cut {
            case .transport:
                end.wire.close(on: end.channel)
            case .input:
                end.channel.allowRemoteHalfClosure = true
                end.deliverEnd()
            case .close:
                closes.append(end.close())
                closes.append(end.close(.output))
            case .removal:
                end.channel.pipeline.syncOperations.removeHandler(end.handler, promise: nil)
            case .garbage:
                end.deliver(ByteBuffer(repeating: 0x55, count: 32 * 1024))
            }
        }
        pair.loop.advanceTime(by: .seconds(60))
        // Where TLS is gone or the peer is silent, the transport ends at last.
        for end in [pair.client, pair.server] { end.wire.close(on: end.channel) }
        pair.loop.run()
        return closes
    }

    @Test("anywhere in the handshake and just after it: every promise is answered", arguments: Cut.allCases)
    func everyByte(_ kind: Cut) throws {
        let whole = try Pair(server: server, client: client)
        let texts = [whole.client.write("from the client"), whole.server.write("from the server")]
        try whole.connect()
        #expect(texts.allSatisfy { $0.isSuccess })
        for place in stride(from: 0, through: whole.carriedBytes, by: 5) {
            let pair = try Pair(server: server, client: client)
            var outcomes = [pair.client.write("from the client"), pair.server.write("from the server")]
            pair.activate()
            pair.carry(limit: place)
            outcomes += cut(pair, kind)
            #expect(outcomes.allSatisfy { $0.isDone }, "cut after byte \(place)")
            #expect(pair.client.handshake.isDone && pair.server.handshake.isDone, "cut after byte \(place)")
            for end in [pair.client, pair.server] {
                #expect(end.application.errors.count <= 1, "cut after byte \(place)")
                #expect(end.handler.connection == nil, "cut after byte \(place)")
            }
        }
    }

    enum Situation: CaseIterable {
        case idle, underBackpressure, draining, closeNotifySent, halfClosed, halfClosedByPeer, drainingHalf, lingering
    }

    @Test("open, draining, closing, half closed and lingering: every promise is answered", arguments: Cut.allCases)
    func everyState(_ kind: Cut) throws {
        for situation in Situation.allCases {
            let pair = try Pair(server: server, client: client)
            for end in [pair.client, pair.server] { end.channel.allowRemoteHalfClosure = true }
            try pair.connect()
            var outcomes: [Outcome<Void>] = []
            switch situation {
            case .idle:
                break
            case .underBackpressure:
                outcomes.append(pair.client.write(ByteBuffer(repeating: 1, count: 1 << 20)))
                outcomes.append(pair.client.write(ByteBuffer(string: "not flushed"), flush: false))
            case .draining:
                outcomes.append(pair.client.write(ByteBuffer(repeating: 1, count: 1 << 20)))
                outcomes.append(pair.client.close())
            case .closeNotifySent:
                outcomes.append(pair.client.close())
                _ = pair.client.wire.take(.max)
            case .halfClosed:
                outcomes.append(pair.client.close(.output))
                _ = pair.client.wire.take(.max)
            case .halfClosedByPeer:
                outcomes.append(pair.server.close(.output))
                pair.carry()
                outcomes.append(pair.client.write(ByteBuffer(repeating: 1, count: 1 << 20)))
            case .drainingHalf:
                outcomes.append(pair.client.write(ByteBuffer(repeating: 1, count: 1 << 20)))
                outcomes.append(pair.client.close(.output))
            case .lingering:
                pair.client.deliver(ByteBuffer(bytes: [0x17, 3, 3, 0, 4, 1, 2, 3, 4]))
                outcomes.append(pair.client.close())
            }
            outcomes += cut(pair, kind)
            #expect(outcomes.allSatisfy { $0.isDone }, "\(situation)")
            for end in [pair.client, pair.server] {
                #expect(end.handler.connection == nil, "\(situation)")
                #expect(end.application.errors.count <= 1, "\(situation)")
            }
        }
    }
}
