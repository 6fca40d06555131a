import ArgumentParser
import FoundationEssentials
import Glibc
import NIOCore
import NIOPosix

/// Through what the load goes, and what is looked at meanwhile.
struct WayOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The home of an operator who is logged in at the relay.", valueName: "dir"))
    var home: String?

    @Option(help: ArgumentHelp("A contract of that relay.", valueName: "id"))
    var contract = "harbour-cafe"

    @Option(help: ArgumentHelp("In place of a relay: the port of a proxy on 127.0.0.1.", valueName: "port"))
    var proxy: Int?

    @Option(help: ArgumentHelp("The port on which the proxy expects its server.", valueName: "port"))
    var backend: Int?

    @Option(help: ArgumentHelp("The folder with ca.pem, server.pem and server.key.", valueName: "dir"))
    var tls: String?

    @Option(help: ArgumentHelp("A process that is measured; may be said again.", valueName: "pid"))
    var watch: [Int32]

    func validate() throws {
        guard (home == nil) != (proxy == nil), proxy == nil || (backend != nil && tls != nil) else {
            throw ValidationError("say --home, or --proxy with --backend and --tls")
        }
    }

    /// One thread: the load has one core.
    func way() async throws -> any Way {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        if let home { return try RelayWay(home: home, contract: contract, group: group) }
        guard let proxy, let backend, let tls else { throw LoadError("there is nothing to put load on") }
        return try await ProxyWay(port: proxy, backend: backend, identity: Identity(folder: tls), group: group)
    }

    /// A relay, where only one will do.
    func relayWay() throws -> RelayWay {
        guard let home else { throw LoadError("this needs a relay (say --home)") }
        return try RelayWay(home: home, contract: contract, group: MultiThreadedEventLoopGroup(numberOfThreads: 1))
    }

    var watched: Watched { Watched(processes: watch) }
}

/// Prints an answer as one line of JSON, at once.
func answer(_ value: some Encodable) throws {
    print(String(decoding: try JSONEncoder().encode(value), as: UTF8.self))
    fflush(nil)
}
