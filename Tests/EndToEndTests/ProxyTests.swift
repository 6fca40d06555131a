import Foundation
import Glibc
import Testing

extension EndToEnd {
    @Suite("Behind a firewall", .enabled(if: ForwardProxy.isPossible, "tinyproxy is not installed"))
    struct ProxyTests {
        @Test(
            "a proxy that wants a password carries a whole session, of both ends, and the doctor finds nothing in the way"
        )
        func session() async throws {
            try await Stage.with(isReady: false) { stage in
                let proxy = try await stage.forwardProxy(user: "jana", password: "s.ecret9")
                try await stage.initialize()
                try await stage.serve()
                stage.set("HTTPS_PROXY", proxy.address("jana:s.ecret9"))
                try await stage.logIn("jana")
                try await stage.addContract()
                let session = try await stage.session()
                #expect(try await stage.run("run", "--", "echo", "hello").output == "hello\n")
                // What runs at the client's has nothing of the proxy's password.
                let environment = try await stage.run("run", "--", "env")
                #expect(environment.output.contains("PATH="))
                #expect(!environment.output.uppercased().contains("PROXY"))
                let end = try await stage.run("end", "--summary", "looked", "--json")
                #expect(end.status == 0)
                #expect(try await session.agent.ended() == 0)
                let kept = stage.folder + "/agent/.local/share/lotse/receipts/\(session.id).json"
                #expect(try String(contentsOfFile: kept, encoding: .utf8) == end.output)
                #expect(end.output.contains(#""state":"signed""#))
                // The operator's and the agent's tunnels, and their requests.
                #expect(try proxy.connections(to: "127.0.0.1:\(stage.port)") >= 10)

                let doctor = try stage.doctor()
                #expect(try await doctor.ended() == 0, "\(doctor.story)")
                #expect(doctor.output.contains("\(proxy.address()) lets the connection through."))
                #expect(!stage.story.contains("s.ecret9"))
            }
        }

        @Test("a proxy that does not take the password, or gets none, is one sentence at both ends")
        func password() async throws {
            try await Stage.with { stage in
                let proxy = try await stage.forwardProxy(user: "jana", password: "s.ecret9")
                stage.set("HTTPS_PROXY", proxy.address())
                let agent = try stage.agent("4821-730-5519-4\n")
                #expect(try await agent.ended() == 1)
                let asks = "the proxy \(proxy.address()) asks for a user name and a password (write http://"
                #expect(agent.errorOutput.hasPrefix("lotse-agent: \(asks)"))
                let list = try await stage.run("contract", "list")
                #expect(list.status == 1)
                #expect(list.errorOutput.hasPrefix("lotse: \(asks)"))
                let doctor = try stage.doctor()
                #expect(try await doctor.ended() == 1)
                #expect(doctor.output.contains("asks for a user name and a password"))

                stage.set("HTTPS_PROXY", proxy.address("jana:wrong1"))
                let wrong = try await stage.run("contract", "list")
                #expect(wrong.errorOutput.contains("does not accept this user name and password"))
                // What NO_PROXY names needs no proxy.
                stage.set("NO_PROXY", "127.0.0.0/8")
                #expect(try await stage.run("contract", "list").status == 0)
                #expect(try await stage.doctor().ended() == 0)
            }
        }
    }
}

/// `tinyproxy` of Debian on a port of its own.
struct ForwardProxy: Sendable {
    private static let program = "/usr/bin/tinyproxy"
    static let isPossible = FileManager.default.isExecutableFile(atPath: program)

    fileprivate let port: Int
    fileprivate let log: String

    /// `http://USER:PASSWORD@127.0.0.1:PORT`.
    func address(_ user: String? = nil) -> String { "http://\(user.map { "\($0)@" } ?? "")127.0.0.1:\(port)" }

    /// How many connections it was asked for.
    func connections(to target: String) throws -> Int {
        try String(contentsOfFile: log, encoding: .utf8).components(separatedBy: "CONNECT \(target) HTTP/1.1").count - 1
    }
}

extension Stage {
    /// Starts a proxy that wants a password.
    func forwardProxy(user: String, password: String) async throws -> ForwardProxy {
        let proxy = ForwardProxy(port: try Self.freePort(), log: folder + "/files/proxy.log")
        let settings = """
            Port \(proxy.port)
            Listen 127.0.0.1
            Allow 127.0.0.1
            Timeout 600
            BasicAuth \(user) \(password)
            LogFile "\(proxy.log)"
            LogLevel Connect

            """
        let program = try start("/usr/bin/tinyproxy", ["-d", "-c", write("tinyproxy.conf", settings)])
        try await eventually("the proxy is ready", of: program) {
            guard program.status == nil else { throw Failure(program.story) }
            return (try? await Listener.connect(proxy.port) { _, _ in true })
        }
        return proxy
    }

    func doctor() throws -> Program {
        try start(Programs.agent, ["doctor", "--relay", address, "--ca", relayFolder + "/tls/ca.pem"])
    }

    /// A port that was free a moment ago: tinyproxy cannot pick one.
    private static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isBound else { throw Failure("no free port") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
