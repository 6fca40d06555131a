import Billing
import Contracts
import Ledger
import Logging

/// Writes grants, uses and expiries of quota into the ledger (rule 6), once the account has come to them.
///
/// The account is computed from the ledger anew whenever somebody asks; what it said once must not change, so what is
/// written must be the beginning of what is computed. Where it is not, nothing is written and the log says so.
struct QuotaBook: Sendable {
    let ledger: Ledger
    let accounts: ContractAccounts
    let logger: Logger

    /// How long after a month's begin it is held open, in seconds: a session may have ended in it whose end is being
    /// written.
    static let grace: Int64 = 60

    /// Writes down what is missing.
    ///
    /// - Returns: whether it is worth no second try: all is written, or the log says why it never can be.
    @discardableResult
    func update(_ contract: String, at now: Int64) async -> Bool {
        do {
            do {
                try await write(contract, at: now)
            } catch let error as LedgerError where error.kind == .conflict {
                // A second writer was faster; there is less to write now.
                try await write(contract, at: now)
            }
            return true
        } catch {
            logger.error("quota is not written down yet", metadata: ["contract": "\(contract)", "error": "\(error)"])
            return false
        }
    }

    private func write(_ contract: String, at now: Int64) async throws {
        let history = try await accounts.history(of: contract)
        guard history.versions.contains(where: { $0.contract.retainer != nil }) else { return }
        let month = try await settledMonth(of: contract, in: history, at: now)
        let written = try await ledger.quota(of: contract)
        let account = try Account(
            history: history,
            postings: try await accounts.postings(of: contract),
            through: month
        )
        let computed = Self.postings(account)
        guard computed.starts(with: written) || written.starts(with: computed) else {
            let place = zip(written, computed).prefix { $0 == $1 }.count
            logger.error(
                "what the ledger says of a quota is not what its sessions come to (lotse-relay verify)",
                metadata: ["contract": "\(contract)", "entry": "\(place + 1)"]
            )
            return
        }
        try await ledger.postQuota(contract, after: written.count, Array(computed.dropFirst(written.count)))
    }

    /// The latest month in which something may happen still: this one, but for sessions that may end in an earlier one,
    /// whose months must not be closed before.
    func settledMonth(of contract: String, in history: ContractHistory, at now: Int64) async throws
        -> Billing
        .LocalMonth
    {
        let live = try await ledger.sessions(SessionFilter(contract: contract, state: .live))
        let earliest = live.map(\.lastInstant).reduce(now - Self.grace, min)
        let moment = try Instant(seconds: earliest)
        let zone = (history.version(at: moment) ?? history.versions[0]).zone
        return Billing.LocalMonth(ofSessionEnding: moment, in: zone)
    }

    /// Whether work that is not in the ledger yet leaves all that is written of the quota as it is.
    func allows(_ account: Account, of contract: String) async throws -> Bool {
        Self.postings(account).starts(with: try await ledger.quota(of: contract))
    }

    static func postings(_ account: Account) -> [QuotaPosting] {
        var left: Int64 = 0
        return account.quotaEntries.map { entry in
            left += entry.changeSeconds
            return QuotaPosting(
                kind: entry.kind.rawValue,
                period: "\(entry.period)",
                lot: "\(entry.lot)",
                seconds: entry.seconds,
                session: entry.session,
                leftSeconds: left
            )
        }
    }
}
