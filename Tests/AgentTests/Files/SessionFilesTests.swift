import Contracts
import FileTransfers
import FoundationEssentials
import Glibc
import NIOCore
import Receipts
import SupportChannel
import Testing

@testable import Agent

@Suite("Files in a session", .timeLimit(.minutes(5)))
struct SessionFilesTests {
    /// A session in which files are granted, and a folder for them.
    private static func with(
        _ run: AgentRun? = nil,
        files: [String]? = nil,
        largest: Int64? = nil,
        _ operate: @escaping @Sendable (OperatorEnd, _ folder: String) async throws -> Void
    ) async throws -> String {
        let run = try run ?? AgentRun(grants: [.run, .files])
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("lotse-files-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        let folder = url.resolvingSymlinksInPath().path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let access = Contract.Access(
            grants: [.run, .files],
            files: files?.map { folder + $0 },
            largestFileBytes: largest
        )
        _ = try await run.with { end in
            try await end.offer(Samples.terms(try Samples.contract(access: access), grants: ["run", "files"]))
            try await operate(end, folder)
            try await end.end()
        }
        return run.screen.text
    }

    private static func text(_ path: String) -> String? {
        (try? Data(contentsOf: URL(filePath: path))).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func write(_ path: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path))
    }

    private static func names(_ folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    }

    // MARK: - get

    @Test("a file is shown with its size, and comes with its SHA-256")
    func get() async throws {
        let screen = try await Self.with { end, folder in
            try Self.write(folder + "/a.txt", "one two")
            let got = try await end.get(GetParameters(path: folder + "/a.txt"))
            #expect(got.text == "one two")
            #expect(got.header == TransferHeader(size: 7, offset: 0))
            #expect(got.result == TransferResult(size: 7, digest: Digest.sha256("one two").hex))
        }
        #expect(screen.contains("[1] fetches: /"))
        #expect(screen.contains("/a.txt (7 bytes)\n"))
        #expect(screen.contains("[1] was fetched after "))
    }

    @Test("only a beginning of this very file is gone on from")
    func resumes() async throws {
        _ = try await Self.with { end, folder in
            try Self.write(folder + "/a.txt", "one two")
            let path = folder + "/a.txt"
            let right = GetParameters(path: path, offset: 4, prefix: Digest.sha256("one ").hex)
            #expect(try await end.get(right).text == "two")
            #expect(try await end.get(right).result?.digest == Digest.sha256("one two").hex)
            for (offset, prefix) in [(4, "two "), (8, "one two!"), (-1, ""), (Int64.max, "x")] {
                let wrong = GetParameters(path: path, offset: offset, prefix: Digest.sha256(prefix).hex)
                let got = try await end.get(wrong)
                #expect(got.header?.offset == 0)
                #expect(got.text == "one two")
            }
            let whole = GetParameters(path: path, offset: 7, prefix: Digest.sha256("one two").hex)
            #expect(try await end.get(whole).text.isEmpty)
        }
    }

    @Test("what is no file to fetch is refused before anybody is asked, and the client sees it")
    func refusals() async throws {
        let screen = try await Self.with(files: ["/shared", "/.listed"], largest: 100) { end, folder in
            let shared = folder + "/shared"
            for path in [shared, folder + "/.listed", shared + "/folder", shared + "/.hidden"] {
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            }
            try Self.write(shared + "/large", String(repeating: "x", count: 101))
            try Self.write(folder + "/outside", "secret")
            try Self.write(shared + "/.hidden/key", "secret")
            try Self.write(folder + "/.listed/fine", "fine")
            symlink(folder + "/outside", shared + "/link")
            symlink(folder, shared + "/up")
            mkfifo(shared + "/pipe", 0o600)
            for (path, status, words) in [
                (shared + "/none", 404, "no such file"), (shared + "/folder", 409, "a folder"),
                (shared + "/", 409, "a folder"), (shared + "/link", 409, "a symbolic link"),
                (shared + "/pipe", 409, "not a regular file"), (shared + "/large", 413, "larger than"),
                (folder + "/outside", 403, "does not share this"), (folder + "/none", 403, "does not share this"),
                (shared + "/up/outside", 403, "leads to a place"), (shared + "/.hidden/key", 403, "a dot in front"),
                (shared + "/../outside", 400, "without .."), ("outside", 400, "not a whole path"),
                (shared + "/a\u{1b}[2Jb", 400, "not a name"), (shared + "/a\u{202e}b", 400, "not a name"),
                ("/dev/zero", 403, "does not share this"),
            ] {
                let refusal = await #expect(throws: Refusal.self) { try await end.get(GetParameters(path: path)) }
                #expect(refusal?.status == status, "\(path) \(String(describing: refusal))")
                #expect(refusal?.message.contains(words) == true, "\(path) \(String(describing: refusal))")
            }
            #expect(try await end.get(GetParameters(path: folder + "/.listed/fine")).text == "fine")
        }
        #expect(screen.contains("refused: "))
        #expect(!screen.contains("\u{1b}[2J"))
        #expect(!screen.contains("\u{202e}"))
    }

    @Test("a client who does not grant files gives and takes none")
    func notGranted() async throws {
        _ = try await Self.with(try AgentRun(grants: [.run])) { end, folder in
            let refusal = Refusal(status: 403, message: "the client does not allow fetching and putting files")
            await #expect(throws: refusal) { try await end.get(GetParameters(path: folder + "/a")) }
            await #expect(throws: refusal) { try await end.put(folder + "/a", "x") }
        }
    }

    // MARK: - put

    @Test("a file that is put has its name at the end, cannot run, and is shown")
    func put() async throws {
        let screen = try await Self.with { end, folder in
            let result = try await end.put(folder + "/a.txt", "one two")
            #expect(result.digest == Digest.sha256("one two").hex)
            #expect(Self.text(folder + "/a.txt") == "one two")
            #expect(Self.names(folder) == ["a.txt"])
            let mode = try FileManager.default.attributesOfItem(atPath: folder + "/a.txt")[.posixPermissions] as? Int
            #expect(try #require(mode) & 0o111 == 0)
        }
        #expect(screen.contains("[1] puts: "))
        #expect(screen.contains("/a.txt (7 bytes)\n"))
        #expect(screen.contains("[1] was put after "))
    }

    @Test("a peer that lies about size or digest leaves nothing under the name, and nothing beside it")
    func lies() async throws {
        let screen = try await Self.with { end, folder in
            let path = folder + "/a.txt"
            let lies: [(size: Int64, digest: String, text: String)] = [
                (7, "another", "one two"), (3, "one", "one two"), (7, "one two", "two one"),
            ]
            for lie in lies {
                let result = try await end.put(
                    PutParameters(path: path, size: lie.size, digest: Digest.sha256(lie.digest).hex),
                    lie.text
                )
                #expect(result.digest == nil)
                #expect(result.message?.contains("not what was announced") == true)
                #expect(Self.names(folder).isEmpty)
            }
            for (size, digest) in [(-1, Digest.sha256("").hex), (0, "abc"), (0, "")] {
                let refusal = await #expect(throws: Refusal.self) {
                    try await end.put(PutParameters(path: path, size: Int64(size), digest: digest), "")
                }
                #expect(refusal?.status == 400)
            }
        }
        #expect(screen.contains("[1] failed: what arrived is not what was announced, and was thrown away"))
    }

    @Test("what breaks off is kept beside the name, and the next attempt goes on from there")
    func resumesPut() async throws {
        let screen = try await Self.with { end, folder in
            let path = folder + "/a.txt"
            let parameters = PutParameters(path: path, size: 7, digest: Digest.sha256("one two").hex)
            let first = try await end.put(parameters, "one ")
            #expect(first.message?.contains("not all of it arrived") == true)
            #expect(Self.names(folder) == ["a.txt.lotse-part"])
            let header = OneShot<TransferHeader>()
            let second = try await end.put(parameters, "two", from: 4, header: header)
            #expect(header.current == TransferHeader(size: 7, offset: 4, prefix: Digest.sha256("one ").hex))
            #expect(second.digest == Digest.sha256("one two").hex)
            #expect(Self.text(path) == "one two")
            // Where it is not this file's beginning, the operator begins anew.
            try Self.write(folder + "/b.txt.lotse-part", "junk")
            #expect(try await end.put(folder + "/b.txt", "one two").digest != nil)
            #expect(Self.text(folder + "/b.txt") == "one two")
        }
        #expect(screen.contains("[1] what arrived so far (4 bytes) is kept in /"))
    }

    @Test("nothing is overwritten unasked; the same file is there already; with replaces it is said and done")
    func existing() async throws {
        let screen = try await Self.with { end, folder in
            let path = folder + "/a.txt"
            try Self.write(path, "old one")
            for text in ["new one", "longer than that"] {
                let refusal = await #expect(throws: Refusal.self) { try await end.put(path, text) }
                #expect(refusal?.status == 409)
                #expect(refusal?.message.contains("--replace") == true)
            }
            #expect(try await end.put(path, "old one").message == "it was there already")
            let parameters = PutParameters(path: path, size: 3, digest: Digest.sha256("new").hex, replaces: true)
            #expect(try await end.put(parameters, "new").digest != nil)
            #expect(Self.text(path) == "new")
            symlink("a.txt", folder + "/link")
            let refusal = await #expect(throws: Refusal.self) { try await end.put(folder + "/link", "new") }
            #expect(refusal?.message.contains("a symbolic link") == true)
        }
        #expect(screen.contains("[4] replaces: ") || screen.contains("[3] replaces: "))
        #expect(screen.contains("(7 bytes by 3 bytes)"))
    }

    @Test("files may be put only where the client shares, never over the agreed size, never under a hidden name")
    func placesForPut() async throws {
        _ = try await Self.with(files: [""], largest: 10) { end, folder in
            for (path, status) in [
                ("/tmp/lotse-nowhere", 403), (folder + "/.bashrc", 403), (folder + "/none/a", 404),
                (folder + "/../a", 400), (folder, 409),
            ] {
                let refusal = await #expect(throws: Refusal.self) { try await end.put(path, "x") }
                #expect(refusal?.status == status, "\(path) \(String(describing: refusal))")
            }
            let refusal = await #expect(throws: Refusal.self) { try await end.put(folder + "/a", "eleven byte") }
            #expect(refusal?.status == 413)
            #expect(Self.names(folder).isEmpty)
        }
    }

    // MARK: - The client

    @Test(
        "each transfer is asked about; a no leaves nothing, and an overwriting is asked about even after a yes to all"
    )
    func asks() async throws {
        let run = try AgentRun(
            typed: [Samples.code, "y"],
            agrees: false,
            approval: .each,
            grants: [.run, .files]
        )
        let screen = try await Self.with(run) { end, folder in
            let path = folder + "/a.txt"
            let refused = Task { try await end.put(path, "one") }
            await run.screen.wait(for: "[1] wants to put: ")
            run.input.append("n")
            await #expect(throws: Refusal(status: 403, message: "the client said no to this")) {
                try await refused.value
            }
            #expect(Self.names(folder).isEmpty)
            let allowed = Task { try await end.put(path, "one") }
            await run.screen.wait(for: "[2] wants to put: ")
            run.input.append("a")
            let done = try await allowed.value
            #expect(done.digest != nil)
            #expect(try await end.get(GetParameters(path: path)).text == "one")
            let parameters = PutParameters(path: path, size: 3, digest: Digest.sha256("two").hex, replaces: true)
            let replaced = Task { try await end.put(parameters, "two") }
            await run.screen.wait(for: "[4] wants to REPLACE your file: ")
            run.input.append("n")
            await #expect(throws: Refusal.self) { try await replaced.value }
            #expect(Self.text(path) == "one")
        }
        #expect(!screen.contains("[3] wants to fetch"))
    }

    @Test("what is taken back stops, keeps no name, and begins no more")
    func takenBack() async throws {
        let run = try AgentRun(
            typed: [Samples.code, "y"],
            agrees: false,
            approval: .session,
            grants: [.files]
        )
        let screen = try await Self.with(run) { end, folder in
            let path = folder + "/a.txt"
            let parameters = PutParameters(path: path, size: 7, digest: Digest.sha256("one two").hex)
            let header = OneShot<TransferHeader>()
            let stopped = Task { try await end.put(parameters, "one ", header: header, isOpen: true) }
            _ = await header.wait()
            await run.screen.wait(for: "[1] puts: ")
            run.input.append("r")
            run.input.append("1")
            let said = try await stopped.value
            #expect(said.message?.contains("took this back") == true)
            #expect(Self.text(path) == nil)
            let refusal = await #expect(throws: Refusal.self) { try await end.put(path, "x") }
            #expect(refusal?.status == 403)
        }
        #expect(screen.contains("Taken back: files."))
    }
}

