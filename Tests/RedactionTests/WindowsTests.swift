import Testing

@testable import Redaction

@Suite("Redaction of lines longer than a window")
struct WindowsTests {
    private static let windows = Windows(longestLine: 512, overlap: 256)

    private static func redacted(_ text: String) -> (text: String, counts: RedactionCounts) {
        var redactor = Redactor(.secrets, startsInside: false, windows: windows)
        var output: [UInt8] = []
        redactor.append(Array(text.utf8), into: &output)
        redactor.finish(into: &output)
        return (String(decoding: output, as: UTF8.self), redactor.counts)
    }

    @Test("a secret is blacked out as in a line of its own, wherever the window ends", arguments: [" ", "b"])
    func everyPlace(filler: String) throws {
        let lines = Samples.secrets.filter { $0.text.utf8.count < 128 }
        try #require(lines.count > 30)
        for line in lines {
            for place in 0...line.text.utf8.count {
                let front = String(repeating: filler, count: Self.windows.longestLine - 1 - place) + " "
                let (text, counts) = Self.redacted(front + line.text + "\n")
                guard text == front + line.shown + "\n", counts.total == Int64(line.kinds.count) else {
                    Issue.record("\(line.text), cut at \(place), is \(text.drop { "b ".contains($0) })")
                    break
                }
            }
        }
    }

    @Test("what a window took for a value may be the name of the next one")
    func valueThatIsAName() {
        for blanks in 400...520 {
            let front = "Authorization:" + String(repeating: " ", count: blanks)
            let (text, _) = Self.redacted("\(front)authorization: Basic dXNlcjpwYXNz\n")
            #expect(!text.contains("dXNl"), "with \(blanks) blanks")
        }
    }

    @Test("a token whose beginning was dropped with a private key that never ends is dropped to its end")
    func restOfToken() {
        let token = "Zq7Vt9Xw2Rk5Ln8Bc3Hf"
        for blanks in 380...1100 {
            let key = "-----BEGIN PRIVATE KEY-----" + String(repeating: " ", count: blanks)
            let (text, _) = Self.redacted("\(key)glpat-\(token) \(String(repeating: "b", count: 600))\n")
            #expect(!text.contains(token), "with \(blanks) blanks")
        }
    }
}
