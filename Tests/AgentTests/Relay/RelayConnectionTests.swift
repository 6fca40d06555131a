import NIOCore
import RelayAPI
import Synchronization
import TLS
import Testing

@testable import Agent

@Suite("Whom the agent takes for the relay", .timeLimit(.minutes(5)))
struct RelayConnectionTests {
    private final class Notices: Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }
        func add(_ line: String) { lines.withLock { $0.append(line) } }
    }

    /// Joins as a program would that has just been started with `options`.
    private static func join(
        _ server: TestRelayServer,
        _ folder: TemporaryFolder,
        _ options: AgentOptions = AgentOptions(),
        notices: Notices = Notices()
    ) async throws -> JoinAnswer {
        var options = options
        options.relay = server.endpoint.description
        let places = AgentPlaces(
            files: [folder.path + "/agent.yaml"],
            memory: folder.path + "/data/relays.json",
            keepsakes: "/nowhere"
        )
        let relay = RelayConnection(
            try AgentConfiguration(options: options, places: places),
            memory: RelayMemory(file: places.memory),
            phrases: Phrases(.english),
            now: { 1_800_000_000 },
            notice: { notices.add($0) }
        )
        let answer = try await relay.join(room: "4821")
        // As if the operator had come and the pairing had been right.
        relay.rememberAuthority()
        return answer
    }

    private static func failure(
        _ server: TestRelayServer,
        _ folder: TemporaryFolder,
        _ options: AgentOptions = AgentOptions()
    ) async throws -> AgentError? {
        do {
            _ = try await join(server, folder, options)
            return nil
        } catch let error as AgentError {
            return error
        }
    }

    @Test("on first contact whoever answers, and from then on only that one")
    func firstContact() async throws {
        let folder = TemporaryFolder()
        let server = try await TestRelayServer(authority: TestRelayServer.makeAuthority())
        let notices = Notices()
        #expect(try await Self.join(server, folder, notices: notices).token == "t")
        #expect(notices.all.count == 1)
        #expect(notices.all.first?.contains(Hexadecimal.encode(server.pin)) == true)
        #expect(try folder.read("data/relays.json").contains(Hexadecimal.encode(server.pin)))
        // The second time nothing is new.
        _ = try await Self.join(server, folder, notices: notices)
        #expect(notices.all.count == 1)

        // Somebody else stands where the known one stood.
        let other = try await TestRelayServer(authority: TestRelayServer.makeAuthority())
        try RelayMemory(file: folder.path + "/data/relays.json")
            .remember(server.pin, of: other.endpoint, at: Timestamp(seconds: 1_800_000_000))
        await server.close()
        let error = try #require(try await Self.failure(other, folder))
        #expect(error.kind == .authorityChanged)
        #expect(error.diagnostics.contains("another authority than the one remembered since 2027-01-15T08:00:00Z"))
        #expect(error.diagnostics.contains("--pin"))
        #expect(error.diagnostics.contains(folder.path + "/data/relays.json"))

        // What the error says to do helps.
        let pin = AgentOptions(pin: Hexadecimal.encode(other.pin))
        #expect(try await Self.join(other, folder, pin).token == "t")
        #expect(try await Self.join(other, folder).token == "t")
        await other.close()
    }

    @Test("the one that --pin names, and no other")
    func pinned() async throws {
        let folder = TemporaryFolder()
        let server = try await TestRelayServer(authority: TestRelayServer.makeAuthority())
        #expect(try await Self.join(server, folder, AgentOptions(pin: Hexadecimal.encode(server.pin))).token == "t")
        let wrong = AgentOptions(pin: String(repeating: "0", count: 64))
        let error = try #require(try await Self.failure(server, folder, wrong))
        #expect(error.kind == .authorityChanged)
        #expect(error.diagnostics.contains("does not show the authority that --pin names"))
        await server.close()
    }

    @Test("the one that --ca holds, and no other")
    func authorities() async throws {
        let folder = TemporaryFolder()
        let server = try await TestRelayServer(authority: TestRelayServer.makeAuthority())
        let right = folder.write(server.authority.certificate.pem, to: "right.pem")
        let wrong = try folder.write(TestRelayServer.makeAuthority().certificate.pem, to: "wrong.pem")
        let none = folder.write("hello", to: "none.pem")
        #expect(try await Self.failure(server, folder, AgentOptions(authorities: wrong))?.kind == .authorityChanged)
        #expect(try await Self.failure(server, folder, AgentOptions(authorities: none))?.kind == .configuration)
        #expect(try await Self.join(server, folder, AgentOptions(authorities: right)).token == "t")
        await server.close()
    }

    @Test("not one that names another authority than it shows")
    func contradiction() async throws {
        let folder = TemporaryFolder()
        let server = try await TestRelayServer(authority: TestRelayServer.makeAuthority(), answer: .dishonest)
        let error = try #require(try await Self.failure(server, folder))
        #expect(error.kind == .authorityChanged)
        #expect(throws: (any Error).self) { try folder.read("data/relays.json") }
        await server.close()
    }

    @Test("its refusals become sentences")
    func refusals() async throws {
        let folder = TemporaryFolder()
        let authority = try TestRelayServer.makeAuthority()
        for (problem, expected) in [
            (
                RelayAPI.Problem(code: "codeNotValid", message: "anything"),
                AgentError(.codeNotValid, "This code is not valid (any more); ask for a new one.")
            ),
            (
                RelayAPI.Problem(code: "tooManyAttempts", message: "wait", retryAfterSeconds: 7),
                AgentError(.tooManyAttempts(waitSeconds: 7), "the relay says no: wait")
            ),
            (
                RelayAPI.Problem(code: "other", message: "full\u{1B}[2J (later)"),
                AgentError(.relayRefused, "the relay says no: full[2J (later)")
            ),
        ] {
            let server = try await TestRelayServer(authority: authority, answer: .problem(problem))
            #expect(try await Self.failure(server, folder) == expected)
            await server.close()
        }
    }

    @Test("a relay that is not there is a sentence with something to do")
    func unreachable() async throws {
        let folder = TemporaryFolder()
        let server = try await TestRelayServer(authority: TestRelayServer.makeAuthority())
        await server.close()
        let error = try #require(try await Self.failure(server, folder))
        #expect(error.kind == .relayFailed)
        #expect(error.diagnostics.hasPrefix("the relay cannot be reached: https://127.0.0.1:"))
        #expect(error.diagnostics.hasSuffix("(check the address and the network, then start again)"))
    }
}
