import Testing

@testable import Agent

#if canImport(Glibc)
import Glibc
#endif

@Suite("Which files and lines are meant", .timeLimit(.minutes(5)))
struct LogSelectionTests {
    let temporary = TemporaryFolder()
    var folder: LogFolder { LogFolder(path: temporary.path) }
    var access: LogAccess { LogAccess(paths: [temporary.path]) }

    @Test(
        "a pattern matches as in a shell",
        arguments: [
            ("*.log", "a.log", true), ("*.log", ".log", false), ("*.log", "a.log.1", false), ("?.log", "a.log", true),
            ("?.log", "ab.log", false), ("a[0-9].log", "a7.log", true), ("a[!0-9].log", "a7.log", false),
            ("[ab]*", "beta", true), ("*a*b*c*", "xxaxxbxxcxx", true), ("*a*b*c*", "xxaxxcxxbxx", false),
            ("[", "[", true), ("**", "anything", true), (".*", ".hidden", true), ("a*", "b", false),
        ]
    )
    func match(pattern: String, name: String, isMatch: Bool) throws {
        let path = try #require(LogPath("/\(pattern)/*"))
        #expect(try #require(LogPattern(path)).matches(name, at: 0) == isMatch)
    }

    @Test("a pattern of many stars takes no time")
    func stars() throws {
        let path = try #require(LogPath("/" + String(repeating: "*a", count: 100) + "b"))
        #expect(try !#require(LogPattern(path)).matches(String(repeating: "a", count: 255), at: 0))
    }

    @Test("a pattern gives its files by name, and more than 64 are too many")
    func files() async throws {
        for number in 10..<80 { folder.write("\(number)\n", to: "f\(number).log") }
        let (few, summary) = try await readLogs([folder.file("f1[0-2].*")], access: access)
        #expect(few.names == ["f10.log", "f11.log", "f12.log"])
        #expect((0..<3).map { few.text($0) } == ["10\n", "11\n", "12\n"])
        #expect(summary == LogSummary(sourcesRead: 3, sourcesFailed: 0))
        let (many, _) = try await readLogs([folder.file("*")], access: access)
        #expect(many.text(63) == "73\n")
        #expect(many.text(64).isEmpty)
        #expect(many.notices.count == 1)
        #expect(many.notices[0].contains("too many files at once"))
    }

    @Test("patterns look into no folder that is not shared, not by a link either")
    func outside() throws {
        #expect(access.files(matching: "/etc/*") == [])
        #expect(access.files(matching: temporary.path + "/../*") == [])
        #expect(access.files(matching: folder.file("plain")) == nil)
        _ = symlink("/etc", folder.file("link"))
        #expect(access.files(matching: folder.file("link/*")) == [])
        #expect(access.files(matching: folder.file("*/passwd")) == [])
    }

    @Test(
        "the time of a line is read in the forms of logs",
        arguments: [
            ("2026-11-05T20:30:00Z x", 1_793_910_600), ("[2026-11-05 20:30:00,123 +0100] x", 1_793_907_000),
            ("{\"time\":\"2026-11-05T20:30:00.5+02:00\"}", 1_793_903_400),
            ("1.2.3.4 - - [05/Nov/2026:20:30:00 +0100] \"GET", 1_793_907_000), ("1793910600.123 x", 1_793_910_600),
            ("no time", nil), ("", nil), ("2026-13-05T20:30:00Z", nil), ("99/Nov/2026:20:30:00 +0100", nil),
            ("17939106001 too long", nil),
        ] as [(String, Int64?)]
    )
    func time(line: String, seconds: Int64?) {
        let bytes = Array(line.utf8)
        #expect(bytes.withUnsafeBytes { LogTime.seconds(of: $0, now: 1_793_910_600) } == seconds)
    }

    @Test("syslog's times get the year that they had")
    func year() throws {
        let now: Int64 = 1_767_268_800  // 2026-01-01T12:00:00Z
        let old = try #require(Array("Dec 31 10:00:00 host".utf8).withUnsafeBytes { LogTime.seconds(of: $0, now: now) })
        #expect((now - old) / 3600 >= 12 && (now - old) / 3600 <= 50)
    }

    @Test(
        "since a time is found in a large file by halves, lines without a time among them",
        arguments: [0, 1, 7_000, 19_999]
    )
    func since(first: Int) async throws {
        let lines = (0..<20_000).map { "\(1_793_900_000 + $0) line \($0)\n  more of it\n" }
        folder.write(lines.joined(), to: "log")
        let transcript = LogTranscript()
        let request = LogRequest(
            paths: [folder.file("log")],
            amount: .whole,
            since: 1_793_900_000 + Int64(first)
        )
        try await LogReader(access: access).read(request) { transcript.append($0) }
        #expect(transcript.text() == lines[first...].joined())
    }

    @Test("where no line carries a time the last ones are given, and that is said")
    func withoutTimes() async throws {
        folder.write(numbered(0..<50), to: "log")
        let transcript = LogTranscript()
        let request = LogRequest(paths: [folder.file("log")], amount: .whole, since: 1_793_900_000)
        try await LogReader(access: access).read(request) { transcript.append($0) }
        #expect(transcript.text() == numbered(40..<50))
        #expect(transcript.notices.count == 1)
    }
}
