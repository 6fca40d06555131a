import Glibc
import NIOCore
import NIOPosix
import TLS
import Testing

@testable import RelayAPI

@Suite("A relay with addresses of both families", .timeLimit(.minutes(1)))
struct HappyEyeballsTests {
    private struct Nothing: Codable, Sendable {}

    /// Says that `localhost` is at these addresses.
    private struct Addresses: Resolver, Sendable {
        var loop: any EventLoop
        var six: [SocketAddress]
        var four: [SocketAddress]

        func initiateAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
            loop.makeSucceededFuture(four)
        }
        func initiateAAAAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
            loop.makeSucceededFuture(six)
        }
        func cancelQueries() {}
    }

    /// How long a request takes where the IPv6 address is `six` and the IPv4 address right.
    private static func time(six: SocketAddress) async throws -> Duration {
        var time: Duration = .zero
        try await TestRelay.with { relay in
            let four = try SocketAddress(ipAddress: "127.0.0.1", port: relay.endpoint.port)
            var client = try RelayClient(
                endpoint: RelayEndpoint(host: "localhost", port: relay.endpoint.port),
                trust: .pin(relay.pin)
            )
            let loop = MultiThreadedEventLoopGroup.singleton.next()
            client.resolver = { Addresses(loop: loop, six: [six], four: [four]) }
            let start = ContinuousClock.now
            _ = try await client.send(.GET, "/healthz", as: Nothing.self)
            time = ContinuousClock.now - start
        }
        return time
    }

    @Test("where nobody listens at the IPv6 address, the IPv4 one is taken at once")
    func refused() async throws {
        let time = try await Self.time(six: SocketAddress(ipAddress: "::1", port: 1))
        // Without the other address it would be the end.
        #expect(time < .seconds(10))
    }

    @Test("where the IPv6 address swallows everything, the IPv4 one is taken after a quarter of a second")
    func swallowed() async throws {
        let hole = try #require(BlackHole(), "no IPv6 on the loopback")
        defer { hole.close() }
        let time = try await Self.time(six: SocketAddress(ipAddress: "::1", port: hole.port))
        #expect(time >= .milliseconds(250))
        // An idle machine takes 0.28 s; without the other address the time for connecting would be over.
        #expect(time < .seconds(10))
    }
}

/// A port on `::1` whose queue is full, so that Linux drops what would connect to it.
private struct BlackHole {
    let port: Int
    private let sockets: [CInt]

    init?() {
        let listener = socket(AF_INET6, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_addr = in6addr_loopback
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 0) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        guard isBound else { return nil }
        var sockets = [listener]
        // A queue of no length holds one.
        for _ in 0..<3 {
            let filler = socket(AF_INET6, CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
            _ = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(filler, $0, length) }
            }
            sockets.append(filler)
        }
        self.sockets = sockets
        port = Int(UInt16(bigEndian: address.sin6_port))
    }

    func close() { for socket in sockets { Glibc.close(socket) } }
}
