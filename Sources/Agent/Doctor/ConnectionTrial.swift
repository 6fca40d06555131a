import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Tries connections, and closes them at once.
enum ConnectionTrial {
    /// What came of one address.
    struct Outcome: Sendable, Equatable {
        enum Result: Equatable {
            case answers
            case refuses
            case silent
        }

        var address: SocketAddress
        var result: Result
    }

    /// How long an address may take.
    private static let limit: TimeAmount = .seconds(5)
    /// So many of each family are tried.
    private static let mostOfAFamily = 3

    /// Tries all at the same time.
    static func outcomes(_ addresses: [SocketAddress]) async -> [Outcome] {
        let tried = [NIOBSDSocket.ProtocolFamily.inet6, .inet].flatMap { family in
            addresses.filter { $0.protocol == family }.prefix(mostOfAFamily)
        }
        return await withTaskGroup(of: (Int, Outcome).self) { group in
            for (index, address) in tried.enumerated() {
                group.addTask { (index, Outcome(address: address, result: await result(address))) }
            }
            var outcomes: [Int: Outcome] = [:]
            for await (index, outcome) in group { outcomes[index] = outcome }
            return tried.indices.compactMap { outcomes[$0] }
        }
    }

    private static func result(_ address: SocketAddress) async -> Outcome.Result {
        do {
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(limit).connect(to: address).get()
            channel.close(promise: nil)
            return .answers
        } catch let error as IOError where error.errnoCode == ECONNREFUSED {
            return .refuses
        } catch {
            return .silent
        }
    }
}
