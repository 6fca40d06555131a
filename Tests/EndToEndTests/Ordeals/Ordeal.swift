import Foundation
import Glibc
import Testing

/// What sessions of one relay go through, and what is known of all that was asked for in them.
struct Ordeal {
    let stage: Stage
    /// The way of agents to the relay, so that each comes from an address of its own: one that went during the pairing lets its address wait.
    let line: Line
    private let seed: UInt64
    var random: SeededGenerator
    private(set) var tally = OrdealTally()
    /// What the ledger was asked to write down, by its text, and whether it said yes.
    private(set) var entries: [String: Bool] = [:]
    private var commands: [MarkedCommand] = []
    private let trace: String
    private var numbers = 0

    init(_ stage: Stage, _ line: Line, seed: UInt64) {
        self.stage = stage
        self.line = line
        self.seed = seed
        random = SeededGenerator(seed: seed)
        trace = stage.folder + "/files/trace"
    }

    // MARK: - Findings

    /// Something is wrong.
    mutating func find(_ what: String, _ programs: Program...) {
        let stories = programs.map(\.story).joined()
        tally.findings.append("LOTSE_SEED=\(seed), after \(tally.kills) kills: \(what)\n\(stories)")
    }

    mutating func expect(_ isTrue: Bool, _ what: String, _ programs: Program...) {
        guard !isTrue else { return }
        let stories = programs.map(\.story).joined()
        find(what + "\n" + stories)
    }

    /// Whether another round is to begin.
    func goesOn(_ kills: Int, until deadline: ContinuousClock.Instant) -> Bool {
        tally.kills < kills && tally.findings.isEmpty && ContinuousClock.now < deadline
    }

    mutating func count(_ path: WritableKeyPath<OrdealTally, Int>, _ number: Int = 1) { tally[keyPath: path] += number }

    // MARK: - Chance

    /// Waits for a random part of some time.
    mutating func wait(upTo limit: Duration) async throws {
        try await Task.sleep(for: limit * Double.random(in: 0...1, using: &random), tolerance: .zero)
    }

    /// True once in so many times.
    mutating func isOne(in number: Int) -> Bool { Int.random(in: 0..<number, using: &random) == 0 }

    /// A number that was not there before.
    mutating func next() -> Int {
        numbers += 1
        return numbers
    }

    // MARK: - What is asked for

    /// Starts one or two commands.
    mutating func startCommands() throws -> [MarkedCommand] {
        try (0..<Int.random(in: 1...2, using: &random)).map { _ in
            let command = try MarkedCommand(
                mark: next(),
                lines: Int.random(in: 1...4000, using: &random),
                trace: trace,
                on: stage
            )
            commands.append(command)
            tally.commands += 1
            return command
        }
    }

    /// Waits until each of them has ended; what the operator saw ended must have run, once, and its output be whole.
    ///
    /// - Parameter mayFail: whether the kill may have taken it.
    mutating func settle(_ commands: [MarkedCommand], mayFail: Bool) async throws {
        for command in commands {
            let status = try await command.program.ended(within: .seconds(90))
            if status == 0 {
                tally.ended += 1
                expect(command.program.output == command.output, "an output that is not whole", command.program)
                expect(command.count(in: trace) == 1, "acknowledged, and ran \(command.count(in: trace)) times")
            } else {
                expect(mayFail, "a command failed", command.program)
                expect(
                    status >= 128 && (status == 128 + SIGKILL || command.program.complainsClearly),
                    "no clear sentence",
                    command.program
                )
                expect(command.output.hasPrefix(command.program.output), "another output", command.program)
            }
        }
    }

    /// Somebody asked the ledger to write something down.
    mutating func noteEntry(_ text: String, isAcknowledged: Bool) {
        entries[text] = isAcknowledged
        if isAcknowledged { tally.entries += 1 }
    }

    // MARK: - Sessions

    /// An opening that was begun: the code is with an agent, and `lotse connect` waits.
    struct Opening {
        var invitation: Invitation
        var agent: Program
        var connect: Program
    }

    /// Begins to open a session.
    mutating func beginOpening() async throws -> Opening { try beginOpening(try await stage.invite()) }

    /// The same with an invitation that is there.
    mutating func beginOpening(_ invitation: Invitation) throws -> Opening {
        let number = next()
        line.comeFrom("127.\(1 + number / 60_000).\(number / 250 % 240).\(1 + number % 250)")
        let agent = try stage.start(
            Programs.agent,
            ["--relay", line.address, "--ca", stage.relayFolder + "/tls/ca.pem", "--yes"],
            input: .text(invitation.code + "\n")
        )
        let connect = try stage.lotse("connect", "--background", "--json")
        return Opening(invitation: invitation, agent: agent, connect: connect)
    }

