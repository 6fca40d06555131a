import Foundation
import NIOCore
import NIOEmbedded
import Testing

@testable import TLS

/// `scripts/stress flips` lets every byte of a connection be another; a test run takes some of them.
@Suite("A flipped bit")
struct FlipTests {
    /// From one byte that is tried to the next.
    private static let stride = ProcessInfo.processInfo.environment["LOTSE_FLIP_STRIDE"].flatMap { Int($0) } ?? 23
    private static let texts = (toServer: "from the client, and some more", toClient: "from the server, and some more")

    /// A connection from its first byte to its last, of which one byte is another.
    ///
    /// - Returns: how many bytes went each way.
    private static func play(
        _ pair: Pair,
        flipping offset: Int? = nil,
        toServer isToServer: Bool = true
    ) -> (toServer: Int, toClient: Int) {
        var passed = (toServer: 0, toClient: 0)
        pair.onTheWay = { isThere, bytes in
            let before = isThere ? passed.toServer : passed.toClient
            if isThere { passed.toServer += bytes.readableBytes } else { passed.toClient += bytes.readableBytes }
            guard let offset, isThere == isToServer, (before..<before + bytes.readableBytes).contains(offset) else {
                return
            }
            let index = bytes.readerIndex + offset - before
            if let byte: UInt8 = bytes.getInteger(at: index) { bytes.setInteger(byte ^ (1 << (offset % 8)), at: index) }
        }
        _ = pair.client.write(texts.toServer)
        _ = pair.server.write(texts.toClient)
        pair.activate()
        pair.carry()
        if pair.server.application.text == texts.toServer, pair.client.application.text == texts.toClient {
            _ = pair.client.close()
            pair.carry()
            _ = pair.server.close()
            pair.carry()
        }
        // Whoever still waits for something is told that nothing more comes, and does not close by itself: that would be no error.
        for end in [pair.client, pair.server] { end.deliverEnd() }
        pair.carry()
        pair.loop.advanceTime(by: .seconds(60))
        return passed
    }

    @Test("at any byte of a connection: no wrong byte reaches an application, and what is missing is an error")
    func everyByte() throws {
        let identities = try Identities()
        let server = try TLSContext(server: identities.serverConfiguration { $0.applicationProtocols = ["h2"] })
        let client = try TLSContext(
            client: identities.clientConfiguration {
                $0.use(identities.client)
                $0.applicationProtocols = ["h2"]
            }
        )
        let whole = try Pair(server: server, client: client)
        let sizes = Self.play(whole)
        #expect(whole.server.application.text == Self.texts.toServer)
        #expect(whole.client.application.text == Self.texts.toClient)
        var (good, refused) = (0, 0)
        let first = Int.random(in: 0..<Self.stride)
        for (isToServer, size) in [(true, sizes.toServer), (false, sizes.toClient)] {
            for offset in Swift.stride(from: first, to: size, by: Self.stride) {
                let pair = try Pair(server: server, client: client)
                _ = Self.play(pair, flipping: offset, toServer: isToServer)
                let place = "byte \(offset) to the \(isToServer ? "server" : "client")"
                var isWhole = true
                for (end, text) in [(pair.server, Self.texts.toServer), (pair.client, Self.texts.toClient)] {
                    #expect(text.hasPrefix(end.application.text), "\(place): \(end.application.text)")
                    guard end.application.text != text else { continue }
                    isWhole = false
                    #expect(
                        !end.application.errors.isEmpty || end.handshake.failure != nil,
                        "\(place): no error at the \(end === pair.server ? "server" : "client")"
                    )
                }
                if isWhole { good += 1 } else { refused += 1 }
            }
        }
        print(
            "a bit flipped at \(good + refused) of \(sizes.toServer) + \(sizes.toClient) bytes: \(good) connections whole, \(refused) refused"
        )
        #expect(refused > 0)
    }
}
