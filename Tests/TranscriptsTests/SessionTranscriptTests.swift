import Receipts
import SupportChannel
import Testing

@testable import Transcripts

@Suite("The list on which both ends agree")
struct SessionTranscriptTests {
    private func list(_ actions: [ActionRecord], salt: UInt8 = 7) throws -> SessionTranscript {
        try SessionTranscript(
            salt: [UInt8](repeating: salt, count: 32),
            session: "s-1",
            startedAt: "2026-11-05T20:30:00Z",
            recordings: [.client: .sha256("c"), .operator: .sha256("o")],
            actions: actions
        )
    }

    private let run = record("run", runParameters("df", "-h"), [.output("full\n"), .result("{\"status\":0}")])

    @Test("it begins with 32 random bytes, is JSON Lines, and its digest is that of the file")
    func form() throws {
        let list = try list([run])
        let lines = String(decoding: list.bytes, as: UTF8.self).split(separator: "\n")
        #expect(lines[0] == "\"\(String(repeating: "07", count: 32))\"")
        #expect(
            lines[1]
                == "{\"kind\":\"lotse-transcript\",\"recordings\":{\"client\":\"\(Digest.sha256("c"))\",\"operator\":\"\(Digest.sha256("o"))\"},\"session\":\"s-1\",\"startedAt\":\"2026-11-05T20:30:00Z\",\"version\":1}"
        )
        #expect(
            lines[2]
                == "{\"beganSeconds\":0,\"endedSeconds\":1,\"name\":\"run\",\"number\":1,\"parameters\":\"{\\\"arguments\\\":[\\\"df\\\",\\\"-h\\\"]}\",\"parametersDigest\":\"\(run.parametersDigest)\",\"result\":\"{\\\"status\\\":0}\",\"streams\":{\"output\":{\"bytes\":5,\"digest\":\"\(Digest.sha256("full\n"))\"},\"result\":{\"bytes\":12,\"digest\":\"\(Digest.sha256("{\"status\":0}"))\"}}}"
        )
        #expect(lines.count == 3)
        #expect(list.digest == .sha256(list.bytes))
        #expect(try SessionTranscript(reading: list.bytes) == list)
    }

    @Test("another salt, another action, another end or another order is another digest")
    func digest() throws {
        let stopped = record("run", runParameters("df", "-h"), [.output("full\n"), .result("{\"status\":255}")])
        let all = try [
            list([run]), list([run], salt: 8), list([stopped]), list([]), list([run, stopped]), list([stopped, run]),
        ]
        #expect(Set(all.map(\.digest)).count == all.count)
        #expect(SessionTranscript.newSalt() != SessionTranscript.newSalt())
    }

    @Test("what was changed, or written in another way, is no list")
    func changes() throws {
        let bytes = try list([run]).bytes
        let text = String(decoding: bytes, as: UTF8.self)
        let others = [
            "", "\n", String(text.dropLast()), text + "\n", text.replacing("\"version\":1", with: "\"version\": 1"),
            text.replacing("\"version\":1", with: "\"version\":2"), text.replacing("\"number\":1,", with: ""),
            text.replacing("{\"beganSeconds\":0", with: "{\"beganSeconds\":0.5"),
            text.replacing("\"endedSeconds\":1,", with: "\"endedSeconds\":1,\"extra\":1,"), "\"07\"\n{}\n",
            text.replacing("lotse-transcript", with: "lotse-receipt"),
        ]
        for other in others {
            #expect(throws: TranscriptError.self) { try SessionTranscript(reading: Array(other.utf8)) }
        }
    }

    @Test("as a page it says when, what, who said yes and how it ended")
    func page() throws {
        var run = run
        run.approval = .asked
        #expect(
            try list([run]).page(.english) == """
                2026-11-05T20:30:00Z  1  run df -h
                2026-11-05T20:30:00Z  1  allowed: the client was asked
                2026-11-05T20:30:01Z  1  ended: status 0, 5 bytes

                """
        )
    }
}
