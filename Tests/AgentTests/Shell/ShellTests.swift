import NIOCore
import SupportChannel
import Testing

@testable import Agent

#if canImport(Glibc)
import Glibc
#endif

extension CommandTests {
    @Suite("A shell on a terminal", .timeLimit(.minutes(2))) struct ShellTests {
        /// A shell with somebody who types.
        private struct Typist: Sendable {
            let transcript = Transcript()
            let terminal: PseudoTerminal
            private let input: AsyncThrowingStream<CommandInput, any Error>
            private let keys: AsyncThrowingStream<CommandInput, any Error>.Continuation

            init(columns: Int = 80, rows: Int = 24) throws {
                terminal = try PseudoTerminal(TerminalSize(columns: columns, rows: rows))
                (input, keys) = AsyncThrowingStream.makeStream(of: CommandInput.self)
            }

            func type(_ text: String) { keys.yield(.data(ByteBuffer(string: text))) }
            func hangUp() { keys.finish(throwing: HungUp()) }

            /// - Parameter shell: in the client's place.
            func open(_ shell: String = "/bin/bash") async throws -> CommandResult {
                var environment = CommandEnvironment.clean()
                environment.variables["SHELL"] = shell
                environment.variables["PS1"] = "$ "
                environment.workingDirectory = "/"
                // No files of the person who runs the tests.
                environment.variables["HOME"] = "/nonexistent"
                let runner = CommandRunner(environment: environment, limits: CommandLimits(grace: .milliseconds(300)))
                return try await runner.shell(on: terminal, named: "xterm", input: input) { bytes in
                    transcript.append(.standardOutput(bytes))
                }
            }
        }

        @Test("is one, of the size that was asked for, and its exit status is the shell's")
        func terminal() async throws {
            let typist = try Typist(columns: 101, rows: 33)
            typist.type("stty size; tty; echo term=$TERM; exit 7\n")
            #expect(try await typist.open() == .exited(7))
            #expect(typist.transcript.output.contains("33 101\r\n"))
            #expect(typist.transcript.output.contains("/dev/pts/"))
            #expect(typist.transcript.output.contains("term=xterm"))
        }

        @Test("follows the window, also in the middle of a program")
        func resized() async throws {
            let typist = try Typist()
            async let result = typist.open()
            // In a shell without job control, all of which is in the foreground: that is who hears of the size.
            typist.type("sh -c 'trap \"stty size\" WINCH; echo rea\"\"dy; while :; do sleep 0.02; done'\n")
            await typist.transcript.wait(for: "ready")
            typist.terminal.resize(TerminalSize(columns: 120, rows: 40))
            await typist.transcript.wait(for: "40 120")
            typist.type("\u{03}")
            typist.type("exit 0\n")
            _ = try await result
        }

        @Test("has job control: Ctrl-Z stops a program, fg goes on with it, Ctrl-C ends it")
        func jobControl() async throws {
            let typist = try Typist()
            async let result = typist.open()
            // bash, since dash starts programs by vfork: a stop that meets the child before its exec never reaches dash itself.
            typist.type("bash -c 'trap \"echo go\"\"es\" CONT; echo rea\"\"dy; while :; do sleep 0.02; done'\n")
            await typist.transcript.wait(for: "ready\r\n")
            typist.type("\u{1a}")
            await typist.transcript.wait(for: "Stopped")
            typist.type("fg\n")
            // Said by the program itself: bash names the job before it gives it the terminal.
            await typist.transcript.wait(for: "goes\r\n")
            typist.type("\u{03}")
            typist.type("echo st''atus=$?\n")
            await typist.transcript.wait(for: "status=130")
            typist.type("exit 0\n")
            #expect(try await result == .exited(0))
        }

        @Test("speaks UTF-8, and erases whole characters")
        func utf8() async throws {
            let typist = try Typist()
            typist.type("printf 'Gr\\u00fc\\u00dfe' | wc -m; stty -a | grep -o -- '-*iutf8'; exit 0\n")
            #expect(try await typist.open() == .exited(0))
            #expect(typist.transcript.output.contains("\r5\r\n"))
            #expect(typist.transcript.output.contains("\r\niutf8\r\n"))
        }

        @Test("what the operator hangs up is gone with all its jobs, those that ignore it too")
        func hungUp() async throws {
            let typist = try Typist()
            let shell = Task { try await typist.open() }
            typist.type(
                #"(trap "" HUP TERM; sleep 1000) & nohup sleep 1000 >/dev/null 2>&1 & sleep 1000 & echo pids $(jobs -p) e''nd"#
                    + "\n"
            )
            await typist.transcript.wait(for: " end")
            let processes =
                typist.transcript.output.split(whereSeparator: \.isNewline)
                .first { $0.hasPrefix("pids") && $0.hasSuffix("end") }?
                .split(separator: " ").compactMap { pid_t($0) } ?? []
            #expect(processes.count == 3)
            typist.hangUp()
            await #expect(throws: HungUp.self) { try await shell.value }
            for process in processes { #expect(!isAlive(process)) }
        }

        @Test("a job that holds the terminal does not hold the end of the shell")
        func background() async throws {
            let typist = try Typist()
            typist.type("trap '' HUP; sleep 1000 & exit 3\n")
            typist.type("exit 3\n")
            #expect(try await typist.open("/bin/sh") == .exited(3))
        }

        @Test("200 shells leave no descriptor behind")
        func nothingLeft() async throws {
            func round() async throws {
                let typist = try Typist()
                typist.type("exit 0\n")
                #expect(try await typist.open("/bin/sh") == .exited(0))
            }
            try await round()
            let (all, terminals) = (descriptors(leadingTo: ""), descriptors(leadingTo: "/dev/p"))
            for _ in 0..<200 { try await round() }
            #expect(descriptors(leadingTo: "/dev/p") == terminals)
            #expect(descriptors(leadingTo: "") <= all + 8)
        }
    }
}
