import Foundation
import Glibc
import Testing

/// How a session ends that kills came into.
extension Ordeal {
    /// Ends a session, and sees both ends leave.
    mutating func end(_ session: Session) async throws {
        let text = "\(next())"
        let end = try await stage.run("end", "--summary", "<\(text)>", "--json")
        expect(end.status == 0, "a session could not be ended", end, session.agent)
        noteEntry(text, isAcknowledged: end.status == 0)
        noteReceipt(end)
        try await closed(session, unless: text)
    }

    /// What `lotse end` said of the receipt.
    mutating func noteReceipt(_ end: Program) {
        if end.status == 0 { count(end.output.contains(#""state":"signed""#) ? \.signed : \.unsigned) }
    }

    /// Sees that a session has ended for all three, ended once more where the first word did not reach the relay.
    ///
    /// - Parameter text: what that word was.
    mutating func closed(_ session: Session, unless text: String) async throws {
        for _ in 0..<5 {
            guard try await stage.record(of: session.id).endedAt == nil else { break }
            let again = try await stage.run("end", "--summary", "<\(text)>", "--json")
            if again.status == 0 { noteEntry(text, isAcknowledged: true) }
        }
        let row = try await stage.record(of: session.id)
        expect(row.endedAt != nil, "a session does not end: \(row)", session.agent)
        let status = try await session.agent.ended(within: .seconds(60))
        expect(
            status == 0 || status == 128 + SIGKILL || session.agent.complainsClearly,
            "the agent left without a word",
            session.agent
        )
        let stage = stage
        for holder in [session.invitation.invitation, session.id] {
            try await eventually("the holder is gone", within: .seconds(60)) {
                stage.holders(of: holder).isEmpty ? true : nil
            }
        }
    }

    /// The receipt of a session, as the relay has it.
    mutating func receipt(of session: Session) async throws -> String {
        let stage = stage
        return try await eventually("there is a receipt of \(session.id)") {
            let receipt = try await stage.run("receipt", session.id, "--json")
            return receipt.status == 0 ? receipt.output : nil
        }
    }
}