    /// The session that came of it; nil where none did, and then both said so.
    mutating func finish(_ opening: Opening) async throws -> Session? {
        struct Answer: Decodable { var session: String }
        // Where an agent could not even come, the operator waits for another one that has the code.
        try await eventually("there is a session or none", within: .seconds(90), of: opening.connect, opening.agent) {
            opening.connect.status ?? opening.agent.status
        }
        if opening.connect.status == nil, !opening.connect.errorOutput.contains("is there;") {
            opening.connect.signal(SIGINT)
        }
        let status = try await opening.connect.ended(within: .seconds(90))
        if status == 0 {
            let answer = try JSONDecoder().decode(Answer.self, from: Data(opening.connect.output.utf8))
            tally.sessions += 1
            // Whoever holds it later is known by that.
            stage.remember(remote: answer.session)
            return Session(
                id: answer.session,
                invitation: opening.invitation,
                agent: opening.agent,
                holder: stage.holders(of: opening.invitation.invitation).first ?? 0
            )
        }
        tally.openings += 1
        expect(
            status == 128 + SIGKILL || status == 128 + SIGINT || opening.connect.complainsClearly,
            "the opening failed without a word",
            opening.connect
        )
        try await dismiss(opening.agent)
        return nil
    }

    /// An agent to which no operator comes any more: it says so and leaves, or waits, says that too, and leaves when it is told to.
    private mutating func dismiss(_ agent: Program) async throws {
        let limit = ContinuousClock.now + .seconds(3)
        while agent.status == nil, ContinuousClock.now < limit, !agent.output.contains("The connection is lost.") {
            await pause()
        }
        if agent.status == nil { agent.signal(SIGINT) }
        let status = try await agent.ended(within: .seconds(20))
        expect(
            status == 0 || status == 128 + SIGKILL || status == 128 + SIGINT || agent.complainsClearly,
            "an agent left without a word",
            agent
        )
    }

    /// Opens a session.
    mutating func open() async throws -> Session {
        let opening = try await beginOpening()
        guard let session = try await finish(opening) else {
            throw Failure("no session although nobody was killed\n\(opening.connect.story)\(opening.agent.story)")
        }
        return session
    }

    /// What can be said at the end: every entry that was acknowledged is there once, none twice; no command ran twice; all sessions but
    /// those that are kept for their ends are closed; the ledger is whole.
    mutating func conclude() async throws {
        for command in commands where command.program.status == nil { command.program.signal(SIGINT) }
        let rows = try await stage.json([SessionRow].self, "sessions", "--json")
        let texts = rows.flatMap { $0.notes + [$0.summary ?? ""] }
        for (text, isAcknowledged) in entries {
            let times = texts.count { $0.contains("<\(text)>") }
            expect(times == 1 || (times == 0 && !isAcknowledged), "\(text) (\(isAcknowledged)) is there \(times) times")
        }
        for command in commands {
            let times = command.count(in: trace)
            expect(times <= 1, "command \(command.mark) ran \(times) times")
        }
        expect(try await stage.ledgerIsWhole(), "the ledger is not whole")
    }
}

/// A command that writes down on the client's machine that it ran.
struct MarkedCommand {
    let mark: Int
    let program: Program
    private let lines: Int

    private static let script = #"echo "<$1>" >>"$0" && seq "$2" && echo "done $1""#

    init(mark: Int, lines: Int, trace: String, on stage: Stage) throws {
        self.mark = mark
        self.lines = lines
        program = try stage.lotse("run", "--", "sh", "-c", Self.script, trace, "\(mark)", "\(lines)")
    }

    /// All that it says.
    var output: String { (1...lines).map { "\($0)\n" }.joined() + "done \(mark)\n" }

    /// How often it ran.
    func count(in trace: String) -> Int {
        let text = (try? String(contentsOfFile: trace, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").count { $0 == "<\(mark)>" }
    }
}

extension Program {
    /// Whether it said in a sentence of its own what failed.
    var complainsClearly: Bool {
        let names = ["lotse: ", "lotse-agent: ", "lotse-relay: "]
        return errorOutput.split(separator: "\n").contains { line in names.contains { line.hasPrefix($0) } }
            && !errorOutput.contains("Fatal error")
    }
}
