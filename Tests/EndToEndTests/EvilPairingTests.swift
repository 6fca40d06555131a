import Foundation
import NIOCore
import RelayAPI
import Synchronization
import Testing

extension EvilRelayTests {
    /// An agent that comes through an evil relay to an operator who waits.
    struct Attempt {
        let stage: Stage
        let invitation: Invitation
        let agent: Program
        let connect: Program

        init(_ stage: Stage, _ evil: EvilRelay) async throws {
            self.stage = stage
            invitation = try await stage.invite()
            agent = try stage.start(
                Programs.agent,
                ["--relay", evil.address, "--ca", stage.relayFolder + "/tls/ca.pem", "--yes"],
                input: .text(invitation.code + "\n")
            )
            connect = try stage.lotse("connect", "--background", "--invitation", invitation.invitation)
        }

        /// Both must have failed, each with its sentence, and nothing may be left.
        func fails(
            _ agentsWords: String,
            _ operatorsWords: String,
            within limit: Duration = .seconds(20),
            sessions: Int = 0,
            sourceLocation: SourceLocation = #_sourceLocation
        ) async throws {
            for (program, words) in [(agent, agentsWords), (connect, operatorsWords)] {
                #expect(try await program.ended(within: limit) == 1, sourceLocation: sourceLocation)
                #expect(program.errorOutput.contains(words), "\(program.story)", sourceLocation: sourceLocation)
                #expect(!program.output.contains("runs: "), sourceLocation: sourceLocation)
            }
            try await leavesNothing(sessions: sessions, sourceLocation: sourceLocation)
        }

        func leavesNothing(sessions: Int = 0, sourceLocation: SourceLocation = #_sourceLocation) async throws {
            try await eventually("no holder is left", within: .seconds(20), sourceLocation: sourceLocation) {
                stage.holders(of: invitation.invitation).isEmpty ? true : nil
            }
            let rows = try await eventually("every session is closed", within: .seconds(20)) {
                let rows = try await stage.json([SessionRow].self, "sessions", "--json")
                return rows.allSatisfy { $0.endedAt != nil } ? rows : nil
            }
            #expect(rows.count == sessions, sourceLocation: sourceLocation)
            #expect(try await stage.ledgerIsWhole(), sourceLocation: sourceLocation)
        }
    }

    @Suite("Before a session")
    struct Pairing {
        private static let wrongCode = "wrong code, or someone guessed; nothing was"

        /// How long greeting and share are.
        private static func beforeConfirmation(_ direction: Meddling.Direction) -> Int {
            (direction == .toAgent ? "lotse/1 operator\n" : "lotse/1 agent\n").utf8.count + 67
        }

        /// One attempt with a meddling, which must come to nothing.
        private static func attempt(_ meddling: Meddling, _ body: (Attempt) async throws -> Void) async throws {
            try await Stage.with { stage in
                try await EvilRelay.with(stage, meddling) { evil in try await body(Attempt(stage, evil)) }
            }
        }

        @Test(
            "a relay that withholds what proves the code is a lost connection to the operator and a wrong code to the agent"
        )
        func withheld() async throws {
            var meddling = Meddling()
            meddling.tunnel = { passage in
                guard try await passage.pass(upTo: Self.beforeConfirmation(passage.direction)) else {
                    return try await Meddling.withhold()
                }
            }
            try await Self.attempt(meddling) { attempt in
                try await attempt.fails(
                    Self.wrongCode,
                    "nothing came from the other end for 10 seconds (the connection is lost); this code is used up"
                )
            }
        }

        @Test(
            "a relay that flips a bit of a confirmation gets neither to speak",
            arguments: Meddling.Direction.allCases
        )
        func flipped(_ direction: Meddling.Direction) async throws {
            var meddling = Meddling()
            meddling.tunnel = { passage in
                let position = Self.beforeConfirmation(direction) + 10
                try await passage.pass(passage.direction == direction ? passage.flipped(at: position) : passage.bytes)
            }
            try await Self.attempt(meddling) { attempt in
                // An operator who has checked the agent's confirmation knows that the agent had the right code.
                let disturbed = "the other end is the right one, but what it sends does not arrive as it was sent"
                try await attempt.fails(Self.wrongCode, direction == .toOperator ? Self.wrongCode : disturbed)
            }
        }

