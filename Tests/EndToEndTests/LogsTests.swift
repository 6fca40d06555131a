import Foundation
import Glibc
import Testing

extension EndToEnd {
    @Suite("Log files")
    struct LogsTests {
        @Test("the last lines of one file and of two")
        func lines() async throws {
            try await Self.with { stage, folder in
                try stage.write("logs/a.log", (1...50).map { "a\($0)\n" }.joined())
                try stage.write("logs/b.log", "b1\nb2\nb3\n")
                let one = try await stage.run("logs", "\(folder)/a.log", "--lines", "2")
                #expect(one.output == "a49\na50\n")
                #expect(one.status == 0)
                let two = try await stage.run("logs", "\(folder)/a.log", "\(folder)/b.log", "--lines", "1")
                #expect(two.output == "==> \(folder)/a.log <==\na50\n\n==> \(folder)/b.log <==\nb3\n")
                #expect(two.status == 0)
            }
        }

        @Test("what cannot be read is said in a sentence, and the rest is printed")
        func unreadable() async throws {
            try await Self.with { stage, folder in
                try stage.write("logs/good.log", "good\n")
                let outside = try stage.write("outside.log", "secret\n")
                symlink(outside, "\(folder)/link.log")
                for (path, sentence) in [
                    ("\(folder)/none.log", "no such file on the client's machine"), (folder, "a directory"),
                    (outside, "the client does not share this"), ("\(folder)/../outside.log", "does not share this"),
                    ("\(folder)/link.log", "a link to a place that the client does not share"),
                ] {
                    let logs = try await stage.run("logs", path, "\(folder)/good.log")
                    #expect(logs.status == 1)
                    #expect(logs.errorOutput.contains(sentence), "\(logs.story)")
                    #expect(logs.output.contains("good\n"), "\(logs.story)")
                    #expect(!logs.output.contains("secret"))
                }
            }
        }

        @Test("a binary file is no trouble")
        func binary() async throws {
            try await Self.with { stage, folder in
                let bytes = Data((0..<4096).map { UInt8($0 % 256) })
                try bytes.write(to: URL(fileURLWithPath: "\(folder)/binary.log"))
                let pipe = try stage.pipe()
                let sum = try stage.start("cmp", ["-", "\(folder)/binary.log"], input: .descriptor(pipe.read))
                let logs = try stage.start(
                    Programs.lotse,
                    ["logs", "\(folder)/binary.log", "--lines", "4096"],
                    output: pipe.write
                )
                pipe.close()
                #expect(try await logs.ended() == 0)
                #expect(try await sum.ended() == 0, "\(sum.story)")
            }
        }

        @Test("following sees new lines, a rotation and a truncation")
        func follow() async throws {
            try await Self.with { stage, folder in
                let path = try stage.write("logs/live.log", "first\n")
                let follow = try stage.lotse("logs", path, "--follow", input: .open)
                try await follow.says("first\n")
                try Self.append("appended\n", to: path)
                try await follow.says("appended\n")

                rename(path, path + ".1")
                try Self.append("late word\n", to: path + ".1")
                try Self.append("rotated\n", to: path)
                try await follow.says("rotated\n")
                #expect(follow.output.contains("late word\n"))

                truncate(path, 0)
                try await follow.complains("truncated")
                try Self.append("truncated\n", to: path)
                try await follow.says("truncated\n")
                follow.signal(SIGINT)
                #expect(try await follow.ended() == 0)
                #expect(follow.output == "first\nappended\nlate word\nrotated\ntruncated\n")
            }
        }

        static func with(_ body: (Stage, _ folder: String) async throws -> Void) async throws {
            try await Stage.with { stage in
                let folder = stage.folder + "/files/logs"
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
                _ = try await stage.session(agentOptions: ["--logs", folder])
                try await body(stage, folder)
            }
        }

        static func append(_ text: String, to path: String) throws {
            let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT, 0o600)
            guard descriptor >= 0 else { throw Failure("\(path) cannot be opened") }
            defer { close(descriptor) }
            let bytes = Array(text.utf8)
            guard write(descriptor, bytes, bytes.count) == bytes.count else {
                throw Failure("\(path) cannot be written")
            }
        }
    }
}
