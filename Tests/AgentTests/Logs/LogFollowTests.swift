import Testing

@testable import Agent

#if canImport(Glibc)
import Glibc
#endif

@Suite(.timeLimit(.minutes(5))) struct LogFollowTests {
    let temporary = TemporaryFolder()
    var folder: LogFolder { LogFolder(path: temporary.path) }
    var access: LogAccess { LogAccess(paths: [temporary.path]) }
    var log: String { folder.file("log") }

    @Test("lines come as they are written")
    func appended() async throws {
        let folder = folder
        folder.write(numbered(0..<20), to: "log")
        let transcript = try await follow(
            [log],
            amount: .lines(2),
            access: access,
            steps: (20..<40).map { number in { folder.append("line \(number)\n", to: "log") } }
        )
        #expect(transcript.text() == numbered(18..<40))
        #expect(transcript.notices.isEmpty)
    }

    @Test("much more than a block between two looks comes whole")
    func burst() async throws {
        let folder = folder
        folder.write("", to: "log")
        let transcript = try await follow(
            [log],
            access: access,
            steps: [{ folder.append(numbered(0..<200_000), to: "log") }]
        )
        #expect(transcript.text() == numbered(0..<200_000))
    }

    @Test("an unfinished line waits for its end, and comes as it is when it does not grow")
    func unfinished() async throws {
        let folder = folder
        folder.write("a\nb", to: "log")
        let transcript = try await follow(
            [log],
            access: access,
            steps: [{ folder.append("c\nd", to: "log") }, {}, {}, { folder.append("e\n", to: "log") }]
        )
        #expect(transcript.text() == "a\nbc\nde\n")
        #expect(transcript.pieces == [2, 3, 1, 2])
    }

    @Test("a renamed file is read to its end and beyond, then the new one")
    func rotated() async throws {
        let folder = folder
        folder.write("1\n", to: "log")
        let transcript = try await follow(
            [log],
            access: access,
            steps: [
                {
                    folder.append("2\n", to: "log")
                    folder.move("log", to: "log.1")
                    folder.append("3\n", to: "log.1")
                    folder.write("5\n", to: "log")
                },
                // The writer has not reopened yet.
                { folder.append("4\n", to: "log.1") },
                { folder.append("6\n", to: "log") },
            ]
        )
        #expect(transcript.text() == "1\n2\n3\n5\n4\n6\n")
        #expect(transcript.notices == ["0: rotated, going on with the new file"])
    }

    @Test("a renamed file without a successor is read on until there is one")
    func renamedOnly() async throws {
        let folder = folder
        folder.write("1\n", to: "log")
        let transcript = try await follow(
            [log],
            access: access,
            steps: [
                { folder.move("log", to: "old") },
                { folder.append("2\n", to: "old") },
                { folder.write("3\n", to: "log") },
            ]
        )
        #expect(transcript.text() == "1\n2\n3\n")
        #expect(transcript.notices == ["0: gone, waiting for a new file", "0: appeared"])
    }

    @Test("three rotations between two looks lose at most what nobody could see, and double nothing")
    func chain() async throws {
        let folder = folder
        folder.write("", to: "log")
        let transcript = try await follow(
            [log],
            access: access,
            steps: (0..<30).map { number in
                {
                    folder.append("a\(number)\n", to: "log")
                    folder.move("log", to: "log.\(number)")
                    folder.append("b\(number)\n", to: "log.\(number)")
                    folder.write("c\(number)\n", to: "log")
                }
            }
        )
        let expected = (0..<30).flatMap { ["a\($0)", "b\($0)", "c\($0)"] }
        #expect(transcript.text().split(separator: "\n").map(String.init).sorted() == expected.sorted())
    }

    @Test("a truncated file is read from its start, also when it has grown past the old place meanwhile")
    func truncated() async throws {
        let folder = folder
        folder.write("old 1\nold 2\n", to: "log")
        let transcript = try await follow(
            [log],
            access: access,
            steps: [
                {
                    folder.truncate("log")
                    folder.append("a\n", to: "log")
                },
                {
                    folder.truncate("log")
                    folder.append("bb\ncc\ndd\n", to: "log")
                },
                {
                    folder.truncate("log")
                    folder.append("BB\nCC\nDD\n", to: "log")
                },
            ]
        )
        #expect(transcript.text() == "old 1\nold 2\na\nbb\ncc\ndd\nBB\nCC\nDD\n")
        #expect(transcript.notices == Array(repeating: "0: truncated, going on from its start", count: 3))
    }

    @Test("what was written before copytruncate and not yet read comes from the copy, once")
    func copyTruncate() async throws {
        let folder = folder
        folder.write("1\n", to: "log")
        let transcript = try await follow(
            [log],
            access: access,
            steps: [
                {
                    folder.append("2\n3\n", to: "log")
                    folder.copy("log", to: "log.1")
                    folder.truncate("log")
                    folder.append("4\n", to: "log")
                },
                { folder.append("5\n", to: "log") },
                {
                    folder.append("6\n", to: "log")
                    folder.move("log.1", to: "log.2")
                    folder.copy("log", to: "log.1")
                    folder.truncate("log")
                },
                { folder.append("7\n", to: "log") },
            ]
        )
        #expect(transcript.text().split(separator: "\n").sorted() == ["1", "2", "3", "4", "5", "6", "7"])
    }

    @Test("a truncation with an old copy beside it doubles nothing")
    func oldCopy() async throws {
        let folder = folder
        folder.write("1\n2\n3\n", to: "log.1")
        folder.write("1\n", to: "log")
        let transcript = try await follow(
            [log],
            access: access,
            steps: [
                {
                    folder.truncate("log")
                    folder.append("x\n", to: "log")
                }
            ]
        )
        #expect(transcript.text() == "1\nx\n")
    }

    @Test("the hole that a writer without append leaves after a truncation is skipped")
    func hole() async throws {
        let folder = folder
        let log = log
        folder.write(String(repeating: "x", count: 99_999) + "\n", to: "log")
        let transcript = try await follow(
            [log],
            amount: .lines(0),
            access: access,
            steps: [
                {
                    folder.truncate("log")
                    let descriptor = open(log, O_WRONLY | O_CLOEXEC)
                    _ = pwrite(descriptor, "new\n", 4, 98_304)
                    close(descriptor)
                }
            ]
        )
        #expect(transcript.text().hasSuffix("new\n"))
        #expect(transcript.bytes().count < 8_192, "at most the rest of the page of the hole")
    }

    @Test("a deleted file is waited for and read from its start when it is created anew")
    func recreated() async throws {
        let folder = folder
        folder.write("1\n", to: "log")
        let transcript = try await follow(
            [log],
            access: access,
            steps: [
                {
                    folder.append("2\n", to: "log")
                    folder.remove("log")
                },
                {},
                { folder.write("3\n", to: "log") },
                {
                    folder.remove("log")
                    folder.write("4\n", to: "log")
                },
            ]
        )
        #expect(transcript.text() == "1\n2\n3\n4\n")
        #expect(
            transcript.notices == [
                "0: gone, waiting for a new file", "0: appeared", "0: rotated, going on with the new file",
            ]
        )
    }

    @Test("a file that appears later is read from its start, its absence told once")
    func later() async throws {
        let folder = folder
        let transcript = try await follow(
            [log],
            amount: .lines(1),
            access: access,
            steps: [{}, {}, { folder.write("1\n2\n", to: "log") }, { folder.append("3\n", to: "log") }]
        )
        #expect(transcript.text() == "1\n2\n3\n")
        #expect(transcript.notices == ["0: no such file on the client's machine", "0: appeared"])
    }

    @Test("a name that becomes a folder or a way out gives one notice and no data")
    func replaced() async throws {
        let folder = folder
        let log = log
        folder.write("1\n", to: "log")
        let transcript = try await follow(
            [log],
            access: access,
            steps: [
                {
                    folder.remove("log")
                    mkdir(log, 0o755)
                },
                {},
                {
                    rmdir(log)
                    symlink("/etc/passwd", log)
                },
                {},
            ]
        )
        #expect(transcript.text() == "1\n")
        #expect(
            transcript.notices == [
                "0: a directory (name the files in it)",
                "0: a link to a place that the client does not share (ask them to add it to --logs)",
            ]
        )
    }

    @Test("a link that is moved to another file counts as rotation")
    func movedLink() async throws {
        let folder = folder
        let log = log
        folder.write("1\n", to: "monday")
        folder.write("2\n", to: "tuesday")
        symlink("monday", log)
        let transcript = try await follow(
            [log],
            access: access,
            steps: [
                {
                    unlink(log)
                    symlink("tuesday", log)
                }
            ]
        )
        #expect(transcript.text() == "1\n2\n")
    }

    @Test("several files are followed at once, and one that floods does not starve the other")
    func several() async throws {
        let folder = folder
        folder.write("", to: "log")
        folder.write("", to: "other")
        let transcript = try await follow(
            [log, folder.file("other"), folder.file("missing")],
            access: access,
            steps: [
                {
                    folder.append(numbered(0..<300_000), to: "log")
                    folder.append("here\n", to: "other")
                }
            ]
        )
        #expect(transcript.text(0) == numbered(0..<300_000))
        #expect(transcript.text(1) == "here\n")
        let small = try #require(transcript.pieces.firstIndex(of: 5))
        #expect(small < transcript.pieces.count - 1)
        #expect(transcript.notices == ["2: no such file on the client's machine"])
    }

    @Test("a path with .. after a link is the same file at every look")
    func dotsAfterLink() async throws {
        let folder = folder
        mkdir(folder.file("deep"), 0o755)
        mkdir(folder.file("deep/er"), 0o755)
        symlink("deep/er", folder.file("link"))
        folder.write("1\n", to: "log")
        folder.write("other\n", to: "deep/log")
        let transcript = try await follow([folder.file("link/../log")], access: access, steps: [{}, {}])
        #expect(transcript.text() == "1\n")
        #expect(transcript.notices.isEmpty)
    }

    @Test("following ends by itself where no path can ever be read")
    func hopeless() async throws {
        let transcript = LogTranscript()
        let reader = LogReader(access: access) { _ in throw ScriptEnded() }
        let request = LogRequest(paths: ["/etc/passwd", "relative"], follow: true)
        let summary = try await reader.read(request) { transcript.append($0) }
        #expect(summary == LogSummary(sourcesRead: 0, sourcesFailed: 2))
    }
}
