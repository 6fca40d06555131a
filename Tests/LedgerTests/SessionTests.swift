import Receipts
import Testing

@testable import Ledger

struct SessionTests {
    private let start = Fixture.start

    private func seeded() async throws -> (Ledger, Fixture) {
        let (ledger, fixture) = try Fixture.shared()
        try await ledger.seed()
        return (ledger, fixture)
    }

    @Test("a session from start to end, with its time")
    func whole() async throws {
        let (ledger, fixture) = try await seeded()
        let started = try await ledger.start("s1")
        #expect(started.state == .live)
        #expect(started.agent == ["host": "pc-1", "user": "eva"])
        #expect(try await ledger.invitation("i-s1")?.state == .used)
        #expect(try await ledger.pauseSession("s1", instant: start + 100).isPaused)
        #expect(try await ledger.disconnectSession("s1", instant: start + 150).isDisconnected)
        #expect(try await !ledger.resumeSession("s1", instant: start + 200).isPaused)
        let running = try await ledger.reconnectSession("s1", instant: start + 260)
        #expect(!running.isPaused && !running.isDisconnected)
        #expect(
            running.time(at: start + 300)
                == SessionTime(
                    startedAt: 0,
                    until: 300,
                    breaks: [.init(kind: .paused, from: 100, to: 200), .init(kind: .disconnected, from: 150, to: 260)]
                )
        )
        try await ledger.pauseSession("s1", instant: start + 400)
        let ended = try await ledger.endSession(
            "s1",
            instant: start + 460,
            by: .operator,
            reason: "done",
            summary: "printer works",
            idleSeconds: 12
        )
        #expect(ended.state == .ended)
        #expect(ended.endedAt == start + 460)
        #expect(ended.endedBy == .operator)
        #expect(ended.idleSeconds == 12)
        #expect(!ended.isPaused)
        let time = ended.time(at: .max)
        #expect([time.rawSeconds, time.pausedSeconds, time.disconnectedSeconds] == [240, 110, 110])
        #expect(try fixture.verify().ok)
    }

    @Test("a second end returns the first and changes nothing, and nothing else changes an ended session")
    func endOnce() async throws {
        let (ledger, _) = try await seeded()
        try await ledger.start("s1")
        let first = try await ledger.endSession("s1", instant: start + 10, by: .client, reason: "q")
        let count = try await ledger.head().count
        #expect(
            try await ledger.endSession("s1", instant: start + 99, by: .operator, reason: "x", summary: "y") == first
        )
        for change in [Ledger.pauseSession, Ledger.resumeSession, Ledger.disconnectSession, Ledger.reconnectSession] {
            await expectError(.sessionEnded) { try await change(ledger)("s1", start + 20) }
        }
        await expectError(.sessionEnded) {
            try await ledger.changeCategory("s1", to: "defect", instant: start + 20, by: .operator)
        }
        try await ledger.checkpoint(["s1": start + 50])
        #expect(try await ledger.closeInterrupted().isEmpty)
        #expect(try await ledger.head().count == count)
        #expect(try await ledger.session("s1") == first)
    }

    @Test("summaries after the end are added, and the end stays")
    func addenda() async throws {
        let (ledger, _) = try await seeded()
        try await ledger.start("s1")
        await expectError(.conflict) { try await ledger.addSummary("s1", text: "early", by: .operator) }
        try await ledger.endSession("s1", instant: start + 10, by: .client, reason: "q")
        try await ledger.addSummary("s1", text: "one", by: .operator)
        let session = try await ledger.addSummary("s1", text: "two", by: .operator)
        #expect(session.summary == nil)
        #expect(session.addenda.map(\.text) == ["one", "two"])
        try await ledger.addNote("s1", text: "late note", by: .client)
        #expect(try await ledger.notes("s1").map(\.text) == ["late note"])
        #expect(try await ledger.records(of: "acme").timesheet(from: 0, to: .max).first?.summary == "one\ntwo")
    }

    @Test("breaks begin and end once")
    func breaksOnce() async throws {
        let (ledger, _) = try await seeded()
        try await ledger.start("s1")
        let paused = try await ledger.pauseSession("s1", instant: start + 1)
        let count = try await ledger.head().count
        #expect(try await ledger.pauseSession("s1", instant: start + 2) == paused)
        #expect(try await ledger.reconnectSession("s1", instant: start + 2) == paused)
        #expect(try await ledger.head().count == count)
        let resumed = try await ledger.resumeSession("s1", instant: start + 5)
        #expect(try await ledger.resumeSession("s1", instant: start + 6) == resumed)
        #expect(resumed.breaks == [BreakRecord(kind: .paused, from: start + 1, to: start + 5)])
    }

    @Test("an instant before the latest recorded counts as the latest")
    func backwards() async throws {
        let (ledger, fixture) = try await seeded()
        try await ledger.start("s1")
        try await ledger.checkpoint(["s1": start + 50])
        try await ledger.pauseSession("s1", instant: start + 40)
        try await ledger.checkpoint(["s1": start + 30])
        let ended = try await ledger.endSession("s1", instant: 0, by: .relay, reason: "cap")
        #expect(ended.endedAt == start + 50)
        #expect(ended.breaks == [BreakRecord(kind: .paused, from: start + 50, to: start + 50)])
        #expect(try fixture.verify().ok)
    }

    @Test("an invitation leads to one session, and only one that is not over leads to any")
    func invitations() async throws {
        let (ledger, _) = try await seeded()
        try await ledger.start("s1", invitation: "i1")
        await expectError(.used) { try await ledger.start("s2", invitation: "i1") }
        for state: InvitationState in [.burnt, .expired, .withdrawn] {
            let id = "i-\(state.rawValue)"
            try await ledger.invite(id)
            try await ledger.changeInvitation(id, to: state)
            await expectError(.conflict) { try await ledger.start("s-\(state)", invitation: id) }
        }
        try await ledger.invite("i2")
        try await ledger.changeInvitation("i2", to: .used)
        await expectError(.conflict) { try await ledger.start("s1", invitation: "i2") }
        try await ledger.start("s2", invitation: "i2")
        await expectError(.notFound) {
            try await ledger.startSession(
                "s3",
                invitation: "none",
                contract: "acme",
                version: 1,
                contractHash: sha("{}"),
                category: "c",
                operator: "anna",
                agent: .null,
                startedAt: start
            )
        }
    }

    @Test("the terms of a session are those of its invitation")
    func terms() async throws {
        let (ledger, _) = try await seeded()
        _ = try await ledger.addContract("acme", canonical: "{\"a\":2}", hash: sha("2"), source: "", by: "anna")
        try await ledger.invite("i1")
        func start(_ contract: String, _ version: Int64, _ hash: String) async throws {
            try await ledger.startSession(
                "s1",
                invitation: "i1",
                contract: contract,
                version: version,
                contractHash: hash,
                category: "c",
                operator: "anna",
                agent: .null,
                startedAt: Fixture.start
            )
        }
        await expectError(.conflict) { try await start("acme", 2, sha("2")) }
        await expectError(.conflict) { try await start("acme", 1, sha("2")) }
        await expectError(.conflict) { try await start("other", 1, sha("{}")) }
        try await start("acme", 1, sha("{}"))
    }

    @Test("what both ends signed is kept as it is, and must be about this very session")
    func consents() async throws {
        let (ledger, fixture) = try await seeded()
        try await ledger.invite("i1")
        func start(_ consent: ConsentRecord) async throws {
            try await ledger.startSession(
                "s1",
                invitation: "i1",
                contract: "acme",
                version: 1,
                contractHash: sha("{}"),
                category: "question",
                operator: "anna",
                agent: .null,
                consent: consent,
                startedAt: Fixture.start
            )
        }
        await expectError(.conflict) { try await start(Ledger.consent("s2", invitation: "i1")) }
        await expectError(.conflict) { try await start(Ledger.consent("s1", invitation: "i2")) }
        await expectError(.conflict) { try await start(Ledger.consent("s1", invitation: "i1").signed([])) }
        let consent = try Ledger.consent("s1", invitation: "i1")
        try await start(consent)
        #expect(try await ledger.consent("s1") == consent)
        #expect(try await ledger.consent("s2") == nil)
        try await ledger.close()
        #expect(try fixture.verify().ok)
    }

    @Test("a checkpoint is one entry for all sessions")
    func checkpoint() async throws {
        let (ledger, _) = try await seeded()
        for session in ["s1", "s2", "s3"] { try await ledger.start(session) }
        try await ledger.endSession("s2", instant: start + 1, by: .client, reason: "q")
        let count = try await ledger.head().count
        try await ledger.checkpoint(["s1": start + 15, "s2": start + 15, "s3": start + 16, "none": start])
        #expect(try await ledger.head().count == count + 1)
        let entry = try await ledger.entries(from: count + 1).first
        #expect(entry?.kind == "checkpointed")
        #expect(
            entry?.payload
                == "{\"sessions\":[{\"instant\":1800000015,\"session\":\"s1\"},{\"instant\":1800000016,\"session\":\"s3\"}]}"
        )
        try await ledger.checkpoint([:])
        #expect(try await ledger.head().count == count + 1)
    }

    @Test("sessions that a crash left open are closed at their last checkpoint or entry")
    func interrupted() async throws {
        let (ledger, fixture) = try await seeded()
        for session in ["s1", "s2", "s3", "s4", "s5"] { try await ledger.start(session) }
        try await ledger.pauseSession("s2", instant: start + 5)
        try await ledger.checkpoint(["s1": start + 15, "s2": start + 15, "s3": start + 15])
        try await ledger.changeCategory("s3", to: "change", instant: start + 20, by: .operator)
        try await ledger.endSession("s5", instant: start + 21, by: .client, reason: "q")
        try await ledger.close()

        fixture.clock.advance(5000)
        let again = try fixture.open()
        let closed = try await again.closeInterrupted()
        #expect(closed.map(\.session) == ["s1", "s2", "s3", "s4"])
        #expect(closed.map(\.state) == Array(repeating: .interrupted, count: 4))
        #expect(closed.map(\.endedAt) == [start + 15, start + 15, start + 20, start])
        #expect(closed.map { $0.time(at: .max).rawSeconds } == [15, 5, 20, 0])
        #expect(closed.map { $0.time(at: .max).pausedSeconds } == [0, 10, 0, 0])
        #expect(closed.map(\.endedBy) == Array(repeating: .relay, count: 4))
        #expect(closed.first?.reason == "the relay went away")
        #expect(try await again.closeInterrupted().isEmpty)
        #expect(try await again.session("s5")?.state == .ended)
        #expect(try fixture.verify().ok)
    }

    @Test("sessions are listed by contract, operator, state and time")
    func queries() async throws {
        let (ledger, _) = try await seeded()
        try await ledger.start("s2", at: start + 20)
        try await ledger.start("s1", at: start + 10)
        try await ledger.endSession("s1", instant: start + 30, by: .client, reason: "q")
        func list(_ filter: SessionFilter) async throws -> [String] { try await ledger.sessions(filter).map(\.session) }
        #expect(try await list(.init()) == ["s1", "s2"])
        #expect(try await list(.init(contract: "acme", operator: "anna")) == ["s1", "s2"])
        #expect(try await list(.init(contract: "other")).isEmpty)
        #expect(try await list(.init(operator: "bert")).isEmpty)
        #expect(try await list(.init(state: .live)) == ["s2"])
        #expect(try await list(.init(startedFrom: start + 20)) == ["s2"])
        #expect(try await list(.init(startedBefore: start + 20)) == ["s1"])
        #expect(try await ledger.session("none") == nil)
    }

    @Test("a session belongs to the period in which it ended: after its start, up to its end")
    func timesheet() async throws {
        let (ledger, _) = try await seeded()
        for (session, end) in [("a", 100), ("b", 101), ("c", 200), ("d", 201)] as [(String, Int64)] {
            try await ledger.start(session, at: start)
            try await ledger.pauseSession(session, instant: start + 10)
            try await ledger.resumeSession(session, instant: start + 30)
            try await ledger.endSession(
                session,
                instant: start + end,
                by: .operator,
                reason: "",
                summary: "S " + session
            )
        }
        try await ledger.start("live", at: start)
        let rows = try await ledger.records(of: "acme").timesheet(from: start + 100, to: start + 200)
        #expect(rows.map(\.session) == ["b", "c"])
        #expect(rows.map(\.time.pausedSeconds) == [20, 20])
        #expect(rows.map(\.time.rawSeconds) == [81, 180])
        #expect(rows.map(\.billedSeconds) == [81, 180])
        #expect(rows.map(\.summary) == ["S b", "S c"])
        #expect(rows.map(\.state) == [.ended, .ended])
        #expect(try await ledger.records(of: "other").timesheet(from: 0, to: .max).isEmpty)
    }

    @Test("what is unknown, too long or out of range is refused with a sentence")
    func refusals() async throws {
        let (ledger, _) = try await seeded()
        try await ledger.start("s1")
        await expectError(.notFound) { try await ledger.pauseSession("none", instant: start) }
        await expectError(.notFound) { try await ledger.endSession("none", instant: start, by: .relay, reason: "") }
        await expectError(.notFound) { try await ledger.addNote("none", text: "", by: .client) }
        await expectError(.invalid) { try await ledger.pauseSession("s1", instant: -1) }
        await expectError(.invalid) { try await ledger.checkpoint(["s1": .max]) }
        await expectError(.invalid) {
            try await ledger.addNote("s1", text: String(repeating: "x", count: 65_537), by: .client)
        }
        await expectError(.invalid) { try await ledger.addNote("s1", text: "a\0b", by: .client) }
        await expectError(.invalid) { try await ledger.start("", invitation: "i2") }
    }
}
