import Foundation
import Glibc
import Testing

extension EndToEnd.LogsTests {
    @Test("a pattern names files within the granted folder alone, each with its name")
    func pattern() async throws {
        try await Self.with { stage, folder in
            try stage.write("logs/a.log", "a1\na2\n")
            try stage.write("logs/b.log", "b1\n")
            try stage.write("logs/c.txt", "c1\n")
            try stage.write("outside.log", "outside\n")
            symlink("\(stage.folder)/files/outside.log", "\(folder)/z.log")
            let logs = try await stage.run("logs", "\(folder)/*.log", "--lines", "1")
            #expect(logs.output == "==> \(folder)/a.log <==\na2\n\n==> \(folder)/b.log <==\nb1\n")
            #expect(logs.errorOutput.contains("z.log: a link to a place that the client does not share"))
            #expect(logs.status == 1)
            for outside in ["\(stage.folder)/files/*.log", "\(folder)/../*.log", "\(folder)/*.none"] {
                let none = try await stage.run("logs", outside)
                #expect(none.output.isEmpty)
                #expect(none.errorOutput.contains("matches no file that the client shares"), "\(none.story)")
                #expect(none.status == 1)
            }
        }
    }

    @Test("journald is read by journalctl where its folder is granted, and not where it is not")
    func journal() async throws {
        try await Self.with { stage, folder in
            let refused = try await stage.run("logs", "journal:ssh.service")
            #expect(refused.status == 1)
            #expect(refused.errorOutput.contains("journal:ssh.service: the client does not share this"))
        }
        try await Stage.with { stage in
            let session = try await stage.session(agentOptions: ["--logs", "/var/log"])
            let wrong = try await stage.run("logs", "journal:--vacuum-size=1")
            #expect(wrong.errorOutput.contains("no name of a service"))
            let logs = try await stage.run("logs", "journal:ssh.service", "--lines", "3")
            let command = "journalctl --no-pager --quiet --output=short-iso --unit=ssh.service --lines=3"
            #expect(session.agent.output.contains("runs: \(command)\n"), "\(session.agent.story)")
            // A machine may have no journal, or no journalctl: then that is said.
            #expect(logs.status == 0 || logs.errorOutput.contains("journal:ssh.service: "))
        }
    }

    @Test("--since gives the lines from a time on, of one file and of a packed one")
    func since() async throws {
        try await Self.with { stage, folder in
            let lines = (10...59).map { "2026-11-05T20:\($0):00Z line \($0)\n" }.joined()
            let path = try stage.write("logs/app.log", lines)
            let packed = try stage.write("logs/app.log.1", lines)
            let gzip = try stage.start("gzip", [packed])
            #expect(try await gzip.ended() == 0)
            for file in [path, packed + ".gz"] {
                let logs = try await stage.run("logs", file, "--since", "2026-11-05T20:58:00Z")
                #expect(logs.output == "2026-11-05T20:58:00Z line 58\n2026-11-05T20:59:00Z line 59\n", "\(logs.story)")
                let last = try await stage.run("logs", file, "--since", "2026-11-05T20:30:00Z", "--lines", "1")
                #expect(last.output == "2026-11-05T20:59:00Z line 59\n")
            }
            let wrong = try await stage.run("logs", path, "--since", "yesterdayish")
            #expect(wrong.status == 64)
            #expect(wrong.errorOutput.contains("is no time"))
        }
    }

    @Test("a packed file that is cut short, damaged or a bomb gives what it can, a sentence and status 1")
    func archives() async throws {
        try await Self.with { stage, folder in
            let path = try stage.write("logs/app.log", (0..<20_000).map { "line \($0 * 7919 % 10_007)\n" }.joined())
            let gzip = try stage.start("gzip", [path])
            #expect(try await gzip.ended() == 0)
            let whole = try await stage.run("logs", path + ".gz", "--lines", "2")
            #expect(
                whole.output == "line \(19_998 * 7919 % 10_007)\nline \(19_999 * 7919 % 10_007)\n",
                "\(whole.story)"
            )
            #expect(whole.status == 0)

            let bytes = try Data(contentsOf: URL(fileURLWithPath: path + ".gz"))
            try bytes.prefix(bytes.count / 2).write(to: URL(fileURLWithPath: "\(folder)/cut.gz"))
            let cut = try await stage.run("logs", "\(folder)/cut.gz", "--lines", "1")
            #expect(cut.output.hasPrefix("line "))
            #expect(cut.errorOutput.contains("is cut short"))
            #expect(cut.status == 1)

            var damaged = bytes
            for index in 2000..<2100 { damaged[index] = 0x55 }
            try damaged.write(to: URL(fileURLWithPath: "\(folder)/bad.gz"))
            let bad = try await stage.run("logs", "\(folder)/bad.gz")
            #expect(bad.errorOutput.contains("is damaged"))
            #expect(bad.status == 1)

            let make = "dd if=/dev/zero bs=1M count=1024 2>/dev/null | gzip -9 > \(folder)/bomb.gz"
            let bomb = try stage.start("sh", ["-c", make])
            #expect(try await bomb.ended() == 0)
            let refused = try await stage.run("logs", "\(folder)/bomb.gz")
            #expect(refused.errorOutput.contains("unpacks to more than any log does"))
            #expect(refused.status == 1)
        }
    }

    @Test("copytruncate loses nothing, and a file that a link replaces is read no further")
    func replaced() async throws {
        try await Self.with { stage, folder in
            let path = try stage.write("logs/live.log", "first\n")
            let secret = try stage.write("outside.log", "outside\n")
            let follow = try stage.lotse("logs", path, "--follow", input: .open)
            try await follow.says("first\n")
            try Self.append("before the copy\n", to: path)
            try FileManager.default.copyItem(atPath: path, toPath: path + ".1")
            truncate(path, 0)
            try Self.append("after the copy\n", to: path)
            try await follow.says("after the copy\n")
            #expect(follow.output.contains("before the copy\n"))

            unlink(path)
            symlink(secret, path)
            try await follow.complains("a link to a place that the client does not share")
            unlink(path)
            try Self.append("a file again\n", to: path)
            try await follow.says("a file again\n")
            follow.signal(SIGINT)
            #expect(try await follow.ended() == 0)
            #expect(!follow.output.contains("outside"))
        }
    }

    @Test("a log that grows faster than anybody reads is followed in bounded memory, and Ctrl-C ends it at once")
    func flood() async throws {
        try await Self.with { stage, folder in
            let path = try stage.write("logs/flood.log", "first\n")
            let follow = try stage.lotse("logs", path, "--follow", input: .open)
            try await follow.says("first\n")
            let writer = try stage.start("sh", ["-c", "yes 'a line of a flood' | head -c 500000000 >> \(path)"])
            #expect(try await writer.ended() == 0)
            try await follow.says("a line of a flood\n")
            follow.signal(SIGINT)
            #expect(try await follow.ended(within: .seconds(20)) == 0)
            let agent = try #require(stage.agentProcess)
            let status = try String(contentsOfFile: "/proc/\(agent)/status", encoding: .utf8)
            let peak = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }?.split(separator: " ").dropFirst()
                .first
            #expect(try #require(peak.flatMap { Int($0) }) < 250_000, "\(status)")
        }
    }
}

extension Stage {
    /// The process of the agent that was started last.
    var agentProcess: pid_t? { Processes.with(argument: folder + "/relay/tls/ca.pem").first }
}
