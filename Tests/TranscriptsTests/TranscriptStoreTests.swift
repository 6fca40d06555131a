import FoundationEssentials
import NIOCore
import Receipts
import SupportChannel
import Synchronization
import Testing

@testable import Transcripts

@Suite("Keeping transcripts", .timeLimit(.minutes(1)))
struct TranscriptStoreTests {
    private let temporary = TemporaryStore()
    private let clock = TestClock()
    private var store: TranscriptStore { temporary.store }

    private func recorder(_ session: String = "s-1", days: Int64 = 30) -> TranscriptRecorder {
        TranscriptRecorder(.sample(session, days: days), words: .english, clock: clock.clock)
    }

    private func permissions(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    /// One command, from its beginning to its end.
    private func run(_ recorder: TranscriptRecorder) {
        let action = recorder.begin(
            "run",
            parameters: ByteBuffer(bytes: runParameters("df", "-h")),
            number: 3,
            approval: .beforehand
        )
        clock.advance(by: .milliseconds(1500))
        action.take(.output("full\n"))
        action.take(.result("{\"status\":0}"))
    }

    @Test("what happens is written for its owner alone, with the times at which it happened")
    func files() async throws {
        let recorder = recorder()
        #expect(recorder.keep(in: store) { Issue.record("\($0)") })
        clock.advance(by: .seconds(2))
        run(recorder)
        recorder.note("the client paused")
        let digest = await recorder.finish()
        let folder = store.folder(of: "s-1")
        #expect(try permissions(store.path) == 0o700)
        #expect(try permissions(folder.path) == 0o700)
        for file in [folder.actions, folder.recording, folder.about] { #expect(try permissions(file) == 0o600) }
        #expect(
            try folder.readActions() == """
                Session s-1 of acme, jana at till
                2027-01-15T08:00:02Z  3  run df -h
                2027-01-15T08:00:02Z  3  allowed beforehand, with all of its kind
                2027-01-15T08:00:03Z  3  ended: status 0, 5 bytes
                2027-01-15T08:00:03Z  the client paused
                2027-01-15T08:00:03Z  the session is over

                """
        )
        let recording = try #require(try folder.readRecording())
        #expect(digest == .sha256(recording))
        let lines = recording.split(separator: UInt8(ascii: "\n"))
        #expect(
            try Asciicast.Header(line: lines[0])
                == .init(timestamp: TestClock.start, title: "Session s-1 of acme, jana at till")
        )
        let events = try lines.dropFirst().map { try Asciicast.TimedEvent(line: $0) }
        #expect(events.first == .init(time: .seconds(2), event: .marker("3 run df -h")))
        #expect(events.contains(.init(time: .milliseconds(3500), event: .output("full\r\n"))))
        #expect(events.contains { $0.event == .marker("the client paused") })
        let about = try #require(try folder.readAbout())
        #expect(about.endedAt == TestClock.start + 3)
    }

    @Test("what is recorded is on the disk while the session goes on")
    func meanwhile() async throws {
        let recorder = recorder()
        recorder.keep(in: store) { Issue.record("\($0)") }
        run(recorder)
        let folder = store.folder(of: "s-1")
        while try folder.readActions()?.contains("ended: status 0") != true { await Task.yield() }
        #expect(try folder.readAbout()?.endedAt == nil)
        await recorder.finish()
    }

    @Test("an action without an end is said to be broken off, and one that is being stopped has a moment to end")
    func brokenOff() async throws {
        let recorder = recorder()
        recorder.keep(in: store) { Issue.record("\($0)") }
        let action = recorder.begin("run", parameters: ByteBuffer(bytes: runParameters("cat")))
        async let settled: Void = recorder.settle(within: .seconds(20))
        action.take(.result("{\"status\":255}"))
        await settled
        #expect(recorder.actions.first?.endedSeconds == 0)
        _ = recorder.begin("run", parameters: ByteBuffer(bytes: runParameters("cat")))
        await recorder.settle(within: .zero)
        await recorder.finish()
        #expect(try store.folder(of: "s-1").readActions()?.contains("2  ended: broken off") == true)
        #expect(recorder.actions.last?.endedSeconds == nil)
    }

