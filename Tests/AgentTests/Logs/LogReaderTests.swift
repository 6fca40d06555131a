import NIOCore
import Testing

@testable import Agent

#if canImport(Glibc)
import Glibc
#endif

@Suite(.timeLimit(.minutes(5))) struct LogReaderTests {
    let temporary = TemporaryFolder()
    var folder: LogFolder { LogFolder(path: temporary.path) }
    var access: LogAccess { LogAccess(paths: [temporary.path]) }

    @Test(
        "the last lines are those that tail shows",
        arguments: [
            ("", 10, ""), ("a", 10, "a"), ("a\n", 10, "a\n"), ("a\nb", 1, "b"), ("a\nb\n", 1, "b\n"),
            ("a\nb\n", 2, "a\nb\n"), ("a\nb\n", 3, "a\nb\n"), ("\n\n\n", 2, "\n\n"), ("a\n\n", 1, "\n"),
            ("a\nb\nc", 2, "b\nc"), ("a\nb", 0, ""), ("a\nb", -1, ""),
        ]
    )
    func tail(text: String, lines: Int, expected: String) async throws {
        folder.write(text, to: "log")
        let (transcript, summary) = try await readLogs([folder.file("log")], amount: .lines(lines), access: access)
        #expect(transcript.text() == expected)
        #expect(summary == LogSummary(sourcesRead: 1, sourcesFailed: 0))
    }

    @Test("the last lines are found across blocks", arguments: [1, 10, 9_999, 10_000, 10_001, 50_000, 60_000])
    func tailAcrossBlocks(lines: Int) async throws {
        folder.write(numbered(0..<50_000), to: "log")
        let (transcript, _) = try await readLogs([folder.file("log")], amount: .lines(lines), access: access)
        #expect(transcript.text() == numbered(max(0, 50_000 - lines)..<50_000))
    }

    @Test("ten lines by default, as tail")
    func defaultLines() async throws {
        folder.write(numbered(0..<20), to: "log")
        let transcript = LogTranscript()
        try await LogReader(access: access).read(LogRequest(paths: [folder.file("log")])) { transcript.append($0) }
        #expect(transcript.text() == numbered(10..<20))
    }

    @Test("the last lines of a file of 3 GiB come from its last block")
    func large() async throws {
        folder.write("first\n", to: "log")
        _ = truncate(folder.file("log"), 3 << 30)
        folder.append("\n" + numbered(0..<5), to: "log")
        let (transcript, _) = try await readLogs([folder.file("log")], amount: .lines(5), access: access)
        #expect(transcript.text() == numbered(0..<5))
        #expect(transcript.pieces.count == 1)
    }

    @Test("a whole file comes in whole lines of bounded size")
    func whole() async throws {
        folder.write(numbered(0..<50_000), to: "log")
        let transcript = LogTranscript()
        let request = LogRequest(paths: [folder.file("log")], amount: .whole)
        try await LogReader(access: access).read(request) { event in
            transcript.append(event)
            if case .data(_, let bytes) = event { #expect(bytes.readableBytesView.last == 0x0a) }
        }
        #expect(transcript.text() == numbered(0..<50_000))
        #expect(transcript.pieces.allSatisfy { $0 <= LogFile.blockSize })
    }

    @Test("a line longer than a block is split, a missing newline at the end stays missing")
    func longLine() async throws {
        let line = String(repeating: "x", count: 300_000)
        folder.write("short\n" + line + "\nend", to: "log")
        let (transcript, _) = try await readLogs([folder.file("log")], amount: .lines(2), access: access)
        #expect(transcript.text() == line + "\nend")
        #expect(transcript.pieces.allSatisfy { $0 <= LogFile.blockSize })
    }

    @Test("binary content comes as it is")
    func binary() async throws {
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 40_503 >> 7) }
        folder.write(bytes, to: "log")
        let (transcript, _) = try await readLogs([folder.file("log")], amount: .whole, access: access)
        #expect(transcript.bytes() == bytes)
    }

    @Test("each path that cannot be read gives its sentence, and the others are read")
    func problems() async throws {
        folder.write("one\n", to: "a")
        folder.write("two\n", to: "b")
        mkdir(folder.file("folder"), 0o755)
        mkfifo(folder.file("pipe"), 0o644)
        try bindSocket(folder.file("socket"))
        symlink("/etc/hostname", folder.file("outside"))
        symlink("loop", folder.file("loop"))
        let names = ["a", "missing", "folder", "pipe", "socket", "outside", "loop", "a/below", "b"]
        let (transcript, summary) = try await readLogs(
            names.map(folder.file) + ["/etc/passwd", "relative", folder.path + "/../../etc/passwd"],
            access: access
        )
        #expect(transcript.text(0) == "one\n")
        #expect(transcript.text(8) == "two\n")
        #expect(summary == LogSummary(sourcesRead: 2, sourcesFailed: 10))
        #expect(
            transcript.notices == [
                "1: no such file on the client's machine", "2: a directory (name the files in it)",
                "3: a named pipe, not a log file", "4: a socket, not a log file",
                "5: a link to a place that the client does not share (ask them to add it to --logs)",
                "6: its path has too many symbolic links", "7: no such file on the client's machine",
                "9: the client does not share this (ask them to add it to --logs)",
                "10: not a whole path (begin it with /)",
                "11: the client does not share this (ask them to add it to --logs)",
            ]
        )
    }

    @Test("a device is refused without being opened")
    func device() async throws {
        let (transcript, _) = try await readLogs(["/dev/zero", "/dev/tty"], access: LogAccess(paths: ["/dev"]))
        #expect(transcript.notices == ["0: a device, not a log file", "1: a device, not a log file"])
    }

    @Test("a file that may not be read gives its sentence", .enabled(if: geteuid() != 0, "root may read everything"))
    func unreadable() async throws {
        folder.write("x\n", to: "log")
        chmod(folder.file("log"), 0)
        let (transcript, _) = try await readLogs([folder.file("log")], access: access)
        #expect(transcript.notices.count == 1)
        #expect(transcript.notices.first?.contains("may not read it") == true)
    }

    @Test("more files at once than the limit are refused one by one")
    func tooMany() async throws {
        folder.write("x\n", to: "log")
        let paths = Array(repeating: folder.file("log"), count: LogRequest.maximumSources + 2)
        let (transcript, summary) = try await readLogs(paths, access: access)
        #expect(summary == LogSummary(sourcesRead: 64, sourcesFailed: 2))
        #expect(transcript.notices.count == 2)
    }

    @Test("reading leaves no descriptor open, whatever ended it")
    func descriptorsClosed() async throws {
        folder.write(numbered(0..<100_000), to: "log")
        struct Enough: Error {}
        for _ in 0..<20 {
            _ = try await readLogs([folder.file("log")], access: access)
            await #expect(throws: Enough.self) {
                let request = LogRequest(paths: [folder.file("log")], amount: .whole)
                _ = try await LogReader(access: access).read(request) { _ in throw Enough() }
            }
            _ = try await follow([folder.file("log"), folder.file("log")], access: access, steps: [{}])
        }
        #expect(descriptors(leadingTo: folder.path) == 0)
    }

    @Test("cancellation ends a whole reading and a followed one")
    func cancelled() async throws {
        folder.write(numbered(0..<200_000), to: "log")
        for (amount, isFollowing) in [(LogRequest.Amount.whole, false), (.lines(1), true)] {
            let request = LogRequest(paths: [folder.file("log")], amount: amount, follow: isFollowing)
            let reader = LogReader(access: access)
            let started = Gate()
            let cancelled = Gate()
            let task = Task {
                try await reader.read(request) { _ in
                    started.open()
                    await cancelled.wait()
                }
            }
            await started.wait()
            task.cancel()
            cancelled.open()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(descriptors(leadingTo: folder.path) == 0)
        }
    }

    private func bindSocket(_ path: String) throws {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        let code = withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(code == 0)
    }
}
