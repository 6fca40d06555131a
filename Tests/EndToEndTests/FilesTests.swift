import Foundation
import Glibc
import Receipts
import Testing

extension EndToEnd {
    @Suite("Files")
    struct FilesTests {
        @Test("a file comes and goes whole, with its hash, seen by the client, and stands in what both signed")
        func both() async throws {
            try await Self.with { stage, session, there, here in
                let digest = try Self.fill(there + "/shop.db", megabytes: 40)
                let get = try await stage.run("get", there + "/shop.db", "--output", here + "/copy.db")
                #expect(get.status == 0, "\(get.story)")
                #expect(get.output.isEmpty)
                #expect(get.errorOutput.contains("40.0 MB in "))
                #expect(get.errorOutput.contains("SHA-256 \(digest)"))
                #expect(try Self.digest(here + "/copy.db") == digest)
                let put = try await stage.run("put", here + "/copy.db", there + "/back.db")
                #expect(put.status == 0, "\(put.story)")
                #expect(put.errorOutput.contains("SHA-256 \(digest)"))
                #expect(try Self.digest(there + "/back.db") == digest)
                #expect(Self.names(there) == ["back.db", "shop.db"])
                #expect(Self.names(here) == ["copy.db"])
                // A folder is meant as one, and what is there already is not sent again.
                #expect(try await stage.run("get", there + "/back.db", "--output", here).status == 0)
                #expect(try await stage.run("put", here + "/back.db", there + "/").errorOutput.contains("already"))
                #expect(try await stage.run("end", "--summary", "copied").status == 0)
                #expect(try await session.agent.ended() == 0)
                let screen = session.agent.output
                #expect(screen.contains("[1] fetches: \(there)/shop.db (40.0 MB)\n"))
                #expect(screen.contains("[1] was fetched after "))
                #expect(screen.contains("[2] puts: \(there)/back.db (40.0 MB)\n"))
                #expect(screen.contains("SHA-256 \(digest.prefix(16))…"))
                // The receipt is signed only where both ends know of the same actions.
                let row = try await stage.closedRecord(of: session.id)
                #expect(row.state == "ended")
                #expect(try await stage.ledgerIsWhole())
            }
        }

        @Test("Ctrl-C stops a transfer; the same command goes on from there")
        func interrupted() async throws {
            try await Self.with { stage, session, there, here in
                let digest = try Self.fill(there + "/big", megabytes: 100)
                let get = try stage.lotse("get", there + "/big", "--output", here + "/big")
                try await Self.grows(here + "/big.lotse-part", get)
                get.signal(SIGINT)
                #expect(try await get.ended() == 130)
                #expect(get.errorOutput.contains("stopped; what arrived is in \(here)/big.lotse-part"))
                #expect(Self.names(here) == ["big.lotse-part"])
                let again = try await stage.run("get", there + "/big", "--output", here + "/big")
                #expect(again.status == 0, "\(again.story)")
                #expect(again.errorOutput.contains("came before"))
                #expect(try Self.digest(here + "/big") == digest)

                let put = try stage.lotse("put", here + "/big", there + "/copy")
                try await Self.grows(there + "/copy.lotse-part", put)
                put.signal(SIGINT)
                #expect(try await put.ended() == 130)
                try await session.agent.says("is kept in \(there)/copy.lotse-part")
                #expect(Self.names(there) == ["big", "copy.lotse-part"])
                let on = try await stage.run("put", here + "/big", there + "/copy")
                #expect(on.status == 0, "\(on.story)")
                #expect(on.errorOutput.contains("came before"))
                #expect(try Self.digest(there + "/copy") == digest)
                #expect(Self.names(here) == ["big"])
                #expect(Self.names(there) == ["big", "copy"])
            }
        }

