import NIOCore
import Testing

@testable import Agent

#if canImport(Glibc)
import Glibc
#endif

extension CommandTests {
    @Suite struct Streams {
        @Test("the program gets the arguments as they are, with no shell between")
        func arguments() async throws {
            let odd = ["a b", "", "*", "$HOME", "'", "\"", "\n", "\u{1b}[2J", "-n", "é😀", "\\"]
            let (result, transcript) = try await run(shell(#"printf '%s\0' "$@""#) + odd)
            #expect(result == .exited(0))
            let words = transcript.outputBytes.split(separator: 0, omittingEmptySubsequences: false).dropLast()
            #expect(words.map { String(decoding: $0, as: UTF8.self) } == odd)
        }

        @Test("standard input streams in and its end ends it")
        func input() async throws {
            let (result, transcript) = try await run(
                ["tr", "a-z", "A-Z"],
                input: [.data(ByteBuffer(string: "hel")), .data(ByteBuffer()), .data(ByteBuffer(string: "lo\n")), .end]
            )
            #expect(result == .exited(0))
            #expect(transcript.output == "HELLO\n")
        }

        @Test("the end of the input sequence is the end of standard input")
        func inputWithoutEnd() async throws {
            let (result, transcript) = try await run(["cat"], input: [.data(ByteBuffer(string: "x"))])
            #expect(result == .exited(0))
            #expect(transcript.output == "x")
        }

        @Test("input goes in while output comes out")
        func conversation() async throws {
            let (input, continuation) = AsyncStream.makeStream(of: CommandInput.self)
            let transcript = Transcript()
            let request = try CommandRequest(arguments: ["cat"])
            async let result = CommandRunner().run(request, input: input) { transcript.append($0) }
            for word in ["one", "two", "three"] {
                continuation.yield(.data(ByteBuffer(string: word + "\n")))
                await transcript.wait(for: word)
            }
            continuation.yield(.end)
            #expect(try await result == .exited(0))
        }

        @Test("8 MiB through the command and back are the same bytes")
        func roundTrip() async throws {
            let block = ByteBuffer(bytes: (0..<(1 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) })
            let input = Array(repeating: CommandInput.data(block), count: 8) + [.end]
            let (result, transcript) = try await run(["cat"], input: input)
            #expect(result == .exited(0))
            let expected = Array(repeating: Array(block.readableBytesView), count: 8).flatMap { $0 }
            #expect(transcript.outputBytes == expected)
        }

        @Test("standard output and standard error stay apart")
        func apart() async throws {
            let (result, transcript) = try await run(shell("echo out; echo err >&2; echo out2; exit 3"))
            #expect(result == .exited(3))
            #expect(transcript.output == "out\nout2\n")
            #expect(transcript.error == "err\n")
        }

        @Test("a command that does not read its input ends as it likes", arguments: [["true"], ["head", "-c", "1"]])
        func unreadInput(arguments: [String]) async throws {
            let block = CommandInput.data(ByteBuffer(repeating: 0x61, count: 1 << 20))
            let (result, _) = try await run(arguments, input: Array(repeating: block, count: 10) + [.end])
            #expect(result == .exited(0))
        }

        @Test("a command that closes its input can still be signalled")
        func closedInput() async throws {
            let (input, continuation) = AsyncStream.makeStream(of: CommandInput.self)
            let transcript = Transcript()
            let request = try CommandRequest(arguments: shell("exec <&-; echo ready; exec sleep 1000 <&-"))
            async let result = CommandRunner().run(request, input: input) { transcript.append($0) }
            await transcript.wait(for: "ready")
            for _ in 0..<4 { continuation.yield(.data(ByteBuffer(repeating: 0x61, count: 1 << 20))) }
            continuation.yield(.signal(SIGTERM))
            #expect(try await result == .signalled(SIGTERM))
        }

        @Test("pieces are at most 64 KiB")
        func pieceSize() async throws {
            let request = try CommandRequest(arguments: ["head", "-c", "10M", "/dev/zero"])
            let largest = Counter()
            let result = try await CommandRunner().run(request, input: silence()) { piece in
                guard case .standardOutput(let bytes) = piece else { return }
                largest.raise(to: bytes.readableBytes)
                largest.add(bytes.readableBytes)
            }
            #expect(result == .exited(0))
            #expect(largest.sum == 10 << 20)
            #expect(largest.maximum <= 64 * 1024)
        }

        @Test("a consumer that stops reading stops the command, with bounded memory between")
        func backpressure() async throws {
            let total = 16 << 20
            let gate = Gate()
            let taken = Counter()
            let transcript = Transcript()
            let folder = TemporaryFolder()
            let request = try CommandRequest(
                arguments: shell("echo $$ > $1/pid; exec head -c \(total) /dev/zero", folder.path)
            )
            async let result = CommandRunner().run(request, input: silence()) { piece in
                guard case .standardOutput(let bytes) = piece else { return }
                transcript.append(.standardOutput(ByteBuffer(string: "x")))
                await gate.wait()
                taken.add(bytes.readableBytes)
            }
            await transcript.wait(for: "x")
            let process = try #require(try processID(inFile: folder.path + "/pid"))
            // Asleep with nothing written between many looks: it stands in its own write.
            var last = -1
            var same = 0
            try await eventually {
                let written = try writtenBytes(by: process)
                let isAsleep = field(2, ofProcess: process) == "S"
                same = written == last && written > 0 && isAsleep ? same + 1 : 0
                last = written
                return same > 2_000
            }
            #expect(last <= 6 * 64 * 1024, "pipe and pieces in memory")
            #expect(transcript.pieces == 1)
            gate.open()
            #expect(try await result == .exited(0))
            #expect(taken.sum == total)
        }

        @Test("all that was written arrives, however slow the consumer is after the command's end")
        func slowConsumer() async throws {
            let runner = CommandRunner(limits: CommandLimits(drain: .zero))
            let scripts = [
                "head -c 300000 /dev/zero", "head -c 300000 /dev/zero; sleep 1000 & :",
                "head -c 300000 /dev/zero; setsid sleep 1000 & echo $! >&2",
            ]
            for script in scripts {
                let taken = Counter()
                let transcript = Transcript()
                let request = try CommandRequest(arguments: shell(script))
                let result = try await runner.run(request, input: silence()) { piece in
                    guard case .standardOutput(let bytes) = piece else { return transcript.append(piece) }
                    for _ in 0..<500 { await Task.yield() }
                    taken.add(bytes.readableBytes)
                }
                if let detached = pid_t(transcript.error.dropLast()) { kill(detached, SIGKILL) }
                #expect(result == .exited(0))
                #expect(taken.sum == 300_000)
            }
        }

        @Test("what is in the pipe when the time for reading on is over arrives, although somebody holds the pipe")
        func restOfPipe() async throws {
            let runner = CommandRunner(limits: CommandLimits(drain: .zero))
            // One piece is in our hands and two of at most 64 KiB wait in memory: at least 18,928 bytes stay in the pipe, and since each
            // 50,000 are one write, never more than it holds. The first sleeper dies when the time is over.
            let script = """
                sleep 1000 >/dev/null 2>&1 & echo $! > $1/group; setsid sleep 1000 & echo $! > $1/detached
                printf a; until [ -e $1/go ]; do sleep 0.01; done
                for n in 1 2 3; do dd if=/dev/zero bs=50000 count=1 status=none; done
                """
            let taken = Counter()
            let folder = TemporaryFolder()
            let path = folder.path
            let request = try CommandRequest(arguments: shell(script, path))
            let result = try await runner.run(request, input: silence()) { piece in
                guard case .standardOutput(let bytes) = piece else { return }
                if taken.sum == 0, let sleeper = try processID(inFile: path + "/group") {
                    close(open(path + "/go", O_CREAT | O_WRONLY, 0o600))
                    try await eventually { !isAlive(sleeper) }
                    for _ in 0..<2_000 { await Task.yield() }
                }
                taken.add(bytes.readableBytes)
            }
            if let detached = try processID(inFile: path + "/detached") { kill(detached, SIGKILL) }
            #expect(result == .exited(0))
            #expect(taken.sum == 150_001)
        }

        private func writtenBytes(by process: pid_t) throws -> Int {
            let text = try String(decoding: bytes(ofFile: "/proc/\(process)/io"), as: UTF8.self)
            let line = text.split(separator: "\n").first { $0.hasPrefix("wchar: ") }
            return line.flatMap { Int($0.dropFirst(7)) } ?? -1
        }
    }
}
