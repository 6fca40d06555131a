import Foundation
import Glibc
import Testing

/// What the three programs do together. One after the other, since each test has a relay and a few processes of its own.
@Suite("The three programs", .serialized, .timeLimit(.minutes(4)))
enum EndToEnd {}

extension EndToEnd {
    @Suite("A session")
    struct SessionTests {
        @Test("a command has its input, output, errors and status as if it ran here")
        func run() async throws {
            try await Stage.with { stage in
                let session = try await stage.session()
                let upper = try await stage.run("run", "--", "tr", "a-z", "A-Z", input: "hello\n")
                #expect(upper.output == "HELLO\n")
                #expect(upper.status == 0)
                let apart = try await stage.run("run", "--", "sh", "-c", "echo out; echo err >&2; exit 7")
                #expect(apart.output == "out\n")
                #expect(apart.errorOutput == "err\n")
                #expect(apart.status == 7)
                let missing = try await stage.run("run", "--", "no-such-command")
                #expect(missing.status == 127)
                #expect(missing.errorOutput.contains("no-such-command"))
                let plain = try stage.write("plain", "text")
                let notExecutable = try await stage.run("run", "--", plain)
                #expect(notExecutable.status == 126)
                #expect(notExecutable.errorOutput.contains(plain))
                #expect(try await stage.run("run", "--", "sh", "-c", "kill -9 $$").status == 137)
                let late = try await stage.run("run", "--timeout", "1s", "--", "sleep", "600")
                #expect(late.status == 124)
                let chain = try stage.start(
                    "sh",
                    ["-c", #""$0" run -- true && ! "$0" run -- false && echo chained"#, Programs.lotse]
                )
                try await chain.ended()
                #expect(chain.output == "chained\n")

                let end = try await stage.run("end", "--summary", "looked")
                #expect(end.status == 0)
                #expect(try await session.agent.ended() == 0)
            }
        }
    }
}
