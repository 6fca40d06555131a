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

    /// What the account has come to and the ledger does not say yet.
    struct Missing: Sendable {
        let contract: String
        /// How many postings the ledger had.
        let after: Int
        let postings: [QuotaPosting]
    }

    /// Writes down what is missing.
    ///
    /// - Returns: whether it is worth no second try: all is written, or the log says why it never can be.
    @discardableResult
    func update(_ contract: String, at now: Int64) async -> Bool {
        do {
            // Most contracts include no time, and whoever reads all of their sessions for it reads them for nothing.
            guard try await accounts.history(of: contract).hasRetainer else { return true }
            let snapshot = try await accounts.snapshot(of: contract)
            guard let missing = try missing(in: snapshot, at: now) else { return true }
            return await write(missing, at: now)
        } catch {
            return complain(of: contract, error)
        }
    }

    /// Writes down what was found to be missing; where others have written since, what is missing by now.
    ///
    /// - Returns: as `update`.
    @discardableResult
    func write(_ missing: Missing, at now: Int64) async -> Bool {
        do {
            do {
                try await ledger.postQuota(missing.contract, after: missing.after, missing.postings)
            } catch let error as LedgerError where error.kind == .conflict {
                // A second writer was faster; there is less to write now.
                let snapshot = try await accounts.snapshot(of: missing.contract)
                guard let rest = try self.missing(in: snapshot, at: now) else { return true }
                try await ledger.postQuota(rest.contract, after: rest.after, rest.postings)
            }
            return true
        } catch {
            return complain(of: missing.contract, error)
        }
    }

    /// What is to be written down; nil where there is nothing.
    ///
    /// - Parameter account: the contract's at `now`, where somebody has computed it already.
    func missing(in snapshot: ContractSnapshot, _ account: Account? = nil, at now: Int64) throws -> Missing? {
        guard snapshot.history.hasRetainer else { return nil }
        let live = snapshot.sessions.filter { $0.state == .live }
        let month = try Self.settledMonth(snapshot.history, live: live, at: now)
        let settled =
            if let account, account.period == month { account } else {
                try Account(history: snapshot.history, postings: snapshot.postings, through: month)
            }
        let (written, computed) = (snapshot.quota, Self.postings(settled))
        guard computed.starts(with: written) || written.starts(with: computed) else {
            let place = zip(written, computed).prefix { $0 == $1 }.count
            logger.error(
                "what the ledger says of a quota is not what its sessions come to (lotse-relay verify)",
                metadata: ["contract": "\(snapshot.contract)", "entry": "\(place + 1)"]
            )
            return nil
        }
        let postings = Array(computed.dropFirst(written.count))
        return postings.isEmpty ? nil : Missing(contract: snapshot.contract, after: written.count, postings: postings)
    }

    /// The latest month in which something may happen still: this one, but for sessions that may end in an earlier one,
    /// whose months must not be closed before.
    ///
    /// - Parameter live: the contract's sessions that run.
    static func settledMonth(_ history: ContractHistory, live: [LedgerSession], at now: Int64) throws
        -> Billing
        .LocalMonth
    {
        let earliest = live.map(\.lastInstant).reduce(now - grace, min)
        let moment = try Instant(seconds: earliest)
        let zone = (history.version(at: moment) ?? history.versions[0]).zone
        return Billing.LocalMonth(ofSessionEnding: moment, in: zone)
    }

    /// Whether work that is not in the ledger yet leaves all that is written of the quota as it is.
    func allows(_ account: Account, of contract: String) async throws -> Bool {
        Self.postings(account).starts(with: try await ledger.quota(of: contract))
    }

    private func complain(of contract: String, _ error: any Error) -> Bool {
        logger.error("quota is not written down yet", metadata: ["contract": "\(contract)", "error": "\(error)"])
        return false
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

extension ContractHistory {
    /// Whether any version includes time or has a fee.
    fileprivate var hasRetainer: Bool { versions.contains { $0.contract.retainer != nil } }
}
