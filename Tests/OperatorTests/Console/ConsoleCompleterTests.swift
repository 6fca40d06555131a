import NIOCore
import SupportChannel
import Synchronization
import Testing

@testable import Operator

@Suite("Completion asks the client's machine", .timeLimit(.minutes(2)))
struct ConsoleCompleterTests {
    private static func candidates(
        _ text: String,
        patience: Duration = .seconds(60),
        agent: @escaping AgentBehaviour
    ) async throws -> (found: Candidates, told: [String]) {
        let temporary = try TemporaryHome()
        let (_, result) = try await HeldSession.run(in: temporary, agent: agent) { held in
            try await HolderClient.with(held.home) { client in
                let completer = ConsoleCompleter(client: client, forwards: { [3, 5] }, patience: patience)
                let found = await completer.candidates(for: try #require(TypedWord(text)))
                _ = try await client.end(summary: nil)
                return (found, held.relay.told.withLock { $0 })
            }
        }
        return result
    }

    @Test("names come as whole paths, and asking for them is no action of the closing statement")
    func names() async throws {
        let asked = Mutex<[String]>([])
        let (found, told) = try await Self.candidates("run tail /var/log/s") { action in
            let parameters = try action.parameters(as: NamesParameters.self)
            asked.withLock { $0.append("\(action.name) \(parameters.kind) \(parameters.prefix)") }
            guard parameters.kind == .logs else { throw Refusal(status: 403, message: "no folders") }
            try await action.accept().send(.result, json: NamesResult(names: ["syslog", "sub/"], isWhole: true))
        }
        #expect(found == Candidates(values: ["/var/log/sub/", "/var/log/syslog"]))
        #expect(asked.withLock { $0 } == ["names logs /var/log/s", "names files /var/log/s"])
        // The fake agent's statement tells of no action: with one more at this end nothing would be signed.
        #expect(told.contains("conclude signed"))
    }

    @Test("a client's machine that does not answer in time is given up, with a sentence")
    func silent() async throws {
        let (found, _) = try await Self.candidates("logs /var/log/s", patience: .milliseconds(50)) { action in
            while try await action.input.next() != nil {}
        }
        #expect(found.values.isEmpty && found.note?.contains("does not answer in time") == true)
    }

    @Test("a refusal is told; what needs no asking is there without")
    func others() async throws {
        let refused = try await Self.candidates("get /srv/") { _ in throw Refusal(status: 403, message: "shares none") }
        #expect(refused.found == Candidates(note: "shares none"))
        for (text, values) in [("category ", ["change", "question"]), ("unforward ", ["3", "5"]), ("logs srv", [])] {
            let found = try await Self.candidates(text) { _ in throw Refusal(status: 500, message: "asked") }.found
            #expect(found == Candidates(values: values))
        }
    }
}
