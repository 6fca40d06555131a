import NIOCore
import Synchronization
import Testing

@testable import Agent

#if canImport(Glibc)
import Glibc
#endif

@Suite struct LogAccessTests {
    let temporary = TemporaryFolder()
    var folder: LogFolder { LogFolder(path: temporary.path) }

    private func kind(_ path: String, _ paths: [String]) -> LogProblem.Kind? {
        switch LogAccess(paths: paths).open(path) {
        case .success: nil
        case .failure(let problem): problem.kind
        }
    }

    @Test("paths are compared component by component after . and .. are resolved")
    func components() {
        mkdir(folder.file("log"), 0o755)
        mkdir(folder.file("logs"), 0o755)
        folder.write("", to: "log/a")
        folder.write("", to: "logs/a")
        let shared = [folder.file("log")]
        #expect(kind(folder.file("log/a"), shared) == nil)
        #expect(kind(folder.file("log//./a"), shared) == nil)
        #expect(kind(folder.file("logs/../log/a"), shared) == nil)
        #expect(kind(folder.file("logs/a"), shared) == .notShared)
        #expect(kind(folder.file("log/../logs/a"), shared) == .notShared)
        #expect(kind(folder.file("log"), shared) == .directory)
        #expect(kind(folder.path, shared) == .notShared)
        #expect(kind("/", shared) == .notShared)
        #expect(kind("/", ["/"]) == .directory)
        #expect(kind("log/a", shared) == .notAbsolute)
        #expect(kind("", shared) == .notAbsolute)
        #expect(kind(folder.file("log/a") + "\0", shared) == .notAbsolute)
        #expect(kind(folder.file("log/") + String(repeating: "a", count: 5_000), shared) == .notAbsolute)
    }

    @Test("a single file can be shared without its neighbours")
    func singleFile() {
        folder.write("", to: "a")
        folder.write("", to: "b")
        #expect(kind(folder.file("a"), [folder.file("a")]) == nil)
        #expect(kind(folder.file("b"), [folder.file("a")]) == .notShared)
        #expect(kind(folder.file("a/x"), [folder.file("a")]) == .missing)
    }

    @Test("links may lead about within what is shared, and not out of it")
    func links() {
        mkdir(folder.file("in"), 0o755)
        mkdir(folder.file("out"), 0o755)
        folder.write("", to: "in/a")
        folder.write("", to: "out/b")
        symlink("a", folder.file("in/inside"))
        symlink("../out/b", folder.file("in/outside"))
        symlink("../out", folder.file("in/folder"))
        symlink("in", folder.file("alias"))
        #expect(kind(folder.file("in/inside"), [folder.file("in")]) == nil)
        #expect(kind(folder.file("in/outside"), [folder.file("in")]) == .leadsOutside)
        #expect(kind(folder.file("in/folder/b"), [folder.file("in")]) == .leadsOutside)
        #expect(kind(folder.file("in/outside"), [folder.file("in"), folder.file("out")]) == nil)
        #expect(kind(folder.file("alias/a"), [folder.file("alias")]) == nil)
        #expect(kind(folder.file("in/a"), [folder.file("alias")]) == nil)
        #expect(kind(folder.file("alias/a"), [folder.file("in")]) == .notShared)
    }

