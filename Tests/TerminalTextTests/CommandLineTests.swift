import Testing

@testable import TerminalText

@Suite struct CommandLineTests {
    @Test(
        "argument vectors are shown as a shell would read them",
        arguments: [
            (["df", "-h"], "df -h"),
            (["journalctl", "-u", "nginx.service", "--since=-1h"], "journalctl -u nginx.service --since=-1h"),
            (["echo", ""], "echo ''"),
            (["echo", "two words"], "echo 'two words'"),
            (["echo", "it's"], "echo 'it'\\''s'"),
            (["sh", "-c", "exit 7; rm *"], "sh -c 'exit 7; rm *'"),
            (["echo", "~", "#", "$HOME", "a*", "!x"], "echo '~' '#' '$HOME' 'a*' '!x'"),
            (["printf", "\u{1b}[2J"], "printf $'\\x1b[2J'"),
            (["printf", "\u{1b}41"], "printf $'\\x1b'$'41'"),
            (["printf", "a\n'\\\t"], "printf $'a\\n\\'\\\\\\t'"),
            (["cat", "Grüße.txt"], "cat 'Grüße.txt'"),
            (["cat", "a\u{202e}b"], "cat $'a\\xe2\\x80\\xae'$'b'"),
            (["cat", "\u{9b}1"], "cat $'\\xc2\\x9b'$'1'"),
            (["A=b", "A=b"], "'A=b' A=b"),
            (["if", "if"], "'if' if"),
            ([], ""),
        ] as [([String], String)]
    )
    func shown(arguments: [String], line: String) {
        #expect(TerminalText.commandLine(arguments) == line)
    }

    @Test("the line shows every argument in full, and no character that hides or moves")
    func nothingHidden() throws {
        let long = String(repeating: "x", count: 100_000)
        #expect(TerminalText.commandLine(["echo", long]) == "echo " + long)
        for value in UInt32(0)...0x2_ffff {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let line = TerminalText.commandLine(["a" + String(Character(scalar)) + "b"])
            #expect(
                !line.unicodeScalars.contains { $0.isControl || $0.reordersText || $0.isInvisible || $0.isOverlay }
            )
        }
    }

    @Test("splitting the shown line gives the same bytes back, for every scalar in three places")
    func everyScalar() throws {
        for value in UInt32(0)...0x10_ffff {
            // Beyond plane 3 the planes are alike; the ends and the tag and variation blocks are enough.
            if value > 0x3_ffff && value < 0xe_0000 { continue }
            if value > 0xe_0fff && value < 0x10_fff0 { continue }
            guard let scalar = Unicode.Scalar(value) else { continue }
            let text = String(Character(scalar))
            let arguments = [text + "a", "1" + text + "f", text]
            let back = try CommandLineWords.split(TerminalText.commandLine(arguments))
            guard back.map({ Array($0.utf8) }) != arguments.map({ Array($0.utf8) }) else { continue }
            Issue.record("U+\(String(value, radix: 16)): \(TerminalText.commandLine(arguments))")
        }
    }

    @Test("splitting the shown line gives the same bytes back, for random vectors")
    func random() throws {
        var generator = SplitMix(state: 3)
        let alphabet: [String] =
            ["'", "\"", "\\", "$", "`", " ", "\t", "\n", "\r", "\0", "\u{1b}", "a", "F", "0", "=", "#", "~", "*", "é"]
            + [
                "e\u{301}", "\u{301}", "\u{202e}", "\u{200d}", "😀", "\u{9b}", "\u{7f}", "$'", "\\x", "\u{e0041}",
                "\u{a0}",
            ]
        for _ in 0..<20_000 {
            let arguments = (0..<Int(generator.next() % 5)).map { _ in
                (0..<Int(generator.next() % 7))
                    .map { _ in alphabet[Int(generator.next() % UInt64(alphabet.count))] }
                    .joined()
            }
            let line = TerminalText.commandLine(arguments)
            let back = try CommandLineWords.split(line)
            #expect(back.map { Array($0.utf8) } == arguments.map { Array($0.utf8) }, "\(line)")
        }
    }
}

@Suite struct CommandLineWordsTests {
    @Test(
        "words are split as a shell splits them",
        arguments: [
            ("", []),
            ("  \t ", []),
            (" df  -h ", ["df", "-h"]),
            ("a'b c'd", ["ab cd"]),
            ("'' \"\"", ["", ""]),
            ("'a\\b'", ["a\\b"]),
            (#""a\"b\\c\$d\`e\f""#, [#"a"b\c$d`e\f"#]),
            (#"a\ b \' \" \\"#, ["a b", "'", "\"", "\\"]),
            (#"$'\a\b\e\E\f\n\r\t\v\\\'\"\?'"#, ["\u{07}\u{08}\u{1b}\u{1b}\u{0c}\n\r\t\u{0b}\\'\"?"]),
            (#"$'\x41\x4g\101\u00e9\U0001F600\cA'"#, ["A\u{04}gA\u{e9}\u{1f600}\u{01}"]),
            (#"$'\xe2\x82''\xac'"#, nil),
            (#"$'\xe2\x82'$'\xac'"#, ["€"]),
            ("a\\\nb \\\n c", ["ab", "c"]),
            ("$HOME * | > #x $ $\"y\"", ["$HOME", "*", "|", ">", "#x", "$", "$y"]),
            ("Grüße 😀", ["Grüße", "😀"]),
        ] as [(String, [String]?)]
    )
    func split(line: String, words: [String]?) throws {
        if let words {
            #expect(try CommandLineWords.split(line) == words)
        } else {
            #expect(throws: CommandLineError(kind: .notText, column: 1)) { try CommandLineWords.split(line) }
        }
    }

    @Test(
        "a line that is no vector is refused with the place",
        arguments: [
            ("echo 'a", .openQuote, 6),
            ("echo \"a", .openQuote, 6),
            ("echo $'a", .openQuote, 6),
            ("echo $'a\\", .openQuote, 6),
            ("echo a\\", .openEscape, 7),
            ("echo $'\\q'", .unknownEscape, 8),
            ("echo $'\\x'", .unknownEscape, 8),
            ("echo $'\\777'", .unknownEscape, 8),
            ("echo $'\\ud800'", .unknownEscape, 8),
            ("echo b$'\\xff'", .notText, 6),
        ] as [(String, CommandLineError.Kind, Int)]
    )
    func refused(line: String, kind: CommandLineError.Kind, column: Int) {
        #expect(throws: CommandLineError(kind: kind, column: column)) { try CommandLineWords.split(line) }
    }
}
