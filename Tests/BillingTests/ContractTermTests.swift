import Contracts
import Testing

@testable import Billing

@Suite("Term, notice and local times") struct ContractTermTests {
    private func earliest(months: Int64?, notice: Int64?, begin: String, today: String) throws -> String {
        var contract = Sample.contract()
        (contract.minimumTermMonths, contract.noticeDays) = (months, notice)
        return contract.earliestEnd(begin: try Sample.date(begin), noticeOn: try Sample.date(today)).description
    }

    @Test("a contract ends at the earliest with its term and after its notice, whichever is later")
    func earliestEnd() throws {
        #expect(try earliest(months: nil, notice: nil, begin: "2026-01-01", today: "2026-11-26") == "2026-11-26")
        #expect(try earliest(months: nil, notice: 30, begin: "2026-01-01", today: "2026-11-26") == "2026-12-26")
        #expect(try earliest(months: 12, notice: 30, begin: "2026-01-01", today: "2026-03-01") == "2026-12-31")
        #expect(try earliest(months: 12, notice: 30, begin: "2026-01-01", today: "2026-12-20") == "2027-01-19")
        #expect(try earliest(months: 1, notice: nil, begin: "2026-01-31", today: "2026-01-31") == "2026-02-28")
        #expect(try earliest(months: 24, notice: 0, begin: "2024-02-29", today: "2024-03-01") == "2026-02-28")
        #expect(try earliest(months: 0, notice: 0, begin: "2026-01-01", today: "2026-11-26") == "2026-11-26")
    }

    @Test("a local time is one of the zone: in a gap forward by its length, in an overlap the first")
    func localTime() throws {
        func utc(_ text: String) throws -> String { try Instant(text, in: Sample.berlin).description }
        #expect(try utc("2026-11-26T14:30") == "2026-11-26T13:30:00Z")
        #expect(try utc("2026-07-01T14:30:15") == "2026-07-01T12:30:15Z")
        #expect(try utc("2027-03-28T02:30") == "2027-03-28T01:30:00Z")
        #expect(try utc("2026-10-25T02:30") == "2026-10-25T00:30:00Z")
        #expect(try utc("2026-11-26T14:30:00+02:00") == "2026-11-26T12:30:00Z")
        #expect(try utc("2026-11-26T14:30:00Z") == "2026-11-26T14:30:00Z")
        for text in ["", "noon", "2026-11-26", "2026-11-26T25:00", "2026-02-30T10:00", "2026-11-26 14:30x"] {
            #expect { try utc(text) } throws: { ($0 as? BillingError)?.kind == .unreadable }
        }
    }
}
