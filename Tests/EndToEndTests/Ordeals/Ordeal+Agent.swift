import Foundation
import Glibc
import Testing

/// The agent dies. Nothing of it can come back; its session looks like one whose line is lost, until the operator ends it.
extension Ordeal {
    mutating func killAgent(_ kills: Int, until deadline: ContinuousClock.Instant) async throws {
        while goesOn(kills, until: deadline) {
            let opening = try await beginOpening()
            if isOne(in: 5) {
                try await wait(upTo: .milliseconds(1500))
                opening.agent.signal(SIGKILL)
                count(\.kills)
                try await opening.agent.ended()
                guard let session = try await finish(opening) else { continue }
                try await end(orphan: session, [])
            } else {
                guard let session = try await finish(opening) else {
                    find("no session although nobody was killed", opening.connect, opening.agent)
                    return
                }
                let commands = try startCommands()
                try await wait(upTo: .milliseconds(500))
                session.agent.signal(SIGKILL)
                try await session.agent.ended()
                count(\.kills)
                try await end(orphan: session, commands)
            }
        }
        try await conclude()
    }

    /// The operator ends a session whose agent is gone.
    private mutating func end(orphan session: Session, _ commands: [MarkedCommand]) async throws {
        try await wait(upTo: .milliseconds(300))
        let text = "\(next())"
        let end = try stage.lotse("end", "--summary", "<\(text)>", "--json")
        let status = try await end.ended(within: .seconds(150))
        expect(status == 0 || end.complainsClearly, "no clear sentence", end)
        noteEntry(text, isAcknowledged: status == 0)
        noteReceipt(end)
        try await settle(commands, mayFail: true)
        try await closed(session, unless: text)
        // Where the relay ended it, it gives the operator some seconds for their word.
        if status == 0 || isOne(in: 10) { _ = try await receipt(of: session) }
        expect(try await stage.ledgerIsWhole(), "the ledger is not whole")
    }
}