    @Test("a contract that lets nothing be kept leaves no file, and the list all the same")
    func zeroDays() async throws {
        let recorder = recorder(days: 0)
        #expect(!recorder.keep(in: store) { Issue.record("\($0)") })
        run(recorder)
        #expect(await recorder.finish() == nil)
        #expect(recorder.actions.map(\.name) == ["run"])
        #expect(!FileManager.default.fileExists(atPath: store.path))
    }

    @Test("a folder that cannot be made is told of once, and the session goes on")
    func noFolder() async throws {
        let told = Mutex(0)
        let recorder = recorder()
        #expect(
            !recorder.keep(in: TranscriptStore(path: "/proc/nowhere/transcripts")) { _ in told.withLock { $0 += 1 } }
        )
        run(recorder)
        await recorder.finish()
        #expect(told.withLock { $0 } == 1)
        #expect(recorder.actions.count == 1)
    }

    @Test("a session that is gone on with goes on in the same files, and the digest is that of all of it")
    func goingOn() async throws {
        let first = recorder()
        first.keep(in: store) { Issue.record("\($0)") }
        run(first)
        await first.finish()
        let second = recorder()
        second.keep(in: store) { Issue.record("\($0)") }
        run(second)
        let digest = await second.finish()
        let recording = try #require(try store.folder(of: "s-1").readRecording())
        #expect(digest == .sha256(recording))
        #expect(recording.split(separator: UInt8(ascii: "\n")).count { $0.starts(with: Array("{".utf8)) } == 1)
    }

    @Test("a transcript is deleted when its days are over, counted from the session's end, and not before")
    func retention() async throws {
        for (session, days) in [("s-1", Int64(1)), ("s-30", 30)] {
            let recorder = recorder(session, days: days)
            recorder.keep(in: store) { Issue.record("\($0)") }
            await recorder.finish()
        }
        #expect(store.forgetOld(at: TestClock.start + 86_399) == 0)
        #expect(store.forgetOld(at: TestClock.start + 86_400) == 1)
        #expect(store.sessions.map(\.session) == ["s-30"])
        #expect(!store.folder(of: "s-1").exists)
        #expect(store.forgetOld(at: TestClock.start + 30 * 86_400) == 1)
        #expect(store.sessions.isEmpty)
    }

    @Test("a session whose end nobody saw counts from what was written last, one that nobody can read as usual")
    func withoutEnd() throws {
        let now = Int64(Date().timeIntervalSince1970)
        for (session, about) in [
            (
                "s-2",
                #"{"contract":"acme","machine":"till","operator":"jana","retentionDays":2,"session":"s-2","startedAt":1}"#
            ), ("s-3", "{"),
        ] {
            let folder = store.folder(of: session)
            try store.make(folder)
            try SystemCalls.replace(folder.about, with: Array(about.utf8))
        }
        #expect(store.forgetOld(at: now + 86_400) == 0)
        #expect(store.forgetOld(at: now + 2 * 86_400 + 60) == 1)
        #expect(store.forgetOld(at: now + 31 * 86_400) == 1)
    }

    @Test("what somebody else put into the folder stays")
    func strangers() async throws {
        let recorder = recorder()
        recorder.keep(in: store) { Issue.record("\($0)") }
        await recorder.finish()
        let folder = store.folder(of: "s-1")
        try Data("mine".utf8).write(to: URL(fileURLWithPath: folder.path + "/notes.txt"))
        store.forgetOld(at: TestClock.start + 31 * 86_400)
        #expect(!FileManager.default.fileExists(atPath: folder.recording))
        #expect(FileManager.default.fileExists(atPath: folder.path + "/notes.txt"))
    }

    @Test("whatever a session is called, its folder is in the store", arguments: ["../x", "", "a/b", "…", "..", "."])
    func names(session: String) {
        let path = store.folder(of: session).path
        #expect(path.hasPrefix(store.path + "/"))
        #expect(path.split(separator: "/").last?.utf8.count == 64)
    }
}
