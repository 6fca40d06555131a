import ContractFiles
import Contracts
import Testing

@Suite("Hostile and broken files")
struct HostileFileTests {
    private func only(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) -> String {
        let file = ContractFile.load(text: text)
        #expect(file.contract == nil, sourceLocation: sourceLocation)
        #expect(file.problems.count == 1, "\(file.problems.count)", sourceLocation: sourceLocation)
        return file.problems.first?.problem.sentence ?? ""
    }

    @Test("a file larger than 1 MiB is not even parsed")
    func size() {
        #expect(only(String(repeating: "#\n", count: 1 << 19) + "#") == "the file is larger than 1 MiB")
        #expect(only(String(repeating: "#\n", count: 1 << 19)) == "the file is empty")
    }

    @Test(
        "an empty file, a list and a lone text are not contracts",
        arguments: [
            ("", "the file is empty"), ("# nothing\n", "the file is empty"), ("---\n", "the file is empty"),
            ("~", "the file is empty"), ("- a\n- b\n", "the file is a list, not names with values"),
            ("hello", "the file is a single text, not names with values"),
        ]
    )
    func shape(text: String, sentence: String) {
        #expect(only(text) == sentence)
    }

    @Test("bytes that are not UTF-8 are a problem with their place")
    func encoding() {
        let file = ContractFile.load(bytes: Array("contract: x\ntitle: M".utf8) + [0xFC] + Array("nster\n".utf8))
        #expect(
            file.problems.map { $0.rendered(file: "f") } == [
                "f:2:9: error: the file is not UTF-8 text (save it as UTF-8)"
            ]
        )
        #expect(ContractFile.load(bytes: [0xFF, 0xFE, 0x61, 0x00]).contract == nil)
        #expect(SupplierFile.load(bytes: [0xC0, 0x80]).problems.count == 1)
    }

    @Test("control and bidirectional characters are found where they hide")
    func invisible() {
        let problems = ContractFile.load(text: "contract: a\u{1B}b\ntitle: x\u{202E}y\n").problems
        #expect(
            problems.map { $0.rendered(file: "f") } == [
                "f:1:12: error: holds the invisible character U+1B (remove it)",
                "f:2:9: error: holds the invisible character U+202E (remove it)",
            ]
        )
        #expect(
            only("title: \"\\e[2J\"\n" + Fixtures.minute.replacing("title: Support by the minute\n", with: ""))
                == "holds the invisible character U+001B"
        )
        #expect(ContractFile.load(text: String(repeating: "\u{00}", count: 5000)).problems.count == 20)
    }

    @Test("a name that a terminal would obey is shown in a problem's place, not obeyed")
    func names() {
        let file = ContractFile.load(text: #"rates: { "\e[2J\u202e": 5 }"#)
        let lines = file.problems.map { $0.rendered(file: "f") }
        #expect(lines.contains { $0.contains(#"rates.\u{1b}[2J\u{202e}: "5" is not an amount"#) }, "\(lines)")
        #expect(!lines.joined().unicodeScalars.contains { $0.isUnsafeToShow })
    }

    @Test("aliases are not followed: a bomb of them is refused before it goes off")
    func aliases() {
        var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...40 {
            bomb += "a\(level): &a\(level) [\((0..<9).map { _ in "*a\(level - 1)" }.joined(separator: ", "))]\n"
        }
        #expect(only(bomb) == "the file repeats itself by aliases (&name, *name)")
        // As keys, aliases would be hashed through and through.
        #expect(only(bomb + "? *a40\n: x\n") == "the file repeats itself by aliases (&name, *name)")
        let few = Fixtures.minute.replacing(
            "rate: support }\n  - { id: defect, kind: warranty, rate: support }",
            with: "rate: &r support }\n  - { id: defect, kind: warranty, rate: *r }"
        )
        #expect(ContractFile.load(text: few).problems.contains { $0.problem.sentence.contains("anchors and aliases") })
        #expect(ContractFile.load(text: few).contract == nil)
        // Stars and ampersands in texts are texts.
        let fine = Fixtures.minute.replacing("Support by the minute", with: "Müller & Co *all* &Söhne")
        #expect(ContractFile.load(text: fine).problems == [])
    }

    @Test("deep nesting is refused, however deep", arguments: [30, 900, 200_000])
    func nesting(depth: Int) {
        let flow = "a: " + String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        #expect(ContractFile.load(text: flow).problems.contains { $0.problem.sentence.contains("nests") })
        let block = String(repeating: "- ", count: depth) + "x"
        #expect(ContractFile.load(text: block).contract == nil)
        let keys = String(repeating: "? ", count: depth) + "x"
        #expect(ContractFile.load(text: keys).contract == nil)
        #expect(ContractFile.load(text: String(repeating: "{a: ", count: depth)).contract == nil)
    }

    @Test("many names, many repetitions and many unknown names end in problems, soon")
    func width() {
        let names = (0..<5_000).map { "name\($0): 1\n" }.joined()
        let problems = ContractFile.load(text: names).problems
        #expect(problems.contains { $0.problem.sentence == "there are more than 200 names" })
        #expect(problems.count < 300)
        let elements = "categories:\n" + String(repeating: "- {}\n", count: 5_000)
        #expect(
            ContractFile.load(text: elements).problems.contains {
                $0.problem.sentence == "there are more than 200 elements" && $0.place.line == 202
            }
        )
        let arguments = Fixtures.acme.replacing(
            "commands: any ",
            with: "commands: [[\(String(repeating: "a, ", count: 300))]] "
        )
        #expect(
            ContractFile.load(text: arguments).problems.map(\.problem.sentence) == ["there are more than 200 arguments"]
        )
        let repeated = String(repeating: "a: 1\n", count: 20_000)
        #expect(ContractFile.load(text: repeated).contract == nil)
        let pairs = (0..<300).map { "k\($0): 1\nk\($0): 2\n" }.joined()
        #expect(ContractFile.load(text: pairs).contract == nil)
    }

    @Test("tags, complex keys and merges are refused")
    func features() {
        for text in ["title: !!binary aGk=\n", "? [a, b]\n: c\n", "<<: { title: x }\n", "title: !lotse x\n"] {
            let file = ContractFile.load(text: text)
            #expect(file.contract == nil)
            #expect(
                file.problems.contains {
                    $0.problem.sentence.contains("tag") || $0.problem.sentence.contains("name must")
                        || $0.problem.sentence.contains("no field \"<<\"")
                },
                "\(file.problems)"
            )
        }
    }

    @Test(
        "numbers at every edge are problems, never traps",
        arguments: [
            "99999999999999999999999", "-1", "1e999", "0x10", "9223372036854775807", ".inf", "1_000", "",
        ]
    )
    func numbers(number: String) {
        for (old, field) in [
            ("termDays: 14", "termDays"), ("percent: 19 ", "percent"), ("step: 5m", "step"), ("fee: \"250.00\"", "fee"),
            ("validFrom: 2026-01-01", "validFrom"), ("cap: 3h", "cap"),
        ] {
            let text = Fixtures.acme.replacing(old, with: "\(field): \(number) ")
            #expect(text != Fixtures.acme)
            #expect(ContractFile.load(text: text).contract == nil, "\(field): \(number)")
        }
    }

    @Test("a file cut off anywhere before its last required field is no contract, and no trap")
    func truncation() throws {
        let end = try #require(Fixtures.acme.firstRange(of: "\nvat:"))
        let scalars = Array(Fixtures.acme[..<end.lowerBound].unicodeScalars)
        for length in stride(from: 0, to: scalars.count, by: 7) {
            var text = String.UnicodeScalarView()
            text.append(contentsOf: scalars[..<length])
            #expect(ContractFile.load(text: String(text)).contract == nil)
        }
    }
}
