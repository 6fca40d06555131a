import Foundation
import Glibc
import Pairing
import Testing

extension EndToEnd {
    @Suite("What nobody else learns")
    struct SecrecyTests {
        /// What goes through a session, each in a form that nothing else has.
        struct Sentinels {
            /// In a command's arguments.
            let argument = Self.random()
            /// In its standard input.
            let input = Self.random()
            /// In its output; it is `argument` with each letter 13 further (ROT13).
            var output: String {
                String(
                    decoding: argument.utf8.map { byte in
                        let a = UInt8(ascii: "a")
                        return (a...UInt8(ascii: "z")).contains(byte) ? (byte - a + 13) % 26 + a : byte
                    },
                    as: UTF8.self
                )
            }

            var all: [String] { [argument, input, output] }

            private static func random() -> String {
                String((0..<32).map { _ in "abcdefghijklmnopqrstuvwxyz".randomElement() ?? "a" })
            }
        }

        /// The ways in which a code could be written down.
        private static func forms(of invitation: Invitation) throws -> [String] {
            let code = try Code(typed: invitation.code)
            let digits = code.formatted.filter(\.isNumber)
            // Of the room the relay knows, and the operator tells it.
            return [code.formatted, digits, String(digits.dropFirst(invitation.room.count)), code.secret]
        }

        /// A session with a command that has said `output` and waits for the end of its input, then `body`, then the end of all.
        private static func withSecrets(
            _ stage: Stage,
            _ body: (Sentinels, Session, _ run: Program) async throws -> Void
        ) async throws {
            let sentinels = Sentinels()
            let session = try await stage.session()
            let script = #"printf '%s\n' "$0" | tr a-z n-za-m; cat >/dev/null; echo read; head -c 1000000 /dev/zero"#
            let run = try stage.lotse("run", "--", "sh", "-c", script, sentinels.argument, input: .open)
            run.send(sentinels.input + "\n")
            try await run.says(sentinels.output)
            try await body(sentinels, session, run)
            run.endInput()
            #expect(try await run.ended() == 0)
            #expect(run.output.contains("read\n"))
            #expect(try await stage.run("end", "--summary", "looked").status == 0)
            #expect(try await session.agent.ended() == 0)
        }

        @Test(
            "the relay's memory holds nothing that went through a session, and nothing of the code",
            .enabled(if: Memory.isReadable, "only root may look into our programs' memory")
        )
        func memory() async throws {
            try await Stage.with { stage in
                let relay = Memory(process: try #require(stage.relay).pid)
                // Where a code is, it is found: at an agent that has read it and waits for the end of the line.
                let written = try Code.random(room: "4821").formatted
                let waiting = try stage.agent(written, "--yes", isOpen: true)
                try await eventually("the agent has read the code", of: waiting) {
                    // One that has hardly begun has next to no memory to look into.
                    let found = try? Memory(process: waiting.pid).texts(of: [written])
                    return found?.isEmpty == false ? true : nil
                }
                await waiting.stop()

                try await Self.withSecrets(stage) { sentinels, session, run in
                    let secrets = sentinels.all + (try Self.forms(of: session.invitation))
                    #expect(try Memory(process: session.agent.pid).texts(of: secrets).contains(sentinels.argument))
                    #expect(try relay.texts(of: secrets).isEmpty)
                    // What it does hold shows that it was looked at.
                    #expect(try relay.texts(of: [session.id]) == [session.id])
                    run.endInput()
                    try await run.ended()
                    #expect(try relay.texts(of: secrets).isEmpty)
                }
            }
        }

        @Test(
            "whoever listens on the wire sees TLS records and nothing else",
            .enabled(if: Capture.isPossible, "there is no tcpdump that may listen")
        )
        func wire() async throws {
            try await Stage.with { stage in
                let capture = try await Capture(stage, port: stage.port)
                var secrets: [String] = []
                try await Self.withSecrets(stage) { sentinels, session, _ in
                    secrets = sentinels.all + (try Self.forms(of: session.invitation)) + [session.id]
                }
                let streams = try await capture.ended {
                    // From the agent to the relay and from there to the operator, and not much more.
                    (2_000_000...2_500_000).contains($0.applicationDataBytes ?? 0)
                }
                for secret in secrets { #expect(!streams.contains(secret)) }
            }
        }

        @Test("no process of the machine ever shows the code or the enrolment token in its arguments or environment")
        func processes() async throws {
            try await Stage.with { stage in
                let token = try await stage.token(for: "paul")
                var secrets = [token, String(token.dropFirst(70))]
                func expectNothing(_ moment: String) {
                    for secret in secrets { #expect(Processes.showing(secret).isEmpty, "\(moment)") }
                }
                let login = try stage.lotse("login", stage.address, home: "paul", input: .open)
                expectNothing("before the token is read")
                login.send(token + "\n")
                try await eventually("paul is logged in", of: login) {
                    expectNothing("while paul logs in")
                    return login.status
                }

                let invitation = try await stage.invite()
                secrets += try Self.forms(of: invitation).dropLast(2)
                let agent = try stage.agent("", "--yes", isOpen: true)
                let connect = try stage.lotse("connect", "--background")
                try await connect.complains("waiting for the client to type the code")
                expectNothing("before the code is typed")
                agent.send(invitation.code + "\n")
                try await eventually("the session runs", of: connect, agent) {
                    expectNothing("while the ends meet")
                    return connect.status
                }
                let (run, argument) = try await stage.longCommand()
                expectNothing("while a command runs")
                // Where something is shown, it is found: in arguments and in an environment.
                #expect(
                    Processes.showing(invitation.invitation).contains {
                        stage.holders(of: invitation.invitation).contains($0)
                    }
                )
                #expect(Processes.showing(argument).contains(run.pid))
                #expect(Processes.showing("LOTSE_HOME=" + stage.folder + "/home").contains(run.pid))
                #expect(try await stage.run("end", "--summary", "looked").status == 0)
                #expect(try await agent.ended() == 0)
                expectNothing("after the session")
            }
        }
    }
}