        @Test("a cut in the middle leaves nothing wrong; another session goes on from there")
        func cut() async throws {
            try await Self.with(resumeSeconds: 0) { stage, session, there, here in
                let digest = try Self.fill(here + "/big", megabytes: 100)
                let put = try stage.lotse("put", here + "/big", there + "/big")
                try await Self.grows(there + "/big.lotse-part", put)
                kill(session.holder, SIGKILL)
                #expect(try await put.ended() == 1)
                #expect(put.errorOutput.contains("holder is gone"))
                try await session.agent.ended()
                #expect(Self.names(there) == ["big.lotse-part"])
                let next = try await stage.session(agentOptions: ["--grant", "run,files"])
                let on = try await stage.run("put", here + "/big", there + "/big", "--session", next.id)
                #expect(on.status == 0, "\(on.story)")
                #expect(on.errorOutput.contains("came before"))
                #expect(try Self.digest(there + "/big") == digest)
            }
        }

        @Test("a partial file that is no beginning of this one is begun anew")
        func foreignPart() async throws {
            try await Self.with { stage, _, there, here in
                let digest = try Self.fill(there + "/a", megabytes: 3)
                _ = try Self.fill(here + "/a.lotse-part", megabytes: 2)
                let get = try await stage.run("get", there + "/a", "--output", here + "/a")
                #expect(get.status == 0, "\(get.story)")
                #expect(!get.errorOutput.contains("came before"))
                #expect(try Self.digest(here + "/a") == digest)
                _ = try Self.fill(there + "/b.lotse-part", megabytes: 2)
                #expect(try await stage.run("put", here + "/a", there + "/b").status == 0)
                #expect(try Self.digest(there + "/b") == digest)
            }
        }

        @Test("nothing is overwritten unasked, at neither end")
        func existing() async throws {
            try await Self.with { stage, session, there, here in
                let digest = try Self.fill(there + "/a", megabytes: 1)
                let other = try Self.fill(here + "/a", megabytes: 2)
                let get = try await stage.run("get", there + "/a", "--output", here + "/a")
                #expect(get.status == 1)
                #expect(get.errorOutput.contains("there is such a file already (--replace"))
                let put = try await stage.run("put", here + "/a", there + "/a")
                #expect(put.status == 1)
                #expect(put.errorOutput.contains("there is such a file already (--replace"))
                #expect(try Self.digest(there + "/a") == digest)
                #expect(try Self.digest(here + "/a") == other)
                #expect(try await stage.run("put", here + "/a", there + "/a", "--replace").status == 0)
                #expect(try Self.digest(there + "/a") == other)
                #expect(session.agent.output.contains("replaces: \(there)/a (1.0 MB by 2.0 MB)"))
                #expect(Self.names(there) == ["a"])
            }
        }

        @Test("a disk that fills is a sentence, and leaves no wrong file; room lets it go on")
        func full() async throws {
            try await Self.with { stage, _, there, here in
                let digest = try Self.fill(there + "/a", megabytes: 20)
                // A limit of 4096 blocks of 512 bytes stands for the disk: the write fails in the same way.
                let get = try stage.start(
                    "sh",
                    [
                        "-c", "ulimit -f 4096; exec \"$0\" get \"$1\" --output \"$2\"", Programs.lotse, there + "/a",
                        here + "/a",
                    ]
                )
                #expect(try await get.ended() == 1)
                #expect(get.errorOutput.contains("there is no room for it"), "\(get.story)")
                #expect(Self.names(here) == ["a.lotse-part"])
                let again = try await stage.run("get", there + "/a", "--output", here + "/a")
                #expect(again.status == 0)
                #expect(again.errorOutput.contains("came before"))
                #expect(try Self.digest(here + "/a") == digest)
            }
        }

        @Test("a client's disk that fills is left as it was")
        func clientFull() async throws {
            try await Stage.with { stage in
                try await stage.addContract(Self.contract)
                let (there, here) = try Self.folders(stage)
                _ = try Self.fill(here + "/a", megabytes: 20)
                let invitation = try await stage.invite()
                let agent = try stage.start(
                    "sh",
                    [
                        "-c", "ulimit -f 4096; exec \"$0\" \"$@\"", Programs.agent, "--relay", stage.address, "--ca",
                        stage.relayFolder + "/tls/ca.pem", "--yes", "--grant", "run,files",
                    ],
                    input: .text(invitation.code + "\n")
                )
                #expect(try await stage.run("connect", "--background").status == 0)
                let put = try await stage.run("put", here + "/a", there + "/a")
                #expect(put.status == 1)
                #expect(put.errorOutput.contains("there is no room for it"), "\(put.story)")
                #expect(agent.output.contains("there is no room for it on this computer"))
                #expect(Self.names(there).isEmpty)
                #expect(try await stage.run("run", "--", "true").status == 0)
            }
        }

