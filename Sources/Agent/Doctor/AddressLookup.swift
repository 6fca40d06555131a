import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Looks a host's addresses up as the system does.
struct AddressLookup: Sendable {
    /// Why there are none.
    enum Failure: Error, Equatable {
        /// There is no such name, or it has no address.
        case unknown
        /// Nobody could be asked.
        case noServer
    }

    /// The addresses of a host and port; `host` may be an address itself.
    let addresses: @Sendable (_ host: String, _ port: Int) async throws -> [SocketAddress]

    /// The system's. It blocks a thread of a pool, and cannot be stopped: whoever waits sets a limit of their own.
    static let system = AddressLookup { host, port in
        try await NIOThreadPool.singleton.runIfActive { try resolve(host, port) }
    }

    private static func resolve(_ host: String, _ port: Int) throws -> [SocketAddress] {
        var first: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, "\(port)", nil, &first)
        guard code == 0 else {
            // RFC 3493 §6.1: everything else may be another time.
            throw code == EAI_NONAME || code == noAddress ? Failure.unknown : Failure.noServer
        }
        defer { freeaddrinfo(first) }
        var addresses: [SocketAddress] = []
        var next = first
        while let entry = next {
            // Each comes once for each kind of socket.
            if let address = address(entry.pointee), !addresses.contains(address) { addresses.append(address) }
            next = entry.pointee.ai_next
        }
        return addresses
    }

    /// GNU's `EAI_NODATA`: the name is there and has no address.
    private static let noAddress: CInt = -5

    private static func address(_ entry: addrinfo) -> SocketAddress? {
        guard let bytes = UnsafeRawPointer(entry.ai_addr) else { return nil }
        return switch entry.ai_family {
        case AF_INET: SocketAddress(bytes.load(as: sockaddr_in.self))
        case AF_INET6: SocketAddress(bytes.load(as: sockaddr_in6.self))
        default: nil
        }
    }
}

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
            var outcomes: [(Int, Outcome)] = []
            for await outcome in group { outcomes.append(outcome) }
            return outcomes.sorted { $0.0 < $1.0 }.map(\.1)
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
