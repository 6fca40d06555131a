import Testing

@testable import Ledger

struct ContractTests {
    private func add(_ ledger: Ledger, _ contract: String, _ canonical: String, source: String = "s") async throws
        -> ContractRecord
    {
        try await ledger.addContract(contract, canonical: canonical, hash: sha(canonical), source: source, by: "anna")
    }

    @Test("versions count up, identical terms are the version that exists, and old versions stay")
    func versions() async throws {
        let (ledger, fixture) = try Fixture.shared()
        try await ledger.seed()
        #expect(try await add(ledger, "other", "{\"a\":1}").version == 1)
        let second = try await add(ledger, "other", "{\"a\":2}", source: "a: 2 # two")
        #expect(second.version == 2)
        #expect(second.source == "a: 2 # two")
        #expect(second.addedBy == "anna")
        let count = try await ledger.head().count
        #expect(try await add(ledger, "other", "{\"a\":2}", source: "a:   2") == second)
        #expect(try await ledger.head().count == count)
        #expect(try await add(ledger, "other", "{\"a\":1}").version == 3)
        #expect(try await ledger.versions(of: "other").map(\.canonical) == ["{\"a\":1}", "{\"a\":2}", "{\"a\":1}"])
        #expect(try await ledger.contract("other")?.version == 3)
        #expect(try await ledger.contract("other", version: 2) == second)
        #expect(try await ledger.contract("other", version: 4) == nil)
        #expect(try await ledger.contract("none") == nil)
        #expect(try await ledger.contracts().map { "\($0.contract) \($0.version)" } == ["acme 1", "other 3"])
        #expect(try fixture.verify().ok)
    }

    @Test("terms that only look alike are another version")
    func lookalikes() async throws {
        let (ledger, _) = try Fixture.shared()
        try await ledger.seed()
        let hash = sha("x")
        _ = try await ledger.addContract("c", canonical: "\"\u{E9}\"", hash: hash, source: "", by: "anna")
        let second = try await ledger.addContract("c", canonical: "\"e\u{301}\"", hash: hash, source: "", by: "anna")
        #expect(second.version == 2)
        #expect(second.canonical.utf8.elementsEqual("\"e\u{301}\"".utf8))
    }

    @Test("only active operators add contracts")
    func operators() async throws {
        let (ledger, _) = try Fixture.shared()
        try await ledger.seed()
        await expectError(.notFound) {
            try await ledger.addContract("c", canonical: "{}", hash: sha("x"), source: "", by: "none")
        }
        try await ledger.revokeOperator(name: "anna")
        await expectError(.revoked) { try await add(ledger, "c", "{}") }
    }
}

struct InvitationTests {
    @Test("an invitation moves on while it is open, and stays where it ended")
    func states() async throws {
        let (ledger, fixture) = try Fixture.shared()
        try await ledger.seed()
        for end: InvitationState in [.used, .burnt, .expired, .withdrawn] {
            let id = "i-\(end.rawValue)"
            try await ledger.invite(id)
            #expect(try await ledger.openInvitations().map(\.invitation) == [id])
            fixture.clock.advance(1)
            #expect(try await ledger.changeInvitation(id, to: .joined).state == .joined)
            #expect(try await ledger.openInvitations().map(\.state) == [.joined])
            #expect(try await ledger.changeInvitation(id, to: .open).state == .open)
            let over = try await ledger.changeInvitation(id, to: end, reason: "because")
            #expect(over.state == end)
            #expect(over.reason == "because")
            #expect(over.changedAt == fixture.clock.now)
            let count = try await ledger.head().count
            #expect(try await ledger.changeInvitation(id, to: end, reason: "other") == over)
            #expect(try await ledger.head().count == count)
            await expectError(.conflict) { try await ledger.changeInvitation(id, to: .open) }
            #expect(try await ledger.invitation(id) == over)
            #expect(try await ledger.openInvitations().isEmpty)
        }
        await expectError(.notFound) { try await ledger.changeInvitation("none", to: .burnt) }
        #expect(try fixture.verify().ok)
    }

    @Test("a room is taken while it is open and rests 24 hours after its last use")
    func rooms() async throws {
        let (ledger, fixture) = try Fixture.shared()
        try await ledger.seed()
        try await ledger.invite("i1", room: "4821")
        fixture.clock.advance(200_000)
        await expectError(.roomTaken) { try await ledger.invite("i2", room: "4821") }
        try await ledger.changeInvitation("i1", to: .expired)
        fixture.clock.advance(86_399)
        await expectError(.roomTaken) { try await ledger.invite("i2", room: "4821") }
        #expect(try await ledger.restingRooms(at: fixture.clock.now) == ["4821"])
        fixture.clock.advance(1)
        #expect(try await ledger.restingRooms(at: fixture.clock.now).isEmpty)
        try await ledger.invite("i2", room: "4821")
    }

    @Test("of two that want one room one gets it")
    func race() async throws {
        let (ledger, fixture) = try Fixture.shared()
        try await ledger.seed()
        let other = try fixture.open()
        let opened = await withTaskGroup(of: Int.self) { group in
            for index in 0..<20 {
                group.addTask {
                    (try? await (index % 2 == 0 ? ledger : other).invite("i\(index)", room: "1")) == nil ? 0 : 1
                }
            }
            return await group.reduce(0, +)
        }
        #expect(opened == 1)
    }

    @Test("what an invitation names must exist")
    func references() async throws {
        let (ledger, _) = try Fixture.shared()
        await expectError(.notFound) { try await ledger.invite("i1") }
        try await ledger.seed()
        try await ledger.invite("i1")
        await expectError(.conflict) { try await ledger.invite("i1", room: "other") }
        await expectError(.notFound) {
            try await ledger.openInvitation(
                "i2",
                room: "2",
                contract: "acme",
                version: 2,
                category: "c",
                purpose: "",
                operator: "anna",
                expiresAt: Fixture.start
            )
        }
        try await ledger.revokeOperator(name: "anna")
        await expectError(.revoked) { try await ledger.invite("i3") }
    }
}
