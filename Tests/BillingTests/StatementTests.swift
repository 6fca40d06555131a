import Contracts
import Testing

@testable import Billing

@Suite("Versions and months") struct StatementTests {
    private func history(_ versions: (Contract, storedAt: String?)...) throws -> ContractHistory {
        try ContractHistory(
            try versions.enumerated().map { index, version in
                ContractVersion(
                    number: Int64(index + 1),
                    contract: version.0,
                    zone: Sample.berlin,
                    storedAt: try version.storedAt.map(Sample.instant)
                )
            }
        )
    }

    private func contract(_ validFrom: String, cents: Int64, percent: Int64 = 19) throws -> Contract {
        var contract = Sample.contract(
            validFrom: try Sample.date(validFrom),
            vat: .init(category: .standard, percentBp: percent * 100)
        )
        contract.ratesCentsPerHour["support"] = cents
        return contract
    }

    @Test("the highest version valid on the local date and stored before the start holds; nothing reprices")
    func versionInForce() throws {
        let history = try history(
            (contract("2026-01-01", cents: 1), "2026-01-01T00:00:00Z"),
            (contract("2026-11-01", cents: 2), "2026-11-10T12:00:00Z"),
            (contract("2026-12-01", cents: 3), "2026-11-11T12:00:00Z"),
        )
        func number(_ text: String) throws -> Int64? { history.version(at: try Sample.instant(text))?.number }
        #expect(try number("2026-01-01T00:00:00Z") == nil)
        #expect(try number("2026-01-01T00:00:01Z") == 1)
        // Valid since the 1st, but not stored yet.
        #expect(try number("2026-11-10T12:00:00Z") == 1)
        #expect(try number("2026-11-10T12:00:01Z") == 2)
        // The local day begins at 23:00 UTC.
        #expect(try number("2026-11-30T22:59:59Z") == 2)
        #expect(try number("2026-11-30T23:00:00Z") == 3)
    }

    @Test("a session is billed by the version at its start and taxed by the one at its end")
    func overChange() throws {
        let history = try history(
            (contract("2026-11-01", cents: 9500), nil),
            (contract("2027-01-01", cents: 12_000, percent: 21), nil)
        )
        var account = Account(history: history)
        let untilMidnight = try account.bill(Sample.session("a", "2026-12-31T22:00:00Z", "2026-12-31T23:00:00Z"))
        #expect(
            (untilMidnight.netCents, untilMidnight.vat.percentBp, untilMidnight.period.description) == (
                9500, 1900, "2026-12"
            )
        )
        let over = try account.bill(Sample.session("b", "2026-12-31T22:00:00Z", "2027-01-01T00:00:00Z"))
        #expect((over.netCents, over.vat.percentBp, over.period.description) == (19_000, 2100, "2027-01"))
        #expect(over.version == 1)
        let after = try account.bill(Sample.session("c", "2027-01-02T22:00:00Z", "2027-01-02T23:00:00Z"))
        #expect((after.netCents, after.version) == (12_000, 2))
    }

    @Test("VAT is rounded once per group, never per line; one month may have several groups")
    func vatGroups() throws {
        let history = try history(
            (contract("2026-11-01", cents: 10), nil),
            (contract("2026-11-20", cents: 10, percent: 7), nil)
        )
        var account = Account(history: history)
        for day in 10...29 {
            _ = try account.bill(Sample.session("s\(day)", "2026-11-\(day)T10:00:00Z", "2026-11-\(day)T11:00:00Z"))
        }
        let month = try #require(try account.openStatement())
        #expect(month.vatGroups.map(\.vat.percentBp) == [1900, 700])
        #expect(month.vatGroups.map(\.netCents) == [100, 100])
        #expect(month.vatGroups.map(\.vatCents) == [19, 7])
        #expect((month.netCents, month.vatCents, month.grossCents) == (200, 26, 226))
    }

    @Test(
        "the retainer is that of the version in force at the month's start; a month after the contract's end has none"
    )
    func retainers() throws {
        var first = Sample.contract(retainer: Sample.retainer(feeCents: 100))
        first.validFrom = try Sample.date("2026-11-15")
        var second = Sample.contract(retainer: Sample.retainer(feeCents: 200))
        second.validFrom = try Sample.date("2026-12-02")
        second.validUntil = try Sample.date("2027-02-10")
        var account = Account(history: try history((first, nil), (second, nil)))
        try account.advance(to: try #require(LocalMonth("2027-04")))
        #expect(account.closed.map(\.period.description) == ["2026-11", "2026-12", "2027-01", "2027-02", "2027-03"])
        #expect(account.closed.map { $0.retainer?.netCents } == [100, 100, 200, 200, nil])
        #expect(account.closed.map(\.quotaGrantedSeconds) == [10_800, 10_800, 10_800, 10_800, 0])
    }

    @Test("sessions out of the order (end, id) are refused and change nothing")
    func order() throws {
        var account = try Sample.account(Sample.contract())
        _ = try account.bill(Sample.session("b", "2026-11-05T10:00:00Z", "2026-11-05T11:00:00Z"))
        for session in try [
            Sample.session("a", "2026-11-05T10:00:00Z", "2026-11-05T11:00:00Z"),
            Sample.session("b", "2026-11-05T10:00:00Z", "2026-11-05T11:00:00Z"),
            Sample.session("c", "2026-11-05T10:00:00Z", "2026-11-05T10:59:59Z"),
        ] {
            #expect(throws: BillingError.self) { try account.bill(session) }
        }
        #expect(try account.openStatement()?.sessions.count == 1)
        _ = try account.bill(Sample.session("c", "2026-11-05T10:00:00Z", "2026-11-05T11:00:00Z"))
    }

    @Test("a session before any version, or of an unknown one, is refused")
    func notInForce() throws {
        var account = try Sample.account(Sample.contract())
        #expect(throws: BillingError.self) {
            try account.bill(Sample.session("2026-10-31T22:00:00Z", "2026-10-31T22:10:00Z"))
        }
        var session = try Sample.session("2026-10-31T22:00:00Z", "2026-10-31T22:10:00Z")
        session.version = 2
        #expect(throws: BillingError.self) { try account.bill(session) }
        session.version = 1
        #expect(try account.bill(session).netCents == 1583)
    }
}
