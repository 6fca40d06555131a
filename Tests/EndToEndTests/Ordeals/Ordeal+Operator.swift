import Foundation
import Glibc
import Testing

/// The operator's programs die: what holds the session, what takes it up, and the commands.
extension Ordeal {
    mutating func killOperator(_ kills: Int, until deadline: ContinuousClock.Instant) async throws {
        var session = try await open()
        while goesOn(kills, until: deadline) {
            switch Int.random(in: 0..<16, using: &random) {
            case 0:
                try await killWhileEnding(session)
                session = try await openMeanwhile()
            case 1...3: try await killCommands()
            default:
                if try await killHolder(session) { continue }
                session = try await openMeanwhile()
            }
        }
        try await end(session)
        try await conclude()
    }

    /// `lotse run` and `lotse note` die, and the session notices nothing.
    private mutating func killCommands() async throws {
        let commands = try startCommands()
        let text = "\(next())"
        let note = try stage.lotse("note", "<\(text)>")
        try await wait(upTo: .milliseconds(500))
        for program in [note] + commands.map(\.program) {
            program.signal(SIGKILL)
            try await program.ended()
            count(\.kills)
        }
        noteEntry(text, isAcknowledged: note.status == 0)
        try await settle(commands, mayFail: true)
        let probe = try await stage.run("run", "--", "true")
        expect(probe.status == 0, "a session did not survive a command's death", probe)
    }

    /// What holds the session dies.
    ///
    /// - Returns: whether the session goes on.
    private mutating func killHolder(_ session: Session) async throws -> Bool {
        let commands = try startCommands()
        let text = "\(next())"
        let note = try stage.lotse("note", "<\(text)>")
        try await wait(upTo: .milliseconds(500))
        killHolders(of: session)
        try await settle(commands, mayFail: true)
        let status = try await note.ended(within: .seconds(60))
        expect(status == 0 || note.complainsClearly, "no clear sentence", note)
        noteEntry(text, isAcknowledged: status == 0)
        let stage = stage
        async let isWhole = stage.ledgerIsWhole()
        let goesOn = try await takeUp(session)
        expect(try await isWhole, "the ledger is not whole")
        return goesOn
    }

    private mutating func killHolders(of session: Session) {
        for holder in stage.holders(of: session.invitation.invitation) + stage.holders(of: session.id) {
            kill(holder, SIGKILL)
        }
        count(\.kills)
    }

    /// The next `lotse connect` takes the session up; sometimes it dies too.
    private mutating func takeUp(_ session: Session) async throws -> Bool {
        while isOne(in: 4) {
            let connect = try stage.lotse("connect", "--background", "--json")
            try await wait(upTo: .milliseconds(800))
            connect.signal(SIGKILL)
            killHolders(of: session)
            try await connect.ended()
        }
        let connect = try await stage.run("connect", "--background", "--json")
        if connect.status == 0, connect.output.contains(session.id) {
            count(\.resumptions)
            return true
        }
        // Where a connect that was killed had told nobody yet, its holder ended the session.
        let row = try await stage.record(of: session.id)
        expect(
            row.endedBy == "operator" && connect.complainsClearly,
            "a session could not be taken up: \(row)",
            connect,
            session.agent
        )
        if row.endedAt != nil { try await closed(session, unless: "") }
        return false
    }

    /// What holds a session dies while that is being ended and its receipt signed.
    private mutating func killWhileEnding(_ session: Session) async throws {
        let text = "\(next())"
        let end = try stage.lotse("end", "--summary", "<\(text)>", "--json")
        try await wait(upTo: .milliseconds(900))
        killHolders(of: session)
        let status = try await end.ended(within: .seconds(60))
        expect(status == 0 || end.complainsClearly, "no clear sentence", end)
        noteEntry(text, isAcknowledged: status == 0)
        noteReceipt(end)
        if try await stage.record(of: session.id).endedAt == nil, try await takeUp(session) {
            return try await self.end(session)
        }
        try await closed(session, unless: text)
        let receipt = try await receipt(of: session)
        expect(status != 0 || receipt == end.output, "another receipt than the one that was shown", end)
        expect(try await stage.ledgerIsWhole(), "the ledger is not whole")
    }

    /// What opens a session dies meanwhile, or it does not.
    private mutating func openMeanwhile() async throws -> Session {
        while isOne(in: 2) {
            let opening = try await beginOpening()
            try await wait(upTo: .milliseconds(1500))
            opening.connect.signal(SIGKILL)
            for holder in stage.holders(of: opening.invitation.invitation) { kill(holder, SIGKILL) }
            count(\.kills)
            guard let session = try await finish(opening) else { continue }
            if try await takeUp(session) { return session }
        }
        return try await open()
    }
}
