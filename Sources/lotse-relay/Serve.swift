import ArgumentParser
import CMalloc
import Glibc
import Relay

/// `lotse-relay serve`.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve until SIGTERM.",
        discussion: """
            Example: lotse-relay serve /srv/lotse --listen 0.0.0.0:4470
            Prints "ready https://HOST:PORT" once it accepts connections. relay.yaml in the folder holds all settings.
            """
    )

    @Argument(help: "The relay's folder.")
    var dir: String

    @Option(help: "ADDRESS:PORT to listen on; port 0 picks one.")
    var listen: String?

    @Option(help: "trace, debug, info, notice, warning or error.")
    var logLevel: String?

    func run() async throws {
        Self.setUpAllocator()
        DescriptorLimit.raise()
        var overrides: [String: String] = [:]
        overrides["listen"] = listen
        overrides["logLevel"] = logLevel
        try await RelayServer(path: dir, overrides: overrides).run { address in
            print("ready \(address)")
            fflush(nil)
        }
    }

    /// Buffers of a tunnel come and go all the time. The allocator gives what is free at its end back to the kernel from 128 KiB on, and
    /// gets it anew, page by page: it keeps a little more. It does so in each of its arenas, of which it makes eight for a processor: work
    /// that now this thread does and now that one, such as writing down all sessions, would leave its memory behind in one after the
    /// other (mallopt(3)).
    private static func setUpAllocator() {
        mallopt(M_TRIM_THRESHOLD, 8 << 20)
        mallopt(M_MMAP_THRESHOLD, 4 << 20)
        mallopt(M_ARENA_MAX, Int32(max(4, 2 * sysconf(Int32(_SC_NPROCESSORS_ONLN)))))
    }
}
