import Contracts
import Testing

@testable import Billing

@Suite("What happens to an account, in the order in which it was settled") struct PostingTests {
    private static let carryOver = Contract.CarryOver(policy: .unlimited)

    private func history(_ contract: Contract) throws -> ContractHistory {
        try ContractHistory([ContractVersion(number: 1, contract: contract, zone: Sample.berlin)])
    }

    private func session(
        _ id: String,
        _ from: String,
        minutes: Int64,
        settled: Int64,
        category: String = "question"
    ) throws -> Posting {
        let start = try Sample.instant(from)
        return .session(
            WorkSession(
                session: id,
                category: category,
                startedAt: start,
                endedAt: try start.advanced(by: minutes * 60),
                settled: settled
            )
        )
    }

    private func credit(_ session: String, _ at: String, settled: Int64, asWarranty: Bool = false) throws -> Posting {
        .credit(
            SessionCredit(
                session: session,
                reason: "it did not help",
                asWarranty: asWarranty,
                givenAt: try Sample.instant(at),
                settled: settled
            )
        )
    }

    private func balance(_ seconds: Int64, _ at: String, settled: Int64) throws -> Posting {
        .balance(QuotaBalance(seconds: seconds, givenAt: try Sample.instant(at), settled: settled))
    }

    private func end(_ day: String?, _ at: String, settled: Int64) throws -> Posting {
        .end(ContractEnd(endsOn: try day.map(Sample.date), givenAt: try Sample.instant(at), settled: settled))
    }

    private func bills(_ account: Account) throws -> [SessionBill] {
        account.closed.flatMap(\.sessions) + (try account.openStatement()?.sessions ?? [])
    }

    // MARK: - Order

    @Test("work that is written down later takes its place behind what was settled before it in its month")
    func laterRecord() throws {
        let contract = Sample.contract(
            rounding: .init(per: .day, stepSeconds: 900),
            retainer: Sample.retainer(hours: 1)
        )
        let history = try history(contract)
        let live = try session("live", "2026-11-10T14:00:00Z", minutes: 50, settled: 5)
        let before = try bills(Account(history: history, postings: [live]))
        let record = try session("record", "2026-11-10T09:00:00Z", minutes: 20, settled: 9)
        let after = try Account(history: history, postings: [record, live])
        #expect(try bills(after).map(\.session.session) == ["live", "record"])
        #expect(try bills(after)[0] == before[0])
        // 50 min -> 60 min; 70 min -> 75 min: the record bills what it adds, and finds no quota left.
        #expect(try bills(after).map(\.rounded.billedSeconds) == [3600, 900])
        #expect(try bills(after).map(\.quotaSeconds) == [3600, 0])
        #expect(after.firstChange(from: try Account(history: history, postings: [live])) == nil)
    }

    @Test(
        "whatever is settled later in its own month changes nothing that was settled, and adds quota entries at the end"
    )
    func neverChanges() throws {
        var random = Seeded(31)
        for _ in 0..<80 {
            let per = try #require(Contract.Rounding.Unit.allCases.randomElement(using: &random))
            let contract = Sample.contract(
                rounding: .init(per: per, stepSeconds: 900, freeUpToSeconds: 60),
                surcharges: [Sample.night],
                retainer: Sample.retainer(hours: 2, carryOver: Self.carryOver)
            )
            let history = try history(contract)
            var postings: [Posting] = []
            var account = try Account(history: history, postings: [])
            var credited: Set<String> = []
            for settled in 1...12 as ClosedRange<Int64> {
                let posting: Posting
                let day = Int.random(in: 10...28, using: &random)
                switch Int.random(in: 0..<6, using: &random) {
                case 0:
                    posting = try balance(
                        .random(in: -4000...4000, using: &random),
                        "2026-11-28T20:00:00Z",
                        settled: settled
                    )
                case 1:
                    let open = try bills(account).filter { $0.netCents > 0 && !credited.contains($0.session.session) }
                    guard let id = open.randomElement(using: &random)?.session.session else { continue }
                    credited.insert(id)
                    posting = try credit(
                        id,
                        "2026-11-28T20:00:00Z",
                        settled: settled,
                        asWarranty: .random(using: &random)
                    )
                default:
                    posting = try session(
                        "s\(settled)",
                        "2026-11-\(day)T21:30:00Z",
                        minutes: .random(in: 0...100, using: &random),
                        settled: settled,
                        category: Bool.random(using: &random) ? "question" : "extra"
                    )
                }
                postings.append(posting)
                let next = try Account(history: history, postings: postings.shuffled(using: &random))
                #expect(next.firstChange(from: account) == nil)
                #expect(next.quotaEntries.starts(with: account.quotaEntries))
                #expect(next.quotaEntries.map(\.changeSeconds).reduce(0, +) == next.quota.leftSeconds)
                #expect(next.quota.leftSeconds >= 0)
                account = next
            }
            let statement = try #require(try account.openStatement())
            #expect(statement.quotaLeftSeconds == account.quota.leftSeconds)
            #expect(statement.netCents == statement.lines.map(\.netCents).reduce(0, +))
        }
    }

