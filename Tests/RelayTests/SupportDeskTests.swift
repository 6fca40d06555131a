import Foundation
import Ledger
import NIOCore
import RelayAPI
import TLS
import Testing

@testable import Relay

@Suite("Support desk", .timeLimit(.minutes(2)))
struct SupportDeskTests {
    /// Expects that the relay says no with this code.
    private func expect(
        _ code: String,
        _ location: SourceLocation = #_sourceLocation,
        _ body: () async throws -> some Sendable
    ) async {
        let seen = await problem(body)
        #expect(seen == code, sourceLocation: location)
    }

    private func problem(_ body: () async throws -> some Sendable) async -> String {
        do {
            _ = try await body()
            return "nothing wrong"
        } catch let problem as RelayAPI.Problem {
            return problem.code
        } catch {
            return "\(error)"
        }
    }

    @Test("from invitation to timesheet: the clock starts with the consent and stops with the end")
    func wholeSession() async throws {
        try await RelayFixture.with { relay in
            let jana = try await relay.login("jana")
            try await relay.addContract(jana)
            let meeting = try await relay.meet(jana)
            let started = try await relay.consent(meeting)
            #expect(started.maximumSeconds == 4 * 3600)
            try await meeting.operatorEnd.send("to the client")
            #expect(await meeting.agent.next() == "to the client")
            let paused: RelayAPI.SessionRecord = try await jana.send(
                .POST,
                RelayRoute.session(started.session, "pause")
            )
            #expect(paused.state == .paused)
            let resumed: RelayAPI.SessionRecord = try await jana.send(
                .POST,
                RelayRoute.session(started.session, "resume")
            )
            #expect(resumed.state == .running)
            let _: RelayAPI.SessionRecord = try await jana.send(
                .POST,
                RelayRoute.session(started.session, "note"),
                body: NoteRequest(text: "a note")
            )
            let ended: RelayAPI.SessionRecord = try await jana.send(
                .POST,
                RelayRoute.session(started.session, "end"),
                body: EndRequest(summary: "mended")
            )
            #expect(
                ended.state == .ended && ended.endedBy == "operator" && ended.summary == "mended"
                    && ended.notes == ["a note"]
            )
            #expect(ended.purpose == "a test" && ended.machine == "test")
            let again: RelayAPI.SessionRecord = try await jana.send(
                .POST,
                RelayRoute.session(started.session, "end"),
                body: EndRequest(summary: "mended")
            )
            #expect(again.endedAt == ended.endedAt)
            let sheet: Timesheet = try await jana.send(.GET, RelayRoute.timesheet(contract: "minute", month: nil))
            #expect(sheet.sessions.map(\.session) == [started.session])
            #expect(sheet.sessions.first?.billedSeconds == ended.billedSeconds)
            #expect(sheet.totals.netCents == ended.netCents && sheet.totals.currency == "EUR")
            #expect(try relay.setup.verify().ok)
        }
    }

    @Test("a consent about anything but the invitation's terms starts no session")
    func otherTerms() async throws {
        try await RelayFixture.with { relay in
            let jana = try await relay.login("jana")
            try await relay.addContract(jana)
            let meeting = try await relay.meet(jana)
            let changes: [@Sendable (inout SignedConsent) throws -> Void] = [
                { $0.terms.invitation = "i-other" }, { $0.contractID = "other" }, { $0.terms.contractVersion = 2 },
                { $0.terms.category = "defect" }, { $0.terms.contract += " " }, { $0.terms.session = "s-other" },
                { $0.terms.room = "0000" }, { $0.terms.authority = String(repeating: "0", count: 64) },
                { $0.terms.operator = "mallory" }, { $0.key = try PrivateKey.generate(.p256) },
            ]
            for change in changes {
                await expect("conflict") { try await relay.consent(meeting, change: change) }
            }
            await expect("badRequest") { try await relay.consent(meeting) { $0.isSignedByOperator = false } }
            let live: [RelayAPI.SessionRecord] = try await jana.send(
                .GET,
                RelayRoute.sessions(contract: nil, live: true)
            )
            #expect(live.isEmpty)
            let started = try await relay.consent(meeting)
            #expect(started.session == meeting.session)
            let certificate = try Certificate(pem: started.certificate)
            #expect(started.head.isSigned(by: certificate, of: relay.authority))
            await expect("conflict") { try await relay.consent(meeting) }
        }
    }

    @Test("a room that is taken gives the answer of one that is unknown, and whoever guesses waits")
    func oneAnswer() async throws {
        try await RelayFixture.with { relay in
            let jana = try await relay.login("jana")
            try await relay.addContract(jana)
            let meeting = try await relay.meet(jana)
            let join = { (room: String) async -> String in
                await problem {
                    try await relay.stranger().send(
                        .POST,
                        RelayRoute.join,
                        body: JoinRequest(room: room),
                        as: JoinAnswer.self
                    )
                }
            }
            #expect(await join(meeting.invitation.room) == "codeNotValid")
            #expect(await join("no such room") == "tooManyAttempts")
        }
    }

    @Test(
        "a lost connection takes the other end's along, and the session goes on when both are back",
        arguments: [true, false]
    )
    func lost(agentGoes: Bool) async throws {
        try await RelayFixture.with { relay in
            let jana = try await relay.login("jana")
            try await relay.addContract(jana)
            let meeting = try await relay.meet(jana)
            let started = try await relay.consent(meeting)
            let (goes, stays) = agentGoes ? (meeting.agent, meeting.operatorEnd) : (meeting.operatorEnd, meeting.agent)
            goes.channel.close(promise: nil)
            while await stays.next() != nil {}
            try await relay.record(jana, started.session) { $0.state == .disconnected }

            let operatorEnd = try await jana.openLine(RelayRoute.tunnel(invitation: meeting.invitation.invitation))
            let agent = try await relay.stranger().openLine(RelayRoute.tunnel, token: meeting.joined.token)
            try await agent.send("again")
            #expect(await operatorEnd.next() == "again")
            try await relay.record(jana, started.session) { $0.state == .running }
        }
    }

    @Test("an end that comes again takes the place of what it had, although that looks alive")
    func takesPlace() async throws {
        try await RelayFixture.with { relay in
            let jana = try await relay.login("jana")
            try await relay.addContract(jana)
            let meeting = try await relay.meet(jana)
            _ = try await relay.consent(meeting)
            let agent = try await relay.stranger().openLine(RelayRoute.tunnel, token: meeting.joined.token)
            while await meeting.operatorEnd.next() != nil {}
            while await meeting.agent.next() != nil {}
            let operatorEnd = try await jana.openLine(RelayRoute.tunnel(invitation: meeting.invitation.invitation))
            try await operatorEnd.send("again")
            #expect(await agent.next() == "again")
        }
    }

    @Test("nobody comes back to a session that is over")
    func over() async throws {
        try await RelayFixture.with { relay in
            let jana = try await relay.login("jana")
            try await relay.addContract(jana)
            let meeting = try await relay.meet(jana)
            let started = try await relay.consent(meeting)
            let _: RelayAPI.SessionRecord = try await jana.send(
                .POST,
                RelayRoute.session(started.session, "end"),
                body: EndRequest(summary: "done")
            )
            await expect("sessionEnded") {
                try await relay.stranger().openLine(RelayRoute.tunnel, token: meeting.joined.token)
            }
            await expect("sessionEnded") {
                try await jana.openLine(RelayRoute.tunnel(invitation: meeting.invitation.invitation))
            }
        }
    }

    @Test("the client ends a session with its token, and a summary can follow")
    func clientEnds() async throws {
        try await RelayFixture.with { relay in
            let jana = try await relay.login("jana")
            try await relay.addContract(jana)
            let meeting = try await relay.meet(jana)
            let started = try await relay.consent(meeting)
            let ended: RelayAPI.SessionRecord = try await relay.stranger().send(
                .POST,
                RelayRoute.end,
                token: meeting.joined.token,
                body: EndRequest()
            )
            #expect(ended.session == started.session && ended.endedBy == "client")
            let later: RelayAPI.SessionRecord = try await jana.send(
                .POST,
                RelayRoute.session(started.session, "end"),
                body: EndRequest(summary: "as far as we came")
            )
            #expect(later.summary == "as far as we came" && later.endedBy == "client" && later.endedAt == ended.endedAt)
        }
    }

    @Test("revoking an operator cuts the live session")
    func revoked() async throws {
        try await RelayFixture.with { relay in
            let owner = try await relay.login("owner")
            let jana = try await relay.login("jana")
            try await relay.addContract(owner)
            let meeting = try await relay.meet(jana)
            let started = try await relay.consent(meeting)
            try await relay.setup.revokeOperator("jana")
            while await meeting.agent.next() != nil {}
            let record = try await relay.ended(owner, started.session)
            #expect(record.reason == "the operator's access was revoked")
        }
    }

    @Test("another operator sees and touches nothing of a colleague's session")
    func colleagues() async throws {
        try await RelayFixture.with { relay in
            let owner = try await relay.login("owner")
            let jana = try await relay.login("jana")
            let max = try await relay.login("max")
            try await relay.addContract(owner)
            let meeting = try await relay.meet(jana)
            let started = try await relay.consent(meeting)
            let path = RelayRoute.session(started.session, "end")
            await expect("forbidden") {
                try await max.send(.POST, path, body: EndRequest(), as: RelayAPI.SessionRecord.self)
            }
            await expect("invitationOver") {
                try await max.openLine(RelayRoute.tunnel(invitation: meeting.invitation.invitation))
            }
            #expect(try await relay.record(max, started.session) == nil)
            #expect(try await relay.record(owner, started.session)?.operator == "jana")
        }
    }

    @Test("an agent that leaves early may come back with the same code, twice")
    func comesBack() async throws {
        try await RelayFixture.with { relay in
            let jana = try await relay.login("jana")
            try await relay.addContract(jana)
            let invitation = try await relay.invite(jana)
            for run in 1...3 {
                let joined: JoinAnswer = try await Self.joinWhenFree(relay, invitation.room)
                let agent = try await relay.stranger().openLine(RelayRoute.tunnel, token: joined.token)
                agent.channel.close(promise: nil)
                while await agent.next() != nil {}
                if run == 3 {
                    for _ in 0..<2000 {
                        let open: [InvitationSummary] = try await jana.send(.GET, RelayRoute.invitations)
                        if open.isEmpty { return }
                    }
                    Issue.record("the third run did not burn the code")
                }
            }
        }
    }

    /// Joins as soon as the relay has seen the last agent go. The invitation's state says when; asking the room itself would be a guess.
    private static func joinWhenFree(_ relay: RelayFixture, _ room: String) async throws -> JoinAnswer {
        try await relay.stranger().send(.POST, RelayRoute.join, body: JoinRequest(room: room))
    }

    @Test("a contract that is unknown, not signed or not in force is not invited to")
    func contracts() async throws {
        try await RelayFixture.with { relay in
            let jana = try await relay.login("jana")
            await expect("notFound") { try await relay.invite(jana) }
            let later = exampleContract.replacing("validFrom: 2026-01-01", with: "validFrom: 2999-01-01")
            let _: ContractSummary = try await jana.send(.POST, RelayRoute.contracts, body: NewContract(source: later))
            await expect("conflict") { try await relay.invite(jana) }
            let unsigned = exampleContract.replacing("signedOn: 2026-01-01\n", with: "")
            let _: ContractSummary = try await jana.send(
                .POST,
                RelayRoute.contracts,
                body: NewContract(source: unsigned)
            )
            await expect("conflict") { try await relay.invite(jana) }
            await expect("conflict") { try await relay.invite(jana, category: "nonsense") }
            try await relay.addContract(jana)
            await expect("badRequest") { try await relay.invite(jana, category: "nonsense") }
            await expect("badRequest") { try await relay.invite(jana, validSeconds: 5) }
            #expect(try await relay.invite(jana).version == 3)
        }
    }

    @Test("an enrolment token is good for one key, and for the same key again")
    func tokenTwice() async throws {
        try await RelayFixture.with { relay in
            let added = try await relay.setup.addOperator("jana", email: nil, role: .operator)
            let secret = RelayAPI.Hexadecimal.encode(try #require(EnrolmentToken(text: added.token)).secret)
            let first = try CertificateRequests.make("jana")
            let second = try CertificateRequests.make("jana")
            let enrol = { (request: String) async throws -> RelayAPI.IssuedCertificate in
                try await relay.stranger().send(
                    .POST,
                    RelayRoute.enrol,
                    body: EnrolRequest(token: secret, certificateRequest: request)
                )
            }
            let certificate = try await enrol(first).certificate
            #expect(try await enrol(first).certificate == certificate)
            await expect("used") { try await enrol(second).certificate }
        }
    }
}

enum CertificateRequests {
    static func make(_ name: String) throws -> String {
        try CertificateSigningRequest(commonName: name, key: PrivateKey.generate(.p256)).pem
    }
}
