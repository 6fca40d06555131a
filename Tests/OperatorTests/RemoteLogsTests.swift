import Glibc
import NIOCore
import SupportChannel
import Testing

@testable import Operator

@Suite("lotse logs", .timeLimit(.minutes(5)))
struct RemoteLogsTests {
    /// Something that a fake agent sends.
    private enum Step: Sendable {
        case lines(UInt16, String)
        case notice(LogNotice)
    }

    private let temporary: TemporaryHome
    private let output: Collected
    private let errorOutput: Collected

    init() throws {
        temporary = try TemporaryHome()
        output = try Collected()
        errorOutput = try Collected()
    }

    private func logs(
        _ paths: [String],
        follow: Bool = false,
        signals: AsyncStream<Int32> = AsyncStream { _ in },
        _ steps: [Step],
        staysOpen: Bool = false
    ) async throws -> RemoteRun.Outcome {
        let logs = RemoteLogs(
            paths: paths,
            lines: nil,
            follow: follow,
            output: output.output,
            errorOutput: errorOutput.output,
            signals: signals
        )
        return try await HeldSession.run(in: temporary) { action in
            let replies = try await action.accept()
            for step in steps {
                switch step {
                case .lines(let source, let text):
                    var payload = ByteBuffer(integer: source)
                    payload.writeString(text)
                    try await replies.send(ActionFrame(.source, payload))
                case .notice(let notice): try await replies.send(.notice, json: notice)
                }
            }
            if staysOpen { while try await action.input.next() != nil {} }
            try await replies.send(.result, json: Empty())
        } _: { held in
            try await HolderClient.with(held.home) { await logs.perform(on: $0) }
        }.result
    }

    @Test("one file is printed as it is")
    func single() async throws {
        let outcome = try await logs(["/a"], [.lines(0, "one\n"), .lines(0, "two\n")])
        #expect(outcome == .init(status: 0))
        #expect(output.text == "one\ntwo\n")
        #expect(errorOutput.text.isEmpty)
    }

    @Test("several files are told apart as tail does")
    func several() async throws {
        _ = try await logs(
            ["/a", "/b"],
            [.lines(0, "one\n"), .lines(0, "two\n"), .lines(1, "three\n"), .lines(0, "four\n")]
        )
        #expect(output.text == "==> /a <==\none\ntwo\n\n==> /b <==\nthree\n\n==> /a <==\nfour\n")
    }

    @Test("notices go to standard error, and a failure shows in the status")
    func notices() async throws {
        let rotated = try await logs(["/a"], [.notice(.init(source: 0, message: "/a was rotated", isFailure: false))])
        #expect(rotated == .init(status: 0))
        let failed = try await logs(["/a"], [.notice(.init(source: 0, message: "/a does not exist", isFailure: true))])
        #expect(failed == .init(status: 1))
        #expect(output.text.isEmpty)
        #expect(errorOutput.text == "lotse: /a was rotated\nlotse: /a does not exist\n")
    }

    @Test("Ctrl-C is how following ends: status 0")
    func interrupted() async throws {
        let (signals, send) = AsyncStream<Int32>.makeStream()
        send.yield(SIGINT)
        #expect(try await logs(["/a"], follow: true, signals: signals, [], staysOpen: true) == .init(status: 0))
    }

    @Test("Ctrl-C without following is an interruption: status 130")
    func interruptedReading() async throws {
        let (signals, send) = AsyncStream<Int32>.makeStream()
        send.yield(SIGINT)
        #expect(try await logs(["/a"], signals: signals, [], staysOpen: true) == .init(status: 130))
    }

    @Test("when the client ends the session, following fails with a sentence")
    func sessionOver() async throws {
        let logs = RemoteLogs(
            paths: ["/a"],
            lines: nil,
            follow: true,
            output: output.output,
            errorOutput: errorOutput.output,
            signals: AsyncStream { _ in }
        )
        let outcome = try await HeldSession.run(
            in: temporary,
            agent: { action in
                _ = try await action.accept()
                while try await action.input.next() != nil {}
            }
        ) { held in
            try await HolderClient.with(held.home) { client in
                async let outcome = logs.perform(on: client)
                held.agent.emit(SessionEvent(kind: .idle))
                return await outcome
            }
        }.result
        #expect(outcome.status == 1)
        #expect((errorOutput.text + (outcome.message ?? "")).contains("nothing happened for too long"))
    }
}
