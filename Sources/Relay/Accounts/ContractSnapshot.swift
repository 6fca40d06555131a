import Billing
import Contracts
import Ledger
import TimeZoneFiles

/// A contract with all that happened to it, as the ledger had it at one moment, and the accounts that come of it.
struct ContractSnapshot: Sendable {
    let contract: String
    let history: ContractHistory
    /// The sessions in the order in which they began, those that run among them.
    let sessions: [LedgerSession]
    /// What was settled: an entry's number is its place among all of it.
    let postings: [Posting]
    /// What is written down of the quota, in order.
    let quota: [QuotaPosting]
    /// The ledger's entry that changed the account last.
    let lastSettled: Int64

    /// - Throws: `Refusal` where the contract is unknown or its versions cannot be billed.
    init(_ records: ContractRecords, of contract: String) throws {
        self.contract = contract
        history = try Self.history(records.versions, of: contract)
        sessions = records.sessions
        postings = try Self.postings(records)
        quota = records.quota
        lastSettled = records.lastSettled
    }

    /// The account with all sessions that have ended, its months advanced to that of `now`.
    ///
    /// - Parameter more: what is not in the ledger yet.
    /// - Throws: `Refusal` where the contract cannot be billed.
    func account(with more: [Posting] = [], at now: Int64) throws -> Account {
        do {
            var account = try Account(history: history, postings: postings + more)
            let moment = try Instant(seconds: now)
            let zone = (history.version(at: moment) ?? history.versions[0]).zone
            try account.advance(to: Billing.LocalMonth(zone.date(at: moment)))
            return account
        } catch {
            throw Refusal.conflict("\(contract) cannot be billed: \(error)")
        }
    }

    /// The versions as billing sees them, oldest first.
    ///
    /// - Throws: `Refusal` where there are none or they do not go together.
    static func history(_ versions: [ContractRecord], of contract: String) throws -> ContractHistory {
        guard !versions.isEmpty else {
            throw Refusal.notFound("no such contract \"\(contract)\" (lotse contract list shows them)")
        }
        let versions = try versions.map(version)
        do {
            return try ContractHistory(versions)
        } catch {
            throw Refusal.conflict("\(contract) cannot be billed: \(error)")
        }
    }

    private static func version(_ record: ContractRecord) throws -> ContractVersion {
        let contract = try SupportDesk.terms(of: record)
        guard let zone = TimeZoneFile.rules(of: contract.timeZone) else {
            throw LedgerError(
                .invalid,
                "this machine does not know the time zone \(contract.timeZone) (install tzdata)"
            )
        }
        return ContractVersion(
            number: record.version,
            contract: contract,
            zone: zone,
            storedAt: try Instant(seconds: record.addedAt)
        )
    }

    private static func postings(_ records: ContractRecords) throws -> [Posting] {
        let sessions = try records.sessions.compactMap { record in
            try record.endedAt.map { Posting.session(try ContractAccounts.work(record, endedAt: $0)) }
        }
        let credits = try records.credits.map { record in
            Posting.credit(
                SessionCredit(
                    session: record.session,
                    reason: record.reason,
                    asWarranty: record.asWarranty,
                    givenAt: try Instant(seconds: record.at),
                    settled: record.entry
                )
            )
        }
        let balances = try records.balances.map { record in
            let givenAt = try Instant(seconds: record.at)
            return Posting.balance(QuotaBalance(seconds: record.seconds, givenAt: givenAt, settled: record.entry))
        }
        let ends = try records.ends.map { record in
            Posting.end(
                ContractEnd(
                    endsOn: record.endsOn.flatMap { try? LocalDate.parse($0) },
                    givenAt: try Instant(seconds: record.at),
                    settled: record.entry
                )
            )
        }
        return sessions + credits + balances + ends
    }
}
