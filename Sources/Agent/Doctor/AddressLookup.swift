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
