import SupportChannel
import Testing

@testable import Operator

@Suite("Completion")
struct CompletionTests {
    @Test(
        "the word at the cursor is what was typed since the last blank outside of quotes",
        arguments: [
            ("", [], "", ""), ("lo", [], "lo", "lo"), ("logs ", ["logs"], "", ""),
            ("logs -f /var/l", ["logs", "-f"], "/var/l", "/var/l"), ("get '/srv/a b", ["get"], "'/srv/a b", "/srv/a b"),
            ("get /srv/a\\ b", ["get"], "/srv/a\\ b", "/srv/a b"), ("get \"/a b\"/c", ["get"], "\"/a b\"/c", "/a b/c"),
            ("get a\\", ["get"], "a\\", "a\\"),
        ] as [(String, [String], String, String)]
    )
    func words(text: String, before: [String], raw: String, value: String) throws {
        let word = try #require(TypedWord(text))
        #expect(word.before == before && word.raw == raw && word.value == value)
    }

    @Test("what is typed for a name reads back as that name")
    func quoting() throws {
        for name in ["a b", "it's", "a\\b", "\"q\"", "$'x'", "plain-1.gz", "Grüße", "*"] {
            #expect(TypedWord(TypedWord.typed(name))?.value == name)
        }
        #expect(TypedWord.typed("/var/log/syslog.1.gz") == "/var/log/syslog.1.gz")
    }

    @Test(
        "each verb knows what its words stand for",
        arguments: [
            ("st", .verb), ("logs ", .remote([.logs])), ("logs -f /a /b", .remote([.logs])),
            ("logs --li", .option(["--follow", "--lines", "--since"])),
            ("logs -n ", .nothing), ("get /srv", .remote([.files])), ("get /srv/a ", .local), ("put ", .local),
            ("put --replace ./a /s", .remote([.files])), ("put a b ", .nothing), ("run tail ", .nothing),
            ("run tail /var", .remote([.logs, .files])), ("category ", .category), ("unforward ", .forward),
            ("note ", .nothing), ("rm /", .nothing),
        ] as [(String, CompletionSubject)]
    )
    func subjects(text: String, subject: CompletionSubject) throws {
        #expect(CompletionSubject(try #require(TypedWord(text))) == subject)
    }

    @Test("one name is taken whole, several as far as they agree, and then they are shown")
    func effects() throws {
        func effect(_ text: String, _ values: [String], isWhole: Bool = true) throws -> Candidates.Effect {
            Candidates(values: values, isWhole: isWhole).effect(on: try #require(TypedWord(text)))
        }
        #expect(try effect("ru", ["run"]) == .replace("run "))
        #expect(try effect("logs /v", ["/var/log/"]) == .replace("/var/log/"))
        #expect(try effect("get '/srv/a", ["/srv/a b"]) == .replace("/srv/a\\ b "))
        #expect(try effect("logs /var/log/s", ["/var/log/syslog", "/var/log/syslog.1"]) == .replace("/var/log/syslog"))
        #expect(try effect("logs /l/s", ["/l/s1", "/l/s2/"]) == .list(["s1", "s2/"]))
        #expect(try effect("logs /l/s", ["/l/sa"], isWhole: false) == .replace("/l/sa"))
        #expect(try effect("logs /l/sa", ["/l/sa"], isWhole: false) == .list(["sa", "…"]))
        #expect(try effect("x", ["run"]) == .nothing)
        #expect(try effect("x", []) == .nothing)
    }

    @Test("hostile names of the client's machine are left out, however many come")
    func hostile() {
        let evil = [
            "\u{1b}]0;x\u{7}", "a\u{202e}b", "..", "../etc/passwd", "a\nb", "", "/", "/etc", "a//b", "fine", "sub/",
        ]
        let found = ConsoleCompleter.values(NamesResult(names: evil, isWhole: true), behind: "/var/log/f")
        #expect(found.values == ["/var/log/fine", "/var/log/sub/"])
        let many = NamesResult(names: (0..<5000).map { "n\($0)" }, isWhole: true)
        let some = ConsoleCompleter.values(many, behind: "/")
        #expect(some.values.count == NamesResult.most && !some.isWhole)
    }

    @Test("names stand in columns that fit the window, and what has no room is counted")
    func columns() {
        let names = (1...9).map { "name\($0)" }
        #expect(
            NameColumns.text(names, columns: 24, rows: 10)
                == "name1  name4  name7\nname2  name5  name8\nname3  name6  name9\n"
        )
        #expect(NameColumns.text(names, columns: 10, rows: 3) == "name1\nname2\n… and 7 more\n")
        #expect(NameColumns.text(["a-name-that-is-wider-than-the-window"], columns: 10, rows: 3).hasPrefix("a-name"))
    }
}
