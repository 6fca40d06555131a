import NIOCore
import Testing

@testable import Agent

#if canImport(Glibc)
import Glibc
#endif

extension CommandTests {
    @Suite struct Surroundings {
        @Test("the environment is exactly the runner's")
        func environment() async throws {
            var environment = CommandEnvironment.clean()
            environment.variables["LC_TEST"] = "a=b c"
            let (_, transcript) = try await run(["env", "-0"], runner: CommandRunner(environment: environment))
            let words = transcript.outputBytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            #expect(words.sorted() == environment.variables.map { "\($0.key)=\($0.value)" }.sorted())
            #expect(environment.variables["TERM"] == "dumb")
        }

        @Test("the working directory is the environment's")
        func workingDirectory() async throws {
            let folder = TemporaryFolder()
            folder.write("#!/bin/sh\npwd\n", to: "where", mode: 0o755)
            let environment = CommandEnvironment(variables: ["PATH": "/usr/bin:/bin"], workingDirectory: folder.path)
            let (result, transcript) = try await run(["./where"], runner: CommandRunner(environment: environment))
            #expect(result == .exited(0))
            #expect(transcript.lines == [folder.path])
        }

        @Test("the command leads a session of its own and has no terminal")
        func session() async throws {
            let (_, transcript) = try await run(shell("echo $$; cat /proc/$$/stat"))
            let process = try #require(transcript.lines.first)
            let fields = transcript.lines[1].split(separator: " ")
            #expect(fields[4] == process, "process group")
            #expect(fields[5] == process, "session")
            #expect(fields[6] == "0", "terminal")
        }

        @Test("no descriptor of ours reaches the command, not even one that was opened to be inherited")
        func descriptorsOfChild() async throws {
            let leak = open("/dev/null", O_RDONLY)
            defer { close(leak) }
            let (_, transcript) = try await run(["ls", "-l", "/proc/self/fd"])
            let numbers = transcript.lines.compactMap { line -> String? in
                let words = line.split(separator: " ")
                guard let arrow = words.firstIndex(of: "->"), arrow > 0 else { return nil }
                return String(words[arrow - 1])
            }
            // 3 is the folder that ls reads.
            #expect(numbers == ["0", "1", "2", "3"])
        }

        @Test("signals have their default handlers and none is blocked")
        func signals() async throws {
            let (_, transcript) = try await run(["cat", "/proc/self/status"])
            for name in ["SigBlk", "SigIgn"] {
                let line = try #require(transcript.lines.first { $0.hasPrefix(name) })
                let mask = try #require(UInt64(line.split(separator: "\t")[1], radix: 16))
                // posix_spawn of glibc leaves its two internal signals, 32 and 33, ignored: nobody else can use them.
                #expect(mask & ~(0b11 << 31) == 0, "\(line)")
            }
        }

        @Test("a command's own pipelines end by SIGPIPE as they do in a terminal")
        func brokenPipe() async throws {
            let (result, _) = try await run(["bash", "-c", "yes | head -1 > /dev/null; exit ${PIPESTATUS[0]}"])
            #expect(result == .exited(128 + SIGPIPE))
        }

        @Test("a background process that holds the outputs is not waited for and does not survive")
        func background() async throws {
            let runner = CommandRunner(limits: CommandLimits(drain: .milliseconds(50)))
            let (result, transcript) = try await run(shell("sleep 1000 & echo $!"), runner: runner)
            #expect(result == .exited(0))
            let process = try #require(transcript.lines.first.flatMap { pid_t($0) })
            #expect(!isAlive(process))
        }

        @Test("a background process without the outputs does not survive either, nohup or not")
        func quietBackground() async throws {
            let (_, transcript) = try await run(shell("nohup sleep 1000 >/dev/null 2>&1 & echo $!"))
            let process = try #require(transcript.lines.first.flatMap { pid_t($0) })
            #expect(!isAlive(process))
        }

        @Test("a process in another group of the session does not survive")
        func jobControl() async throws {
            let script = "set -m; sleep 1000 >/dev/null 2>&1 & echo $!"
            let (_, transcript) = try await run(["bash", "-c", script])
            let process = try #require(transcript.lines.first.flatMap { pid_t($0) })
            #expect(!isAlive(process))
        }

        @Test("a detached process that holds the outputs does not hold us, and goes on")
        func detached() async throws {
            let runner = CommandRunner(limits: CommandLimits(drain: .milliseconds(50)))
            let script = "setsid sh -c 'while :; do echo more; done' & echo pid $! end"
            let transcript = Transcript()
            let request = try CommandRequest(arguments: shell(script))
            let result = try await runner.run(request, input: silence()) { transcript.append($0) }
            #expect(result == .exited(0))
            let process = try #require(
                transcript.lines.first { $0.hasPrefix("pid") }.flatMap { pid_t($0.split(separator: " ")[1]) }
            )
            // It writes to a pipe that nobody holds any more, and that is what ends it.
            try await eventually { !isAlive(process) }
        }

        @Test("a detached silent process goes on")
        func service() async throws {
            let runner = CommandRunner(limits: CommandLimits(drain: .milliseconds(50)))
            let (result, transcript) = try await run(shell("setsid sleep 1000 & echo $!"), runner: runner)
            #expect(result == .exited(0))
            let process = try #require(transcript.lines.first.flatMap { pid_t($0) })
            #expect(isAlive(process))
            kill(process, SIGKILL)
        }

        @Test("300 commands of all kinds leave no descriptor, thread or process behind")
        func nothingLeft() async throws {
            func oneRound() async throws {
                _ = try await run(["true"])
                _ = try await run(["no-such-program"])
                _ = try await run(["cat"], input: [.data(ByteBuffer(string: "x")), .end])
                _ = try await run(shell("kill -9 $$"))
                _ = try await run(["/etc"])
                _ = try await run(shell("exit 1"), timeout: .seconds(100))
            }
            try await oneRound()
            let (pipes, all, threads) = (descriptors(leadingTo: "pipe:"), descriptors(leadingTo: ""), threadCount())
            for _ in 0..<50 { try await oneRound() }
            #expect(descriptors(leadingTo: "pipe:") == pipes)
            #expect(descriptors(leadingTo: "") <= all + 8)
            // Threads that have said their last word take a moment to vanish, and the pools may grow to their size.
            try await eventually { threadCount() <= threads + 8 }
            #expect(children().isEmpty)
        }

        @Test("20 commands at once do not disturb each other")
        func parallel() async throws {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        let (result, transcript) = try await run(
                            shell("head -c 200000 /dev/zero; exit $1", "\(number)")
                        )
                        #expect(result == .exited(Int32(number)))
                        #expect(transcript.outputBytes.count == 200_000)
                    }
                }
                try await group.waitForAll()
            }
            #expect(children().isEmpty)
        }

        private func threadCount() -> Int { names(in: "/proc/self/task").count }
    }
}