    @Test("work in an earlier month that would change what was settled later is found out")
    func earlierMonth() throws {
        let history = try history(
            Sample.contract(retainer: Sample.retainer(hours: 1, carryOver: Self.carryOver))
        )
        let december = try session("december", "2026-12-03T10:00:00Z", minutes: 120, settled: 4)
        let account = try Account(history: history, postings: [december])
        let using = try session("late", "2026-11-20T10:00:00Z", minutes: 30, settled: 6)
        let changed = try Account(history: history, postings: [december, using])
        #expect(changed.firstChange(from: account)?.session.session == "december")
        #expect(!changed.quotaEntries.starts(with: account.quotaEntries))
        let other = try session("late", "2026-11-20T10:00:00Z", minutes: 30, settled: 6, category: "extra")
        let same = try Account(history: history, postings: [december, other])
        #expect(same.firstChange(from: account) == nil)
        #expect(same.quotaEntries == account.quotaEntries)
        #expect(same.closed[0].sessions.map(\.session.session) == ["late"])
    }

    @Test("a posting before the last one is refused, and changes nothing")
    func outOfOrder() throws {
        var account = try Account(
            history: history(Sample.contract()),
            postings: [session("a", "2026-11-10T10:00:00Z", minutes: 5, settled: 7)]
        )
        let before = try bills(account)
        for posting in [
            try session("b", "2026-11-20T10:00:00Z", minutes: 5, settled: 6),
            try balance(60, "2026-11-12T10:00:00Z", settled: 3),
        ] {
            #expect { try account.post(posting) } throws: { ($0 as? BillingError)?.kind == .outOfOrder }
        }
        #expect(try bills(account) == before)
    }

    // MARK: - Giving back

