import Contracts
import NIOCore
import NIOPosix
import SupportChannel
import Testing

@testable import Agent

@Suite("Forwards in a session", .timeLimit(.minutes(5)))
struct SessionForwardsTests {
    private static func with(
        _ run: AgentRun,
        _ operate: @escaping @Sendable (OperatorEnd) async throws -> Void
    ) async throws -> String {
        let access = Contract.Access(grants: [.run, .forward])
        _ = try await run.with { end in
            try await end.offer(Samples.terms(try Samples.contract(access: access), grants: ["run", "forward"]))
            try await operate(end)
            try await end.end()
        }
        return run.screen.text
    }

    @Test("a host and port are asked for once in a session, and remembered; a no is not")
    func asksOnce() async throws {
        let run = try AgentRun(
            typed: [Samples.code, "y"],
            agrees: false,
            approval: .session,
            grants: [.run, .forward]
        )
        let screen = try await Self.with(run) { end in
            let refused = Task { try await end.forward("localhost", 9) {} }
            await run.screen.wait(for: "Allow [1]?")
            run.input.append("n")
            await #expect(throws: Refusal(status: 403, message: "the client said no to this")) {
                try await refused.value
            }
            let allowed = Task { try await end.forward("localhost", 9) {} }
            await run.screen.wait(for: "Allow [2]?")
            run.input.append("y")
            try await allowed.value
            try await end.forward("localhost", 9) {}
            let other = Task { try await end.forward("localhost", 10) {} }
            await run.screen.wait(for: "Allow [4]?")
            run.input.append("y")
            try await other.value
        }
        #expect(screen.contains("[1] wants to reach from here: localhost:9\n"))
        #expect(screen.contains("[3] reaches from here: localhost:9\n"))
        #expect(!screen.contains("[3] wants to reach"))
        #expect(screen.contains("[2] ended after "))
    }

    @Test("a connection needs a forward that is open, and a host that answers")
    func connections() async throws {
        let run = try AgentRun(grants: [.forward])
        _ = try await Self.with(run) { end in
            let none = await #expect(throws: Refusal.self) {
                try await end.ask("connection", ConnectionParameters(forward: 7))
            }
            #expect(none?.status == 403)
            // A port on which nobody listens any more.
            let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .bind(host: "127.0.0.1", port: 0).get()
            let port = try #require(listener.localAddress?.port)
            try await listener.close()
            try await end.forward("127.0.0.1", port) { [end] in
                let silent = await #expect(throws: Refusal.self) {
                    try await end.ask("connection", ConnectionParameters(forward: 1))
                }
                #expect(silent?.status == 502)
                #expect(silent?.message.contains("cannot be reached") == true)
            }
            let over = await #expect(throws: Refusal.self) {
                try await end.ask("connection", ConnectionParameters(forward: 1))
            }
            #expect(over?.status == 403)
        }
    }

    @Test(
        "what no resolver takes, or would not show itself as it is, is refused",
        arguments: [
            ("", 80), ("a b", 80), ("a\u{1b}[2J", 80), ("a\u{202e}b", 80), ("x/../y", 80), ("x", 0), ("x", 65536),
            ("x", -1),
            (String(repeating: "x", count: 254), 80),
        ]
    )
    func targets(host: String, port: Int) {
        let error = #expect(throws: Refusal.self) { try ForwardTarget(ForwardParameters(host: host, port: port)) }
        #expect(error?.status == 400)
    }

    @Test("a client who does not grant forwards reaches nothing for anybody")
    func notGranted() async throws {
        _ = try await Self.with(try AgentRun(grants: [.run])) { end in
            await #expect(
                throws: Refusal(status: 403, message: "the client does not allow reaching other programs")
            ) { try await end.forward("localhost", 9) {} }
        }
    }

    @Test("what is taken back ends the forward, and the operator is told")
    func takenBack() async throws {
        let run = try AgentRun(typed: [Samples.code, "y"], agrees: false, approval: .session, grants: [.forward])
        let screen = try await Self.with(run) { end in
            let opened = OneShot<Void>()
            let message = Task { try await end.forwardToItsEnd("localhost", 9, opened) }
            await run.screen.wait(for: "Allow [1]?")
            run.input.append("y")
            _ = await opened.wait()
            run.input.append("r")
            run.input.append("1")
            let said = try await message.value
            #expect(said == "the client's side ended this")
            await #expect(throws: Refusal.self) { try await end.forward("localhost", 9) {} }
        }
        #expect(screen.contains("Taken back: connections."))
    }
}

extension OperatorEnd {
    /// Opens a forward, does something, and ends it.
    func forward(_ host: String, _ port: Int, _ body: @escaping @Sendable () async throws -> Void) async throws {
        try await perform("forward", ForwardParameters(host: host, port: port)) { replies, requests in
            _ = try #require(try await replies.next())
            try await body()
            try await requests.send(ActionFrame(.inputEnd))
            while try await replies.next() != nil {}
        }
    }

    /// Opens a forward and waits for the agent's last word.
    func forwardToItsEnd(_ host: String, _ port: Int, _ opened: OneShot<Void>) async throws -> String? {
        try await perform("forward", ForwardParameters(host: host, port: port)) { replies, _ in
            while let frame = try await replies.next() {
                if frame.kind == .notice { opened.trigger() }
                if frame.kind == .result { return try frame.decoded(as: ForwardResult.self).message }
            }
            return nil
        }
    }
}