        @Test("a relay that sends an agent its own bytes gets it to say nothing")
        func reflected() async throws {
            let hasOperator = Switch()
            var meddling = Meddling()
            meddling.tunnel = { passage in
                guard passage.direction == .toOperator else { return hasOperator.turnOn() }
                // An agent that leaves before is none that the operator is told of.
                try await eventually("the operator is there") { hasOperator.isOn ? true : nil }
                try await passage.pass(passage.bytes, .toAgent)
            }
            try await Self.attempt(meddling) { attempt in
                try await attempt.fails(
                    "no protected connection to your supporter: the other end does not speak this version of Lotse",
                    "nobody came before the code of minute ended, or the client left"
                )
            }
        }

        @Test("a relay that plays an earlier session to an agent is a wrong code")
        func replayed() async throws {
            let isSecond = Switch()
            let recording = Mutex<[ByteBuffer]>([])
            var meddling = Meddling()
            meddling.tunnel = { passage in
                guard passage.direction == .toAgent else { return try await passage.pass() }
                if !isSecond.isOn {
                    recording.withLock { $0.append(passage.bytes) }
                    try await passage.pass()
                } else if isSecond.use() {
                    for bytes in recording.withLock({ $0 }) { try await passage.pass(bytes) }
                }
            }
            try await Stage.with { stage in
                try await EvilRelay.with(stage, meddling) { evil in
                    let first = try await stage.session(at: evil.address)
                    let trace = stage.folder + "/files/trace"
                    #expect(try await stage.run("run", "--", "touch", trace).status == 0)
                    #expect(FileManager.default.fileExists(atPath: trace))
                    try FileManager.default.removeItem(atPath: trace)
                    #expect(try await stage.run("end", "--summary", "looked").status == 0)
                    #expect(try await first.agent.ended() == 0)
                    isSecond.turnOn()
                    let second = try await Attempt(stage, evil)
                    try await second.fails(Self.wrongCode, Self.wrongCode, sessions: 1)
                    #expect(isSecond.isUsed)
                    #expect(!FileManager.default.fileExists(atPath: trace))
                }
            }
        }

        @Test("a relay that swaps the tunnels of two agents gets nobody to speak")
        func spliced() async throws {
            let tokens = Mutex<[String]>([])
            var meddling = Meddling()
            meddling.answer = { path, body in
                if path == RelayRoute.join {
                    let answer = try JSONDecoder().decode(JoinAnswer.self, from: Data(body.utf8))
                    tokens.withLock { $0.append(answer.token) }
                }
                return body
            }
            meddling.request = { head in
                guard head.path == RelayRoute.tunnel else { return head }
                let both = try await eventually("two agents have joined") {
                    tokens.withLock { $0.count == 2 ? $0 : nil }
                }
                var swapped = head
                swapped["Authorization"] =
                    head["Authorization"] == "Bearer \(both[0])" ? "Bearer \(both[1])" : "Bearer \(both[0])"
                return swapped
            }
            try await Stage.with { stage in
                try await EvilRelay.with(stage, meddling) { evil in
                    let one = try await Attempt(stage, evil)
                    let two = try await Attempt(stage, evil)
                    try await one.fails(Self.wrongCode, Self.wrongCode)
                    try await two.fails(Self.wrongCode, Self.wrongCode)
                }
            }
        }

        @Test("a relay that names another authority than it shows is told no code")
        func otherAuthority() async throws {
            let hasTunnel = Switch()
            var meddling = Meddling()
            meddling.answer = { path, body in
                guard path == RelayRoute.join else { return body }
                var answer = try JSONDecoder().decode(JoinAnswer.self, from: Data(body.utf8))
                answer.authority = String(repeating: "ab", count: 32)
                return String(decoding: try JSONEncoder().encode(answer), as: UTF8.self)
            }
            meddling.request = { head in
                if head.path == RelayRoute.tunnel { hasTunnel.turnOn() }
                return head
            }
            try await Self.attempt(meddling) { attempt in
                #expect(try await attempt.agent.ended() == 1)
                #expect(attempt.agent.errorOutput.contains("names another authority than the one it shows"))
                #expect(!hasTunnel.isOn)
                // To the operator it looks as if nobody had come yet.
                try await attempt.connect.complains("waiting for the client to type the code")
                attempt.connect.signal(SIGINT)
                #expect(try await attempt.connect.ended() == 130, "\(attempt.connect.story)")
                try await attempt.leavesNothing()
            }
        }
    }
}