extension OperatorEnd {
    struct Got: Sendable {
        var header: TransferHeader?
        var text = ""
        var result: TransferResult?
    }

    func get(_ parameters: GetParameters) async throws -> Got {
        try await perform("get", parameters) { replies, _ in
            var got = Got()
            while let frame = try await replies.next() {
                switch frame.kind {
                case .notice: got.header = try frame.decoded(as: TransferHeader.self)
                case .output: got.text += String(buffer: frame.payload)
                case .result: got.result = try frame.decoded(as: TransferResult.self)
                default: break
                }
            }
            return got
        }
    }

    /// Puts a text as an honest operator does who begins anew.
    func put(_ path: String, _ text: String) async throws -> TransferResult {
        try await put(PutParameters(path: path, size: Int64(text.utf8.count), digest: Digest.sha256(text).hex), text)
    }

    /// - Parameter isOpen: whether the end of the input is withheld.
    func put(
        _ parameters: PutParameters,
        _ text: String,
        from offset: Int64 = 0,
        header: OneShot<TransferHeader> = OneShot(),
        isOpen: Bool = false
    ) async throws -> TransferResult {
        try await perform("put", parameters) { replies, requests in
            while let frame = try await replies.next() {
                switch frame.kind {
                case .notice:
                    header.resolve(try frame.decoded(as: TransferHeader.self))
                    let start = try JSONEncoder().encode(TransferStart(offset: offset))
                    try await requests.send(ActionFrame(.parameters, ByteBuffer(bytes: start)))
                    try await requests.send(ActionFrame(.input, ByteBuffer(string: text)))
                    if !isOpen { try await requests.send(ActionFrame(.inputEnd)) }
                case .result: return try frame.decoded(as: TransferResult.self)
                default: break
                }
            }
            throw ChannelError.eof
        }
    }
}