    @Test("the kernel opens nothing beneath a folder through a link, magic links and .. included")
    func beneath() throws {
        mkdir(folder.file("in"), 0o755)
        folder.write("secret", to: "out")
        folder.write("", to: "in/a")
        symlink("../out", folder.file("in/link"))
        symlink("a", folder.file("in/inside"))
        symlink("/", folder.file("in/root"))
        symlink("/proc/self/root", folder.file("in/magic"))
        let components = try #require(LogPath(folder.file("in"))).components
        let shared = try FolderDescriptor(components)
        close(try shared.open(["a"], O_RDONLY))
        for way in [["link"], ["inside"], ["..", "out"], ["root", "etc", "passwd"], ["magic", "etc", "passwd"]] {
            #expect(throws: SystemFailure.self) { _ = try shared.open(way, O_RDONLY) }
            // A link itself may be looked at, never through.
            let seen = try? shared.mode(of: way)
            #expect(seen == nil || seen.map { $0 & S_IFMT } == S_IFLNK)
        }
        // Nor does it come to a folder by a link.
        symlink("in", folder.file("alias"))
        #expect(throws: SystemFailure.self) { _ = try FolderDescriptor(components.dropLast() + ["alias"]) }
        let process = try FolderDescriptor(["proc", "self"].dropLast() + ["\(getpid())"])
        #expect(throws: SystemFailure.self) { _ = try process.open(["root", "etc", "passwd"], O_RDONLY) }
        #expect(throws: SystemFailure.self) { _ = try process.open(["exe"], O_RDONLY) }
    }

    @Test("a folder that is swapped for a link while files are opened never leads out of what is shared")
    func swapped() async throws {
        for name in ["in", "in/logs", "out"] { mkdir(folder.file(name), 0o755) }
        folder.write("ours", to: "in/logs/a")
        folder.write("secret", to: "out/a")
        let (logs, aside, link) = (folder.file("in/logs"), folder.file("in/aside"), folder.file("in/link"))
        symlink("../out", link)
        let access = LogAccess(paths: [folder.file("in")])
        let path = folder.file("in/logs/a")
        let rounds = Mutex(0)
        let swapping = Task.detached {
            while !Task.isCancelled {
                rename(logs, aside)
                rename(link, logs)
                rename(logs, link)
                rename(aside, logs)
                rounds.withLock { $0 += 1 }
            }
        }
        var opened = 0
        for attempt in 0..<1_000_000 {
            if attempt >= 20_000, opened > 0, rounds.withLock({ $0 }) > 100 { break }
            guard case .success(let file) = access.open(path) else { continue }
            let content = try file.read(at: 0, count: 10)
            #expect(String(buffer: content) == "ours")
            opened += 1
        }
        swapping.cancel()
        await swapping.value
        #expect(opened > 0 && rounds.withLock { $0 } > 100)
    }

    @Test("what is not shared gives the same answer whether it exists or not")
    func noOracle() {
        #expect(kind("/etc/passwd", [folder.path]) == .notShared)
        #expect(kind("/etc/no-such-file", [folder.path]) == .notShared)
    }

    @Test("with no list it is /var/log, with an empty list or relative entries nothing")
    func standard() {
        #expect(LogAccess().paths == ["/var/log"])
        #expect(kind("/etc/passwd", []) == .notShared)
        #expect(kind("/etc/passwd", ["etc", ""]) == .notShared)
    }

    @Test("system errors have their sentence")
    func sentences() {
        #expect(LogProblem(code: EACCES, path: "/x").kind == .unreadable)
        #expect(LogProblem(code: ENOENT, path: "/x").kind == .missing)
        #expect(
            LogProblem(code: EMFILE, path: "/x").description == "/x: cannot be read: the limit of open files is reached"
        )
        #expect(LogProblem(code: EIO, path: "/x").description == "/x: cannot be read: Input/output error")
    }

    @Test("an opened file is close-on-exec and does not block")
    func flags() throws {
        folder.write("x", to: "a")
        let file = try LogAccess(paths: [folder.path]).open(folder.file("a")).get()
        let information = try withExtendedLifetime(file) {
            let descriptor = try #require(
                names(in: "/proc/self/fd").first { realPath("/proc/self/fd/\($0)") == folder.file("a") }
            )
            return try String(decoding: bytes(ofFile: "/proc/self/fdinfo/\(descriptor)"), as: UTF8.self)
        }
        let line = try #require(information.split(separator: "\n").first { $0.hasPrefix("flags:") })
        let flags = try #require(Int32(line.split(separator: "\t")[1], radix: 8))
        #expect(flags & O_CLOEXEC != 0)
        #expect(flags & O_NONBLOCK != 0)
        #expect(flags & O_ACCMODE == O_RDONLY)
    }

    private func realPath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
