import Testing

@testable import Transcripts

@Suite("The asciicast v2 format")
struct AsciicastTests {
    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test("a header has version, width and height, and what else is known")
    func header() throws {
        #expect(text(Asciicast.Header().line) == "{\"version\":2,\"width\":80,\"height\":24}\n")
        let whole = Asciicast.Header(width: 100, height: 30, timestamp: 1_504_467_315, title: "a \"b\"")
        #expect(
            text(whole.line)
                == "{\"version\":2,\"width\":100,\"height\":30,\"timestamp\":1504467315,\"title\":\"a \\\"b\\\"\"}\n"
        )
        #expect(try Asciicast.Header(line: whole.line) == whole)
    }

    @Test("the specification's own example is read")
    func example() throws {
        let header = try Asciicast.Header(
            line: Array(
                #"{"version": 2, "width": 80, "height": 24, "timestamp": 1504467315, "title": "Demo", "env": {"TERM": "xterm-256color", "SHELL": "/bin/zsh"}}"#
                    .utf8
            )
        )
        #expect(header == .init(width: 80, height: 24, timestamp: 1_504_467_315, title: "Demo"))
        let lines = [
            #"[0.248848, "o", "\u001b[1;31mHello \u001b[32mWorld!\u001b[0m\n"]"#, #"[1.500000, "m", ""]"#,
            #"[4.050000, "r", "90x30"]"#, #"[6.541828, "i", "\r"]"#, #"[7, "x", "0"]"#,
        ]
        let events = try lines.map { try Asciicast.TimedEvent(line: Array($0.utf8)) }
        #expect(events[0].event == .output("\u{1b}[1;31mHello \u{1b}[32mWorld!\u{1b}[0m\n"))
        #expect(events[0].time == .microseconds(248_848))
        #expect(
            events.dropFirst().map(\.event)
                == [.marker(""), .resize(columns: 90, rows: 30), .input("\r"), .other(code: "x")]
        )
    }

    @Test("an event is one line of JSON, with a time to the microsecond")
    func events() {
        func line(_ event: Asciicast.Event, _ time: Duration) -> String {
            text(Asciicast.TimedEvent(time: time, event: event).line)
        }
        #expect(line(.output("a\r\n\u{1b}[m"), .milliseconds(1_001)) == "[1.001000,\"o\",\"a\\r\\n\\u001b[m\"]\n")
        #expect(line(.marker("1 run df"), .seconds(3600)) == "[3600.000000,\"m\",\"1 run df\"]\n")
        #expect(line(.resize(columns: 80, rows: 24), .nanoseconds(1_999)) == "[0.000001,\"r\",\"80x24\"]\n")
        #expect(line(.output(""), .seconds(-1)) == "[0.000000,\"o\",\"\"]\n")
    }

    @Test("whoever prints a recording as it is prints no control character")
    func plain() throws {
        let all = String(String.UnicodeScalarView((0..<0x250).compactMap { Unicode.Scalar($0) }))
        let line = Asciicast.TimedEvent(time: .zero, event: .output(all)).line
        #expect(line.dropLast().allSatisfy { $0 >= 0x20 && $0 != 0x7f })
        #expect(!text(line).unicodeScalars.contains { (0x7f...0x9f).contains($0.value) })
        #expect(try Asciicast.TimedEvent(line: line).event == .output(all))
    }

    @Test(
        "what is none of the format is refused",
        arguments: [
            "", "[]", "{}", #"{"version":1,"width":80,"height":24}"#, #"{"version":2,"width":0,"height":24}"#,
            #"{"version":2,"width":80}"#, #"{"version":2,"width":80000000,"height":24}"#,
        ]
    )
    func badHeader(line: String) {
        #expect(throws: TranscriptError.self) { try Asciicast.Header(line: Array(line.utf8)) }
    }

    @Test(
        "and so is a line that is no event",
        arguments: ["", "{}", "[1]", #"["1","o","x"]"#, #"[-1,"o","x"]"#, #"[1e300,"o","x"]"#, #"[1,"o"]"#]
    )
    func badEvent(line: String) {
        #expect(throws: TranscriptError.self) { try Asciicast.TimedEvent(line: Array(line.utf8)) }
    }
}
