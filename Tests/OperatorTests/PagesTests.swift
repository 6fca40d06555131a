import RelayAPI
import SupportChannel
import Testing

@testable import Operator

@Suite("Pages")
struct PagesTests {
    private func kept() -> KeptInvitation {
        let summary = InvitationSummary(
            invitation: "i-1",
            room: "4821",
            contract: "acme",
            version: 1,
            hash: "00",
            category: "question",
            purpose: "a test",
            operator: "jan",
            state: .open,
            expiresAt: Timestamp(seconds: 600),
            secretDigits: 7
        )
        return KeptInvitation(invitation: summary, code: "4821-730-5519-4")
    }

    @Test("an invitation shows the code large and what the client types")
    func invitation() {
        let text = InvitationPage.text(kept(), relay: "https://relay:7443", pin: "ab12", now: Timestamp(seconds: 0))
        #expect(text.contains("4 8 2 1 - 7 3 0 - 5 5 1 9 - 4"))
        #expect(text.contains("lotse-agent --relay https://relay:7443 --pin ab12"))
        #expect(text.contains("10 minutes"))
    }

    @Test("where several invitations are open, the others are named; where there is no choice nothing is said")
    func invitationChoice() {
        let open = (1...8).map { number in
            var other = kept()
            other.invitation.invitation = "i-\(number)"
            other.invitation.room = "482\(number)"
            return other
        }
        #expect(InvitationPage.choice(of: "i-1", among: Array(open.prefix(1))) == nil)
        #expect(InvitationPage.choice(of: "i-9", among: open) == nil)
        #expect(
            InvitationPage.choice(of: "i-1", among: Array(open.prefix(2)))
                == "the newest of 2 open invitations is taken; --invitation takes another: i-2 of acme, room 4822"
        )
        let many = InvitationPage.choice(of: "i-1", among: open)
        #expect(many?.hasSuffix("i-6 of acme, room 4826; 2 more") == true)
    }

    @Test("an invitation as JSON has the names that scripts hold on to")
    func invitationJSON() throws {
        #expect(
            try JSON.text(InvitationAnswer(kept()))
                == #"{"code":"4821-730-5519-4","contract":"acme","expiresAt":"1970-01-01T00:10:00Z","invitation":"i-1","room":"4821"}"#
        )
    }

    @Test("hostile text of the relay stays in its column")
    func list() {
        var record = Samples.record(summary: "x\u{202E}y\nz")
        record.operator = "jan\u{1B}]0;"
        let list = SessionPage.list([record])
        #expect(list.split(separator: "\n").count == 2)
        #expect(!list.unicodeScalars.contains("\u{1B}") && !list.unicodeScalars.contains("\u{202E}"))
    }

    @Test("a list of sessions marks those that were given back")
    func credited() {
        var record = Samples.record()
        #expect(!SessionPage.list([record]).contains("ended,"))
        record.credited = .returned
        #expect(SessionPage.list([record]).contains("  ended, given back  "))
        record.credited = .asWarranty
        #expect(SessionPage.list([record]).contains("  ended, warranty  "))
    }

    @Test("each end of a session has its sentence")
    func ends() {
        #expect(
            SessionEnd.byAgent(.ended, billedSeconds: 61).sentence == "the client ended the session (0:01:01 billed)"
        )
        #expect(SessionEnd.byAgent(.idle, billedSeconds: nil).sentence.contains("nothing happened"))
        #expect(SessionEnd.byAgent(.timeout, billedSeconds: nil).sentence.contains("longest time"))
        #expect(SessionEnd.connectionLost.sentence.contains("lost"))
    }
}
