import NIOCore
import Testing

@testable import Agent

#if canImport(Glibc)
import Glibc
#endif

extension CommandTests {
    @Suite struct Ends {
        @Test("the exit status is exact", arguments: [0, 1, 7, 126, 127, 128, 254, 255] as [Int32])
        func status(status: Int32) async throws {
            let (result, _) = try await run(shell("exit \(status)"))
            #expect(result == .exited(status))
            #expect(result.status == status)
        }

        @Test(
            "the signal that ended the program is exact",
            arguments: [
                SIGHUP, SIGINT, SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGKILL, SIGUSR1, SIGSEGV, SIGUSR2,
                SIGPIPE, SIGALRM, SIGTERM, SIGXCPU, SIGVTALRM, SIGIO, SIGSYS,
            ]
        )
        func signal(signal: Int32) async throws {
            let (result, _) = try await run(shell("ulimit -c 0; kill -\(signal) $$"))
            #expect(result == .signalled(signal))
            #expect(result.status == 128 + signal)
        }

        @Test(
            "what is not there is 127, with a sentence",
            arguments: ["no-such-program", "/no/such/program", "./nothing"]
        )
        func notFound(name: String) async throws {
            let (result, _) = try await run([name])
            #expect(result.status == 127)
            #expect(result.reason?.contains(name) == true)
        }

        @Test("what cannot be executed is 126, with its reason")
        func notExecutable() async throws {
            let folder = TemporaryFolder()
            let cases = [
                (folder.write("#!/bin/sh\n", to: "plain"), "may not execute"),
                (folder.write("no program\n", to: "text", mode: 0o755), "neither a program"),
                (folder.write("#!/no/interpreter\n", to: "script", mode: 0o755), "interpreter is missing"),
                (folder.path, "directory"),
            ]
            for (path, reason) in cases {
                let (result, _) = try await run([path])
                #expect(result.status == 126)
                #expect(result.reason?.contains(reason) == true, "\(result)")
            }
        }

        @Test("a command that takes too long is ended and reported as timed out")
        func timeout() async throws {
            let (result, transcript) = try await run(shell("echo $$; sleep 1000"), timeout: .seconds(1))
            #expect(result == .timedOut)
            #expect(result.status == 124)
            let process = try #require(transcript.lines.first.flatMap { pid_t($0) })
            #expect(!isAlive(process))
        }