    @Test(
        "a credit mirrors every line of the session in the month in which it is given, and the quota comes back as a lot"
    )
    func creditLater() throws {
        let history = try history(
            Sample.contract(
                surcharges: [Sample.night],
                retainer: Sample.retainer(hours: 1, carryOver: Self.carryOver)
            )
        )
        let work = try session("s1", "2026-11-10T20:00:00Z", minutes: 121, settled: 2)
        let given = try credit("s1", "2026-12-05T10:00:00Z", settled: 3)
        let account = try Account(history: history, postings: [work, given])
        let (november, december) = (account.closed[0], try #require(try account.openStatement()))
        let without = try Account(history: history, postings: [work, balance(0, "2026-12-01T10:00:00Z", settled: 9)])
        #expect(november == without.closed[0])
        let back = try #require(december.credits.first)
        let bill = november.sessions[0]
        #expect(back.lines.map(\.netCents) == bill.lines.map { -$0.netCents })
        #expect(back.lines.map(\.seconds) == bill.lines.map { -$0.seconds })
        #expect(back.lines.map(\.centsPerHour) == bill.lines.map(\.centsPerHour))
        #expect(back.lines.first?.text == "Given back: question")
        #expect(december.netCents == 25_000 - bill.netCents)
        #expect(december.quotaEntries.map(\.kind) == [.granted, .returned])
        #expect(december.quotaEntries[1].lot.description == "2026-12" && december.quotaEntries[1].session == "s1")
        #expect((december.quotaReturnedSeconds, december.quotaLeftSeconds) == (3600, 7200))
        #expect(try account.workNetCents() == -bill.netCents)
    }

    @Test("as warranty the session's time stands at 0.00 behind what is given back")
    func asWarranty() throws {
        let work = try session("s1", "2026-11-10T10:00:00Z", minutes: 30, settled: 2)
        let given = try credit("s1", "2026-11-11T10:00:00Z", settled: 3, asWarranty: true)
        let account = try Account(history: history(Sample.contract()), postings: [work, given])
        let statement = try #require(try account.openStatement())
        #expect(statement.lines.map(\.kind) == [.time, .time, .warranty])
        #expect(statement.lines.map(\.seconds) == [1800, -1800, 1800])
        #expect(statement.netCents == 0 && statement.vatCents == 0)
    }

    @Test("the tax that is given back is the one that was billed")
    func creditedTax() throws {
        let november = Sample.contract()
        var december = Sample.contract(vat: .init(category: .standard, percentBp: 1600))
        december.validFrom = try Sample.date("2026-12-01")
        let history = try ContractHistory([
            ContractVersion(number: 1, contract: november, zone: Sample.berlin),
            ContractVersion(number: 2, contract: december, zone: Sample.berlin),
        ])
        let work = try session("s1", "2026-11-10T10:00:00Z", minutes: 30, settled: 2)
        let account = try Account(
            history: history,
            postings: [work, credit("s1", "2026-12-05T10:00:00Z", settled: 3)]
        )
        #expect(try account.openStatement()?.vatGroups.map(\.vat.percentBp) == [1900])
        #expect(try account.openStatement()?.vatCents == -account.closed[0].vatCents)
    }

    @Test("a session is given back once, and only where it was billed anything")
    func refusedCredits() throws {
        let history = try history(Sample.contract())
        let postings = [
            try session("s1", "2026-11-10T10:00:00Z", minutes: 30, settled: 2),
            try session("free", "2026-11-11T10:00:00Z", minutes: 30, settled: 3, category: "defect"),
            try credit("s1", "2026-11-12T10:00:00Z", settled: 4),
        ]
        var account = try Account(history: history, postings: postings)
        for (id, says) in [("s1", "already"), ("free", "never billed"), ("none", "no ended session")] {
            let again = try credit(id, "2026-12-12T10:00:00Z", settled: 5)
            #expect { try account.post(again) } throws: { "\($0)".contains(says) }
        }
        #expect(account.period?.description == "2026-11")
    }

    @Test("what was given back no longer counts towards the month's cap")
    func creditAndCap() throws {
        let history = try history(Sample.contract(cap: .init(perMonthCents: 9500, onReach: .stop)))
        let work = try session("s1", "2026-11-10T10:00:00Z", minutes: 60, settled: 2)
        let start = try Sample.instant("2026-11-12T10:00:00Z")
        let running = WorkSession(session: "s2", category: "question", startedAt: start, endedAt: start)
        let full = try Account(history: history, postings: [work])
        #expect(try full.capForecast(for: running, within: 60)?.reachedAt == start)
        let freed = try Account(history: history, postings: [work, credit("s1", "2026-11-11T10:00:00Z", settled: 3)])
        #expect(try freed.capForecast(for: running, within: 60) == nil)
    }

    // MARK: - Balances

    @Test("a balance is a lot of its month from then on; a negative one takes back at most what is left, newest first")
    func balances() throws {
        let history = try history(
            Sample.contract(retainer: Sample.retainer(hours: 1, carryOver: Self.carryOver))
        )
        let account = try Account(
            history: history,
            postings: [
                session("before", "2026-11-10T10:00:00Z", minutes: 90, settled: 1),
                balance(7200, "2026-11-11T10:00:00Z", settled: 2),
                session("after", "2026-11-12T10:00:00Z", minutes: 30, settled: 3),
                balance(-36_000, "2026-12-01T10:00:00Z", settled: 4),
            ]
        )
        #expect(account.closed[0].sessions.map(\.quotaSeconds) == [3600, 1800])
        #expect(account.closed[0].quotaCarriedSeconds == 7200)
        let december = try #require(try account.openStatement())
        #expect(december.quotaEntries.map(\.kind) == [.granted, .withdrawn, .withdrawn])
        #expect(december.quotaEntries.map(\.lot.description) == ["2026-12", "2026-12", "2026-11"])
        #expect(december.quotaEntries.map(\.seconds) == [3600, 3600, 5400])
        #expect(december.quotaLeftSeconds == 0)
    }

    // MARK: - The end

    @Test("after a contract's last day there is no fee and no quota: what is left expires with its last month")
    func ended() throws {
        let history = try history(
            Sample.contract(retainer: Sample.retainer(hours: 1, carryOver: Self.carryOver))
        )
        var account = try Account(history: history, postings: [end("2026-12-10", "2026-11-05T10:00:00Z", settled: 1)])
        try account.advance(to: try #require(LocalMonth("2027-03")))
        #expect(account.closed.map { $0.retainer?.netCents } == [25_000, 25_000, nil, nil])
        #expect(account.closed.map(\.quotaLeftSeconds) == [3600, 0, 0, 0])
        #expect(account.closed[1].quotaEntries.map(\.kind) == [.granted, .expired, .expired])
        var revoked = try Account(
            history: history,
            postings: [
                end("2026-12-10", "2026-11-05T10:00:00Z", settled: 1), end(nil, "2026-11-06T10:00:00Z", settled: 2),
            ]
        )
        try revoked.advance(to: try #require(LocalMonth("2027-03")))
        #expect(revoked.closed.map { $0.retainer?.netCents } == [25_000, 25_000, 25_000, 25_000])
    }

    @Test("an end in a month that is over takes its later fees away, and quota granted since ends at once")
    func endedBefore() throws {
        let history = try history(
            Sample.contract(retainer: Sample.retainer(hours: 1, carryOver: Self.carryOver))
        )
        var before = Account(history: history)
        try before.advance(to: try #require(LocalMonth("2027-01")))
        var account = try Account(history: history, postings: [end("2026-11-20", "2027-01-05T10:00:00Z", settled: 1)])
        #expect(account.quotaEntries.starts(with: before.quotaEntries))
        try account.advance(to: try #require(LocalMonth("2027-03")))
        #expect(account.closed.map { $0.retainer?.netCents } == [25_000, nil, nil, nil])
        #expect(account.closed.map(\.quotaLeftSeconds) == [3600, 7200, 0, 0])
    }
}
