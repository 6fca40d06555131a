import Glibc
import Testing

@testable import TLS

@Suite("OpenSSL's lifetime")
struct OpenSSLLifetimeTests {
    @Test("event loops that still run while the process ends find OpenSSL whole")
    func exits() async {
        await #expect(processExitsWith: .exitCode(7)) {
            @Sendable func connect() throws -> TLSConnection {
                try TLSConnection(context: TLSContext(client: .init(trust: .presented, host: "relay.example")))
            }
            // Handlers of `exit` run in the reverse order: this one behind OpenSSL's, should it have one.
            atexit { _exit((try? connect()) == nil ? 1 : 7) }
            OpenSSLLifetime.lastsUntilProcessEnds()
            _ = try connect()
            exit(0)
        }
    }
}
