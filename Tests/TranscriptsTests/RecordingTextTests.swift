import NIOCore
import SupportChannel
import Testing

@testable import Transcripts

@Suite("The picture of a recording")
struct RecordingTextTests {
    private func shown(_ events: [Asciicast.Event]) -> String {
        events.map { if case .output(let text) = $0 { text } else { "" } }.joined()
    }

    private func title(_ name: String, _ parameters: [UInt8] = []) -> ActionTitle {
        ActionTitle(name: name, parameters: parameters)
    }

    @Test("a command has its exact vector above it and its end below, and lines end as a terminal needs")
    func command() {
        var text = RecordingText(words: .english)
        let begun = text.begin(1, title("run", runParameters("echo", "a b")))
        #expect(begun.first == .marker("1 run echo 'a b'"))
        var events = begun
        events += text.take(1, .output("one\nt"))
        events += text.take(1, .error("wo\n"))
        events += text.end(1, "status 0")
        #expect(
            shown(events)
                == "\u{1b}[1m> 1  run echo 'a b'\u{1b}[m\r\none\r\ntwo\r\n\u{1b}[2m< 1  status 0\u{1b}[m\r\n"
        )
    }

    @Test("bytes of a command that a terminal would obey are shown and not passed on")
    func hostile() {
        var text = RecordingText(words: .english)
        _ = text.begin(1, title("run", runParameters("cat")))
        #expect(shown(text.take(1, .output("\u{1b}]0;title\u{07}\u{9b}c"))) == #"\x1b]0;title\x07\xc2\x9bc"#)
    }

    @Test("a terminal passes its filter whatever it is split into, and leaves nothing behind")
    func terminal() {
        var text = RecordingText(words: .english)
        _ = text.begin(1, title("shell"))
        #expect(text.take(1, TerminalSize(columns: 100, rows: 30).frame) == [.resize(columns: 100, rows: 30)])
        let bytes = "\u{1b}[31mred\u{1b}]0;title\u{07}\u{1b}[?1049h\u{1b}[6n"
        let pieces = bytes.unicodeScalars.map { shown(text.take(1, .output(String($0)))) }.joined()
        #expect(pieces == "\u{1b}[31mred\u{1b}[?1049h")
        let end = shown(text.end(1, "status 0"))
        #expect(end.contains("\u{1b}[?1049l"))
        #expect(end.hasSuffix("< 1  status 0\u{1b}[m\r\n"))
    }

    @Test("while a terminal is open other actions wait, and come when it is closed")
    func beside() {
        var text = RecordingText(words: .english)
        _ = text.begin(1, title("shell"))
        _ = text.begin(2, title("run", runParameters("df")))
        #expect(shown(text.take(2, .output("full\n"))).isEmpty)
        #expect(shown(text.take(1, .output("$ "))) == "$ ")
        #expect(shown(text.end(1, "status 0")).contains("full\r\n"))
    }

    @Test("where actions write in turns it is said whose the lines are")
    func turns() {
        var text = RecordingText(words: .english)
        _ = text.begin(1, title("run", runParameters("a")))
        _ = text.begin(2, title("run", runParameters("b")))
        #expect(shown(text.take(2, .output("half"))) == "half")
        #expect(shown(text.take(1, .output("x\n"))) == "\r\n\u{1b}[2m.. 1\u{1b}[m\r\nx\r\n")
        #expect(shown(text.take(1, .output("y\n"))) == "y\r\n")
    }

    @Test("of several log files it is said which one, also where they come packed or by a name")
    func logs() {
        var text = RecordingText(words: .english)
        let parameters = Array(#"{"paths":["/a.log","/b.log"],"follow":false}"#.utf8)
        #expect(text.begin(1, title("logs", parameters)).first == .marker("1 logs /a.log /b.log"))
        var events = text.take(1, .source(0, "one\n"))
        events += text.take(1, .source(1, "two"))
        let notice = #"{"source":7,"message":"","isFailure":false,"name":"/c.log"}"#
        events += text.take(1, ActionFrame(.notice, ByteBuffer(string: notice)))
        events += text.take(1, .source(7, "three\n"))
        #expect(
            shown(events) == "==> /a.log <==\r\none\r\n==> /b.log <==\r\ntwo\r\n==> /c.log <==\r\nthree\r\n"
        )
    }

    @Test("a file and what is forwarded are named and not shown")
    func files() {
        var text = RecordingText(words: .english)
        let events = text.begin(1, title("get", Array(#"{"path":"/srv/x.db"}"#.utf8))) + text.take(1, .output("secret"))
        #expect(shown(events).contains("get /srv/x.db"))
        #expect(!shown(events).contains("secret"))
    }

    @Test("bulk is recorded as far as there is room, for each action and for all, to the end of a character")
    func bounds() {
        var text = RecordingText(
            words: .english,
            limits: .init(session: 10, action: 6, headings: 1000, waiting: 100)
        )
        _ = text.begin(1, title("run", runParameters("cat")))
        #expect(shown(text.take(1, .output("äääää"))) == "äää")
        #expect(shown(text.take(1, .output("äääää"))).isEmpty)
        #expect(shown(text.end(1, "status 0")).contains("14 more bytes are not recorded"))
        _ = text.begin(2, title("run", runParameters("cat")))
        let full = text.take(2, .output("abcdefgh"))
        #expect(shown(full).hasPrefix("abcd"))
        #expect(shown(full).contains("The recording is full"))
        #expect(shown(text.take(2, .output("more"))).isEmpty)
        #expect(shown(text.end(2, "status 0")).contains("8 more bytes are not recorded"))
    }

    @Test("a GiB of a command's output adds no more than its bound")
    func gibibyte() {
        var text = RecordingText(words: .english)
        _ = text.begin(1, title("run", runParameters("cat")))
        let piece = ActionFrame(.output, ByteBuffer(repeating: 0, count: 1 << 20))
        var count = 0
        for _ in 0..<1024 { count += shown(text.take(1, piece)).utf8.count }
        #expect((2_000_000...2 << 20).contains(count))
    }
}
