import Testing

@testable import Redaction

@Suite("Redaction")
struct RedactorTests {
    @Test("secrets are blacked out, what is around them stays, and each is counted", arguments: Samples.secrets.indices)
    func secrets(_ index: Int) {
        let line = Samples.secrets[index]
        let (text, counts) = Samples.redacted(line.text + "\n")
        #expect(text == line.shown + "\n")
        #expect(RedactionKind.allCases.filter { counts[$0] > 0 } == line.kinds)
        #expect(counts.total == Int64(line.kinds.count))
    }

    @Test("a private key that is the value of a name goes to its end, as in an .env file", arguments: ["\"", ""])
    func namedKey(quote: String) {
        let key = Samples.privateKey.split(separator: "\n").joined(separator: "\n")
        let (text, counts) = Samples.redacted("PRIVATE_KEY=\(quote)\(key)\(quote)\nnext\n")
        #expect(text == "PRIVATE_KEY=\(quote)[redacted token][redacted private key]\(quote)\nnext\n")
        #expect(counts[.privateKey] == 1)
    }

    @Test("what only looks like a secret stays", arguments: Samples.harmless)
    func harmless(_ line: String) {
        let (text, counts) = Samples.redacted(line)
        #expect(text == line)
        #expect(counts == RedactionCounts())
    }

    @Test("mail addresses and bank accounts are blacked out where a contract says so, and not without")
    func personal() {
        let rules = RedactionRules(sets: ["default", "email", "iban"])
        for line in Samples.personal {
            let (text, counts) = Samples.redacted(line.text, rules)
            #expect(text == line.shown)
            #expect(RedactionKind.allCases.filter { counts[$0] > 0 } == line.kinds)
            #expect(Samples.redacted(line.text).text == line.text)
        }
        for line in Samples.impersonal { #expect(Samples.redacted(line, rules).text == line) }
    }

    @Test("a private key over many lines is one word, and what follows is shown")
    func privateKey() {
        let (text, counts) = Samples.redacted("before\n" + Samples.privateKey + "after\n")
        #expect(
            text == "before\n[redacted private key]\n\nafter\n" || text == "before\n[redacted private key]\nafter\n"
        )
        #expect(counts.byName == ["privateKey": 1])
    }

    @Test("the rest of a private key at the beginning of what is read is blacked out too")
    func restOfKey() {
        let rest = Samples.privateKey.split(separator: "\n").dropFirst(3).joined(separator: "\n") + "\nafter\n"
        let (text, counts) = Samples.redacted(rest, startsInside: true)
        #expect(text == "[redacted private key]\nafter\n")
        #expect(counts.byName == ["privateKey": 1])
        #expect(Samples.redacted("plain\nlines\n", startsInside: true).text == "plain\nlines\n")
    }

    @Test("a private key that never ends hides no more than 64 KiB")
    func endlessKey() {
        let lines = (0..<20_000).map { "line number \($0)\n" }.joined()
        let text = Samples.redacted("-----BEGIN PRIVATE KEY-----\n" + lines).text
        #expect(text.hasPrefix("[redacted private key]"))
        #expect(text.hasSuffix("line number 19999\n"))
        #expect(lines.utf8.count - text.utf8.count < 80 * 1024)
    }

    @Test("what was blacked out once stays as it is, and is not counted again")
    func again() {
        let rules = RedactionRules(email: true, iban: true)
        let all = (Samples.secrets + Samples.personal).map(\.text).joined(separator: "\n") + "\n" + Samples.privateKey
        let once = Samples.redacted(all, rules)
        let twice = Samples.redacted(once.text, rules)
        #expect(twice.text == once.text)
        #expect(twice.counts == RedactionCounts())
    }

    @Test("no secret of a line that is longer than the window comes through, wherever it stands")
    func longLine() {
        let secrets = [
            "password=hunter2hunter2", "\"token\":\"hunter2 hunter2\"", "ghp_hunter2\(Samples.hex40)",
            "https://u:hunter2@h/", "Bearer hunter2hunter2",
        ]
        for secret in secrets {
            for place in [65_400, 65_480, 65_500, 65_510, 65_520, 65_525, 65_530, 65_535, 61_400, 61_440, 61_450] {
                for filler in ["x ", "{\"a\":1},"] {
                    let count = filler.utf8.count
                    let front = String(repeating: filler, count: place / count) + ","
                    let text = front + secret + " " + String(repeating: filler, count: 40_000) + "\n"
                    let (shown, counts) = Samples.redacted(text)
                    #expect(!shown.contains("hunter2"), "\(secret) at \(place)")
                    #expect(counts.total == 1)
                    #expect(shown.hasPrefix(front))
                    #expect(shown.hasSuffix(String(repeating: filler, count: 40_000) + "\n"))
                }
            }
        }
    }

    @Test("a secret longer than the window is dropped to its end")
    func longSecret() {
        let value = String(repeating: "abc1", count: 50_000)
        for (front, back) in [("token=", " end\n"), ("\"password\":\"", "\" end\n"), ("Bearer ", " end\n")] {
            let (text, counts) = Samples.redacted(front + value + back)
            #expect(!text.contains("abc1"))
            #expect(text.hasSuffix(back))
            #expect(counts.total == 1)
        }
    }
}
