import Glibc
import NIOCore
import NIOPosix
import SupportChannel

/// The private Unix socket of a session's holder.
///
/// The address of a Unix socket has room for 107 bytes and the path of a home may be longer, so the folder is opened first
/// and the socket is named through `/proc/self/fd`.
struct HolderSocket: Sendable {
    /// Connections of this user's programs, one for each command.
    typealias Connections = NIOAsyncChannel<AgentEnd?, Never>

    private let folder: CInt
    private let name: String

    /// The socket called `name` in the folder at `path`.
    init(folder path: String, name: String) throws {
        folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw OperatorHome.failure("open the folder", path) }
        self.name = name
    }

    /// To be called once, when the socket is not needed any more.
    func release() { close(folder) }

    private var address: String { "/proc/self/fd/\(folder)/\(name)" }

    /// Listens. The socket is 0600 from its first moment on: the folder around it lets nobody else in.
    func listen() async throws -> Connections {
        unlinkat(folder, name, 0)
        let connections = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(unixDomainSocketPath: address) { channel in
                Self.isOwn(channel).flatMapThrowing { isOwn -> AgentEnd? in
                    guard isOwn else {
                        channel.close(promise: nil)
                        return nil
                    }
                    return try AgentEnd(addingTo: channel)
                }
            }
        guard fchmodat(folder, name, 0o600, 0) == 0 else { throw OperatorHome.failure("close to others", name) }
        return connections
    }

    /// Connects; `nil` where nobody listens.
    func connect() async throws -> OperatorEnd? {
        do {
            return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(unixDomainSocketPath: address) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try OperatorEnd(addingTo: channel)
                    }
                }
        } catch let error as IOError where error.errnoCode == ECONNREFUSED || error.errnoCode == ENOENT {
            return nil
        }
    }

    /// `struct ucred` of Linux, which Swift does not import (unix(7), SO_PEERCRED).
    private struct PeerCredentials {
        var process: Int32 = 0
        var user: UInt32 = .max
        var group: UInt32 = .max
    }

    /// Whether the other end is a program of this user.
    private static func isOwn(_ channel: any Channel) -> EventLoopFuture<Bool> {
        guard let provider = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeSucceededFuture(false)
        }
        let credentials: EventLoopFuture<PeerCredentials> = provider.unsafeGetSocketOption(
            level: .socket,
            name: .init(rawValue: SO_PEERCRED)
        )
        return credentials.map { $0.user == getuid() }
    }
}
