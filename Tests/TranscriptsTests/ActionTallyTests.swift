import NIOCore
import Receipts
import SupportChannel
import Testing

@testable import Transcripts

@Suite("What is counted of an action")
struct ActionTallyTests {
    @Test("output is digested as the bytes that it carries, so that a file made of it has the same SHA-256")
    func output() {
        let whole = record(
            "run",
            runParameters("df"),
            [.output("one\ntwo\n"), .error("oops"), .result("{\"status\":0}")]
        )
        #expect(whole.streams["output"] == .init(bytes: 8, digest: .sha256("one\ntwo\n")))
        #expect(whole.streams["errorOutput"] == .init(bytes: 4, digest: .sha256("oops")))
        #expect(whole.streams["result"]?.digest == .sha256("{\"status\":0}"))
        #expect(whole.result == "{\"status\":0}")
        #expect(whole.endedSeconds == 1)
    }

    @Test("neither how it was split nor how the streams came among each other matters")
    func splits() {
        let one = record("run", runParameters("df"), [.output("one\ntwo\n"), .error("oops"), .result("{}")])
        let other = record(
            "run",
            runParameters("df"),
            [.output("on"), .error("oo"), .output(""), .output("e\ntwo\n"), .error("ps"), .result("{}")]
        )
        #expect(one == other)
    }

    @Test("of sources and notices each has its own length in the digest")
    func units() {
        let one = record("logs", [], [.source(0, "ab"), .source(0, "c")])
        let other = record("logs", [], [.source(0, "a"), .source(0, "bc")])
        #expect(one.streams["source"]?.bytes == other.streams["source"]?.bytes)
        #expect(one.streams["source"]?.digest != other.streams["source"]?.digest)
    }

    @Test("a file's bytes are counted; its digest is in the result")
    func file() {
        let get = record("get", [], [.output("abc"), .result("{\"size\":3}")])
        #expect(get.streams["output"] == .init(bytes: 3, digest: nil))
    }

    @Test("a window's size is in no stream, and without a result an action has not ended")
    func others() {
        let shell = record("shell", [], [TerminalSize(columns: 80, rows: 24).frame, .output("$ ")])
        #expect(shell.streams.keys.sorted() == ["output"])
        #expect(shell.endedSeconds == nil)
    }

    @Test("parameters that are long or no text are there by their digest")
    func texts() {
        let long = [UInt8](repeating: 0x61, count: ActionRecord.longestText + 1)
        #expect(record("run", long, []).parameters == nil)
        #expect(record("run", long, []).parametersDigest == .sha256(long))
        #expect(record("run", [0xff], []).parameters == nil)
        #expect(record("run", Array("{}".utf8), []).parameters == "{}")
    }
}