        @Test("what is no file, and what the client does not share, is a sentence and no file")
        func refusals() async throws {
            try await Self.with(shares: true) { stage, _, there, here in
                try Data("x".utf8).write(to: URL(fileURLWithPath: there + "/a"))
                mkfifo(there + "/pipe", 0o600)
                symlink("/etc/passwd", there + "/link")
                for (path, sentence) in [
                    (there, "a folder"), (there + "/none", "no such file"), (there + "/pipe", "not a regular file"),
                    (there + "/link", "a symbolic link"), ("/etc/passwd", "does not share this"),
                    (there + "/../../../etc/passwd", "without .."), ("a", "not a whole path"),
                    (there + "/.key", "a dot in front"),
                ] {
                    let get = try await stage.run("get", path, "--output", here + "/out")
                    #expect(get.status == 1, "\(path)")
                    #expect(get.errorOutput.contains(" on the client's machine: "), "\(get.story)")
                    #expect(get.errorOutput.contains(sentence), "\(get.story)")
                    #expect(Self.names(here).isEmpty, "\(path)")
                }
                for (file, sentence) in [
                    (here, "a folder"), (here + "/none", "no such file"), ("/dev/zero", "not a regular"),
                ] {
                    let put = try await stage.run("put", file, there + "/in")
                    #expect(put.status == 1)
                    #expect(put.errorOutput.contains(sentence), "\(put.story)")
                    #expect(!put.errorOutput.contains("the client's machine"), "\(put.story)")
                }
                #expect(try await stage.run("put", there + "/a", "/tmp/lotse-outside").status == 1)
                #expect(try await stage.run("put", there + "/a", there + "/.profile").status == 1)
                #expect(Self.names(there) == ["a", "link", "pipe"])
            }
        }

        // MARK: - Helpers

        private static let contract = ExampleContract.text + "access: { grants: [run, files] }\n"

        private static func folders(_ stage: Stage) throws -> (there: String, here: String) {
            let folders = (stage.folder + "/files/there", stage.folder + "/files/here")
            for folder in [folders.0, folders.1] {
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
            }
            return folders
        }

        private static func with(
            shares: Bool = false,
            resumeSeconds: Int? = nil,
            _ body: (Stage, Session, _ there: String, _ here: String) async throws -> Void
        ) async throws {
            try await Stage.with(resumeSeconds: resumeSeconds) { stage in
                try await stage.addContract(contract)
                let (there, here) = try folders(stage)
                let options = ["--grant", "run,files"] + (shares ? ["--files", there] : [])
                try await body(stage, try await stage.session(agentOptions: options), there, here)
            }
        }

        /// Writes bytes that nobody could guess, and gives their SHA-256.
        private static func fill(_ path: String, megabytes: Int) throws -> String {
            var hash = SHA256()
            _ = FileManager.default.createFile(atPath: path, contents: nil)
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            let random = try FileHandle(forReadingFrom: URL(fileURLWithPath: "/dev/urandom"))
            for _ in 0..<megabytes {
                let bytes = try random.read(upToCount: 1_000_000) ?? Data()
                bytes.withUnsafeBytes { hash.update($0) }
                try file.write(contentsOf: bytes)
            }
            try file.close()
            return hash.finish().hex
        }

        private static func digest(_ path: String) throws -> String {
            var hash = SHA256()
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            while let bytes = try file.read(upToCount: 1 << 20), !bytes.isEmpty {
                bytes.withUnsafeBytes { hash.update($0) }
            }
            return hash.finish().hex
        }

        private static func names(_ folder: String) -> [String] {
            ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
        }

        /// Waits until some of a file has arrived.
        private static func grows(_ path: String, _ program: Program) async throws {
            try await eventually("\(path) grows", of: program) {
                guard program.status == nil else { throw Failure(program.story) }
                var status = stat()
                return stat(path, &status) == 0 && status.st_size > 1_000_000 ? true : nil
            }
        }
    }
}
