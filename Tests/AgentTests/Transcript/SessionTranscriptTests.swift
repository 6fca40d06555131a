import Contracts
import NIOCore
import Receipts
import SupportChannel
import Testing
import Transcripts

@testable import Agent

@Suite("What the client's side keeps of a session", .timeLimit(.minutes(2)))
struct SessionTranscriptTests {
    private func store(_ run: AgentRun) -> TranscriptStore { AgentFolder(path: run.folder.path).transcripts }

    @Test("who said yes to an action is in the list, and what else the client did is in the plain one")
    func approvals() async throws {
        let time = ManualTime()
        let run = try AgentRun(terminal: true, approval: .each, language: .german, time: time)
        let list = OneShot<SessionTranscript>()
        @Sendable func press(_ key: String) {
            time.advance(by: .seconds(1))
            run.input.append(key)
        }
        _ = try await run.with { end in
            try await end.offer(Samples.terms(try Samples.contract(), at: time.epochSeconds))
            async let first = end.run(["echo", "1"])
            await run.screen.wait(for: "[1] erlauben?")
            press("j")
            #expect(try await first.1 == "1\n")
            let second = Task { try await end.run(["echo", "2"]) }
            await run.screen.wait(for: "[2] erlauben?")
            press("n")
            _ = await second.result
            async let third = end.run(["echo", "3"])
            await run.screen.wait(for: "[3] erlauben?")
            press("a")
            #expect(try await third.1 == "3\n")
            #expect(try await end.run(["echo", "4"]).1 == "4\n")
            try await end.ask("note", NoteParameters(text: "Platte geprüft"))
            list.resolve(try await end.close().list)
            try? await end.channel.close()
        }
        let actions = try #require(list.current).actions
        #expect(actions.map(\.number) == [1, 3, 4])
        #expect(actions.map(\.approval) == [.asked, .beforehand, .beforehand])
        #expect(actions.map { $0.streams["output"]?.digest } == ["1\n", "3\n", "4\n"].map { .sha256($0) })
        let plain = try #require(try store(run).folder(of: "s-1").readActions())
        #expect(plain.contains("  1  run echo 1\n"))
        #expect(plain.contains("  1  erlaubt: der Kunde wurde gefragt\n"))
        #expect(plain.contains("Platte geprüft"))
        #expect(!plain.contains("run echo 2"))
    }

    @Test("the operator's recording is in the list, and the own one; what is none is refused")
    func recordings() async throws {
        let run = try AgentRun()
        let list = OneShot<SessionTranscript>()
        _ = try await run.with { end in
            try await end.offer(Samples.terms(try Samples.contract()))
            var parameters = ClosingParameters(summary: nil, rawSeconds: 0, billedSeconds: 0)
            parameters.recording = "00"
            await #expect { try await end.ask("closing", parameters) } throws: { ($0 as? Refusal)?.status == 400 }
            parameters.recording = Digest.sha256("theirs").hex
            let bytes = try await end.perform("closing", parameters) { replies, _ in
                var bytes = ByteBuffer()
                while let frame = try await replies.next() {
                    if frame.kind == .output { bytes.writeImmutableBuffer(frame.payload) }
                }
                return bytes
            }
            list.resolve(try SessionTranscript(reading: Array(bytes.readableBytesView)))
            try? await end.channel.close()
        }
        let recording = try #require(try store(run).folder(of: "s-1").readRecording())
        #expect(list.current?.recording(of: .client) == .sha256(recording))
        #expect(list.current?.recording(of: .operator) == .sha256("theirs"))
        // Nobody signed for it: it is not kept.
        #expect(try store(run).folder(of: "s-1").readList() == nil)
    }

    @Test("a session that breaks off leaves its recording, and the client hears where")
    func lost() async throws {
        let run = try AgentRun()
        _ = try await run.with { end in
            try await end.offer(Samples.terms(try Samples.contract()))
            _ = try await end.run(["echo", "until then"])
            try? await end.channel.close()
        }
        let folder = store(run).folder(of: "s-1")
        #expect(run.screen.text.contains("What happened is recorded in \(folder.path) (deleted after 30 days)"))
        #expect(String(decoding: try #require(try folder.readRecording()), as: UTF8.self).contains("until then"))
        #expect(try folder.readAbout()?.endedAt != nil)
    }

    @Test("what is too old is deleted when the program starts")
    func retention() async throws {
        let folder = TemporaryFolder()
        let first = try AgentRun(folder: folder)
        _ = try await first.with { end in
            try await end.offer(Samples.terms(try Samples.contract()))
            try? await end.channel.close()
        }
        #expect(store(first).sessions.map(\.session) == ["s-1"])
        struct Later: AgentTime {
            let days: Int64
            var now: Duration { SystemTime().now }
            var wallClock: String { "12:00:00" }
            var epochSeconds: Int64 { SystemTime().epochSeconds + days * 86_400 }
            func sleep(_ duration: Duration) async throws { try await SystemTime().sleep(duration) }
        }
        _ = await (try AgentRun(typed: ["4821-730-5519-5"], time: Later(days: 29), folder: folder)).alone()
        #expect(store(first).sessions.count == 1)
        _ = await (try AgentRun(typed: ["4821-730-5519-5"], time: Later(days: 31), folder: folder)).alone()
        #expect(store(first).sessions.isEmpty)
    }
}
