import Foundation
import Glibc
import Testing

extension Mishaps {
    /// `scripts/stress flips` goes on with that for as long as it is let; a test run takes a few bytes by chance.
    @Suite("A fault at some byte of what the programs say")
    struct FaultOffsetTests {
        @Test(
            "between agent and relay, operator and relay: it is refused or is whole, and after it everything works",
            arguments: [true, false]
        )
        func offsets(isAgents: Bool) async throws {
            let environment = ProcessInfo.processInfo.environment
            let seed = environment["LOTSE_SEED"].flatMap(UInt64.init) ?? .random(in: 0...UInt64(UInt32.max))
            let seconds = environment["LOTSE_FLIP_SECONDS"].flatMap { Int($0) }.map { $0 / 2 } ?? 2
            let deadline = ContinuousClock.now + .seconds(seconds)
            try await Stage.with { stage in
                try await Line.with(to: stage.port) { agents in
                    try await Line.with(to: stage.port) { operators in
                        try stage.redirect(to: operators.address)
                        var ordeal = Ordeal(stage, agents, seed: seed)
                        let faulty = isAgents ? agents : operators
                        var tried: [Line.Fault: Int] = [:]
                        do {
                            let sizes = try await ordeal.play(nil, on: faulty)
                            repeat {
                                let trap = ordeal.trap(within: sizes)
                                _ = try await ordeal.play(trap, on: faulty)
                                tried[trap.fault, default: 0] += 1
                            } while ContinuousClock.now < deadline && ordeal.tally.findings.isEmpty
                            try await ordeal.conclude()
                            let faults = tried.sorted { $0.key.rawValue < $1.key.rawValue }
                                .map { "\($0.value) \($0.key.rawValue)" }
                            print(
                                "seed \(seed), on the \(isAgents ? "agent's" : "operator's") line, \(sizes.0) + \(sizes.1) bytes a session: \(faults.joined(separator: ", ")); \(ordeal.tally.ended) commands whole, \(ordeal.tally.openings) openings refused with a sentence, \(ordeal.tally.findings.count) findings"
                            )
                        } catch {
                            ordeal.find("\(error)")
                        }
                        for finding in ordeal.tally.findings { Issue.record("\(finding)") }
                    }
                }
            }
        }
    }
}

extension Ordeal {
    /// Any fault at any byte of a session.
    fileprivate mutating func trap(within sizes: (Int, Int)) -> Line.Trap {
        let offset = Int.random(in: 0..<max(1, sizes.0 + sizes.1), using: &random)
        return Line.Trap(
            fault: Line.Fault.allCases.randomElement(using: &random) ?? .flip,
            isToTarget: offset < sizes.0,
            offset: offset < sizes.0 ? offset : offset - sizes.0
        )
    }

    /// A whole session, in which something happens once.
    ///
    /// - Returns: how many bytes went to the relay and from it.
    fileprivate mutating func play(_ trap: Line.Trap?, on line: Line) async throws -> (Int, Int) {
        let before = tally.findings.count
        line.set(trap)
        let session = try await openAtLast()
        try await settle(try startCommands(), mayFail: false)
        let text = "\(next())"
        let end = try await stage.run("end", "--summary", "<\(text)>", "--json")
        expect(end.status == 0 || end.complainsClearly, "no clear sentence", end)
        noteEntry(text, isAcknowledged: end.status == 0)
        noteReceipt(end)
        // What asks afterwards how it stands goes through as it is.
        let carried = line.carried
        line.set(nil)
        try await closed(session, unless: text)
        if let trap, tally.findings.count > before { find("\(trap)", session.agent) }
        return carried
    }

    /// What happens, happens once: it must work at the third time.
    private mutating func openAtLast() async throws -> Session {
        for _ in 0..<3 {
            let invite = try await stage.run("invite", "minute", "--for", "the shop is slow", "--json")
            guard invite.status == 0 else {
                expect(invite.complainsClearly, "no clear sentence", invite)
                continue
            }
            let invitation = try JSONDecoder().decode(Invitation.self, from: Data(invite.output.utf8))
            let opening = try beginOpening(invitation)
            if let session = try await finish(opening) { return session }
        }
        throw Failure("no session at the third time")
    }
}

extension Stage {
    /// The operator's programs reach the relay at another address.
    fileprivate func redirect(to address: String) throws {
        let file = URL(fileURLWithPath: folder + "/home/login.json")
        let text = try String(contentsOf: file, encoding: .utf8)
        let changed = text.replacingOccurrences(of: self.address, with: address)
        guard changed != text else { throw Failure("the login names another relay") }
        try Data(changed.utf8).write(to: file)
    }
}
