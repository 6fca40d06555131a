import Testing

@testable import Ledger

@Suite("What is settled without a session's clock") struct SettlementTests {
    private func seeded() async throws -> (Ledger, Fixture) {
        let fixture = try Fixture()
        let ledger = try fixture.open()
        try await ledger.seed()
        return (ledger, fixture)
    }

    private func refusal(_ body: () async throws -> some Sendable) async -> String {
        do {
            _ = try await body()
            return ""
        } catch let error as LedgerError {
            return error.diagnostics
        } catch { return "\(error)" }
    }

    @Test("work that is written down is an ended session without agent and consent, and says that it was recorded")
    func recorded() async throws {
        let (ledger, fixture) = try await seeded()
        let record = try await ledger.record("r1", at: Fixture.start)
        #expect(record.isRecorded && record.state == .ended && record.endedAt == Fixture.start + 600)
        #expect(record.summary == "on the telephone" && record.agent == [:])
        #expect(try await ledger.consent("r1") == nil)
        #expect(try await ledger.sessions(SessionFilter(contract: "acme")) == [record])
        try await ledger.start("s1", at: Fixture.start + 700)
        let live = try await ledger.endSession("s1", instant: Fixture.start + 800, by: .operator, reason: "e")
        #expect(!live.isRecorded && live.entry > record.entry)
        try await ledger.addNote("r1", text: "later", by: .operator)
        try await ledger.addSummary("r1", text: "later", by: .operator)
        #expect(try await ledger.session("r1")?.entry == record.entry)
        try await ledger.close()
        #expect(try fixture.verify().ok)
    }

    @Test("someone cannot work twice at once, unless they say so; what only touches does not overlap")
    func overlap() async throws {
        let (ledger, _) = try await seeded()
        try await ledger.start("s1", at: Fixture.start + 600)
        try await ledger.record("before", at: Fixture.start)
        let says = await refusal { try await ledger.record("during", at: Fixture.start + 1) }
        #expect(says.contains("anna worked in session before of acme at that time"))
        let live = await refusal { try await ledger.record("live", at: Fixture.start + 5000) }
        #expect(live.contains("session s1"))
        _ = try await ledger.record("both", at: Fixture.start + 5000, allowsOverlap: true)
        try await ledger.endSession("s1", instant: Fixture.start + 700, by: .client, reason: "q")
        _ = try await ledger.record("after", at: Fixture.start + 700)
    }

    @Test("nothing is written into a month that stands on a valid invoice; after its Storno it is")
    func billedMonth() async throws {
        let (ledger, _) = try await seeded()
        let invoice = try await ledger.issue("2026-11")
        let says = await refusal { try await ledger.record("r1", at: Fixture.start) }
        #expect(says.contains("2026-11 stands on invoice 2026-1 already (cancel that invoice first"))
        _ = try await ledger.cancelInvoice(invoice.number, sequenceKey: "2026") { ("2026-\($0)", $1.invoice) }
        _ = try await ledger.record("r1", at: Fixture.start)
    }

    @Test("a session is given back once, and not while it runs")
    func credited() async throws {
        let (ledger, _) = try await seeded()
        try await ledger.start("s1")
        let live = await refusal { try await ledger.creditSession("s1", reason: "r", asWarranty: false, by: "anna") }
        #expect(live.contains("still runs"))
        try await ledger.endSession("s1", instant: Fixture.start + 40, by: .client, reason: "q")
        let credit = try await ledger.creditSession("s1", reason: "r", asWarranty: true, by: "anna")
        #expect(credit.asWarranty && credit.contract == "acme" && credit.givenBy == "anna")
        let again = await refusal { try await ledger.creditSession("s1", reason: "r", asWarranty: false, by: "anna") }
        #expect(again.contains("given back already"))
        #expect(
            await refusal { try await ledger.creditSession("s9", reason: "r", asWarranty: false, by: "anna") } != ""
        )
        #expect(try await ledger.credits(of: "acme") == [credit])
    }

    @Test("each decision about a contract's end is an entry; the same one again is none")
    func ends() async throws {
        let (ledger, _) = try await seeded()
        for day in ["2026-12-31", "2026-12-31", "2027-01-31", nil] {
            try await ledger.endContract("acme", on: day, by: "anna")
        }
        #expect(try await ledger.ends(of: "acme").map(\.endsOn) == ["2026-12-31", "2027-01-31", nil])
        #expect(await refusal { try await ledger.endContract("none", on: "2026-12-31", by: "anna") } != "")
        try await ledger.balanceQuota("acme", seconds: -60, by: "anna")
        #expect(try await ledger.balances(of: "acme").map(\.seconds) == [-60])
        #expect(await refusal { try await ledger.balanceQuota("acme", seconds: 0, by: "anna") } != "")
    }

    @Test("quota is only written behind what is there, and nothing is no entry")
    func quota() async throws {
        let (ledger, _) = try await seeded()
        func posting(_ seconds: Int64) -> QuotaPosting {
            QuotaPosting(
                kind: "granted",
                period: "2026-11",
                lot: "2026-11",
                seconds: seconds,
                session: nil,
                leftSeconds: 1
            )
        }
        try await ledger.postQuota("acme", after: 0, [posting(1), posting(2)])
        #expect(await refusal { try await ledger.postQuota("acme", after: 1, [posting(3)]) } != "")
        let count = try await ledger.head().count
        try await ledger.postQuota("acme", after: 2, [])
        #expect(try await ledger.head().count == count)
        try await ledger.postQuota("acme", after: 2, [posting(3)])
        #expect(try await ledger.quota(of: "acme").map(\.seconds) == [1, 2, 3])
    }
}
