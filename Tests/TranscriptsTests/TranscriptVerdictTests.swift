import Receipts
import Testing

@testable import Transcripts

@Suite("Whether a transcript is what was signed for")
struct TranscriptVerdictTests {
    private let temporary = TemporaryStore()

    private func kept() async throws -> (TranscriptFolder, Digest) {
        let recorder = TranscriptRecorder(.sample(), words: .english, clock: TestClock().clock)
        recorder.keep(in: temporary.store) { Issue.record("\($0)") }
        let recording = try #require(await recorder.finish())
        let list = try SessionTranscript(
            salt: SessionTranscript.newSalt(),
            session: "s-1",
            startedAt: "2026-11-05T20:30:00Z",
            recordings: [.client: recording],
            actions: recorder.actions
        )
        try recorder.keep(list)
        return (try #require(recorder.folder), list.digest)
    }

    private func verdict(_ folder: TranscriptFolder, _ digest: Digest?, _ session: String = "s-1") throws
        -> TranscriptVerdict
    {
        try TranscriptVerdict(of: folder, session: session, digest: digest, keptBy: .client)
    }

    @Test("list and recording that nobody touched are")
    func whole() async throws {
        let (folder, digest) = try await kept()
        #expect(try verdict(folder, digest) == .whole)
        #expect(try verdict(folder, .sha256("other")) == .otherList)
        #expect(try verdict(folder, digest, "s-2") == .otherList)
        #expect(try verdict(folder, nil) == .unproven)
    }

    @Test("a byte more in either is found, and so is a file that is gone")
    func changed() async throws {
        let (folder, digest) = try await kept()
        let recording = try #require(try folder.readRecording())
        try SystemCalls.replace(folder.recording, with: recording + [0x20])
        #expect(try verdict(folder, digest) == .otherRecording)
        SystemCalls.remove(folder.recording)
        #expect(try verdict(folder, digest) == .otherRecording)
        try SystemCalls.replace(folder.list, with: (try #require(try folder.readList())).bytes + [0x0a])
        #expect(try verdict(folder, digest) == .otherList)
        SystemCalls.remove(folder.list)
        #expect(try verdict(folder, digest) == .otherList)
        #expect(try verdict(folder, nil) == .unproven)
        folder.remove()
        #expect(try verdict(folder, digest) == .absent)
    }
}