        @Test("a command that ignores TERM is killed after the grace, with its children")
        func stubborn() async throws {
            let runner = CommandRunner(limits: CommandLimits(grace: .milliseconds(50)))
            let script = #"trap "" TERM; sleep 1000 & echo $! $$; while :; do sleep 1000; done"#
            let (result, transcript) = try await run(shell(script), timeout: .seconds(1), runner: runner)
            #expect(result == .timedOut)
            let processes = transcript.output.split { $0 == " " || $0 == "\n" }.compactMap { pid_t($0) }
            #expect(processes.count == 2)
            for process in processes { #expect(!isAlive(process)) }
        }

        @Test("a command that tidies up on TERM has the time for it, and its last words arrive")
        func tidy() async throws {
            let script = #"trap "echo tidied; exit 5" TERM; echo ready; while :; do sleep 0.02; done"#
            let (result, transcript) = try await run(shell(script), timeout: .seconds(1))
            #expect(result == .timedOut)
            #expect(transcript.output == "ready\ntidied\n")
        }

        @Test("a command that ends in time keeps its status")
        func inTime() async throws {
            let (result, _) = try await run(shell("exit 9"), timeout: .seconds(100))
            #expect(result == .exited(9))
        }

        @Test("a stopped command goes on to tidy up")
        func stopped() async throws {
            let script = #"trap "echo tidied; exit 0" TERM; kill -STOP $$; sleep 1000"#
            let (result, transcript) = try await run(shell(script), timeout: .seconds(1))
            #expect(result == .timedOut)
            #expect(transcript.output == "tidied\n")
        }

        @Test("a command that outlives our patience is given up, and reaped whenever it ends")
        func patience() async throws {
            let runner = CommandRunner(limits: CommandLimits(grace: .zero, patience: .zero))
            for _ in 0..<20 {
                let script = #"trap "" TERM; while :; do sleep 1000; done"#
                let (result, _) = try await run(shell(script), timeout: .milliseconds(20), runner: runner)
                #expect(result == .timedOut || result.status == 255)
            }
            try await eventually { children().isEmpty }
        }

        @Test(
            "signals reach the whole process group, in the input and past it",
            arguments: [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1],
            [false, true]
        )
        func forwarded(signal: Int32, past: Bool) async throws {
            // The shell's child tells that it was signalled, the shell waits for it: both are in the group.
            let script = """
                trap "echo parent" \(signal)
                sh -c 'trap "echo child; exit 0" \(signal); echo ready; while :; do sleep 0.02; done' &
                wait $!; wait $!; exit 4
                """
            let (input, continuation) = AsyncStream.makeStream(of: CommandInput.self)
            let transcript = Transcript()
            let signals = CommandSignals()
            let request = try CommandRequest(arguments: shell(script))
            async let result = CommandRunner().run(request, input: input, signals: signals) { transcript.append($0) }
            // A background process of a shell without job control ignores INT and QUIT (POSIX sh, asynchronous lists),
            // and a trap cannot undo that.
            let childHears = signal != SIGINT && signal != SIGQUIT
            await transcript.wait(for: "ready")
            if past {
                // More than the pipe takes, so that the input is stuck.
                continuation.yield(.data(ByteBuffer(repeating: 0x61, count: 1 << 20)))
                signals.send(signal)
            } else {
                continuation.yield(.signal(signal))
            }
            await transcript.wait(for: "parent")
            if childHears {
                #expect(try await result == .exited(4))
                #expect(transcript.output.contains("child"))
            } else {
                signals.send(SIGKILL)
                #expect(try await result == .signalled(SIGKILL))
            }
        }

        @Test("a signal that was sent before the start is delivered after it")
        func early() async throws {
            let signals = CommandSignals()
            signals.send(SIGTERM)
            let request = try CommandRequest(arguments: ["sleep", "1000"])
            let result = try await CommandRunner().run(request, input: silence(), signals: signals) { _ in }
            #expect(result == .signalled(SIGTERM))
            signals.send(SIGTERM)
        }

        @Test("cancelling the task ends the command and all its processes before it returns")
        func cancelled() async throws {
            let transcript = Transcript()
            let runner = CommandRunner(limits: CommandLimits(grace: .milliseconds(100)))
            let script = #"sleep 1000 & a=$!; (trap "" TERM; sleep 1000; sleep 1000) & echo $$ $a $! end; wait"#
            let request = try CommandRequest(arguments: shell(script))
            let task = Task { try await runner.run(request, input: silence()) { transcript.append($0) } }
            await transcript.wait(for: "end")
            let processes = transcript.output.split(separator: " ").compactMap { pid_t($0) }
            #expect(processes.count == 3)
            for process in processes { #expect(isAlive(process)) }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            for process in processes { #expect(!isAlive(process)) }
            #expect(ProcessSession.members(of: processes[0]).isEmpty)
            #expect(children().isEmpty, "not even a zombie")
        }

        @Test("cancelling ends the command although its consumer hangs and its input is stuck")
        func cancelledWhileStuck() async throws {
            let gate = Gate()
            let started = Gate()
            let request = try CommandRequest(arguments: shell("cat /dev/zero"))
            let block = CommandInput.data(ByteBuffer(repeating: 0, count: 1 << 20))
            let task = Task {
                try await CommandRunner().run(request, input: stream([block, block])) { _ in
                    started.open()
                    await gate.wait()
                }
            }
            await started.wait()
            task.cancel()
            // The closure ignores cancellation; the process is gone all the same.
            try await eventually { !children().contains(where: isAlive) }
            gate.open()
            await #expect(throws: CancellationError.self) { try await task.value }
        }

        @Test("a task that is cancelled already runs nothing")
        func cancelledBefore() async throws {
            let folder = TemporaryFolder()
            let request = try CommandRequest(arguments: ["touch", folder.path + "/ran"])
            let gate = Gate()
            let task = Task {
                await gate.wait()
                return try await CommandRunner().run(request, input: silence()) { _ in }
            }
            task.cancel()
            gate.open()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(names(in: folder.path).isEmpty)
        }

        @Test("an error of the output closure ends the command")
        func outputFails() async throws {
            struct Gone: Error {}
            let request = try CommandRequest(arguments: shell("cat /dev/zero"))
            await #expect(throws: Gone.self) {
                _ = try await CommandRunner().run(request, input: silence()) { _ in throw Gone() }
            }
            #expect(children().isEmpty)
        }

        @Test("an error of the input ends the command")
        func inputFails() async throws {
            struct Gone: Error {}
            let (input, continuation) = AsyncThrowingStream.makeStream(of: CommandInput.self)
            continuation.yield(.data(ByteBuffer(string: "x")))
            continuation.finish(throwing: Gone())
            let request = try CommandRequest(arguments: shell("sleep 1000"))
            await #expect(throws: Gone.self) { _ = try await CommandRunner().run(request, input: input) { _ in } }
            #expect(children().isEmpty)
        }
    }
}
