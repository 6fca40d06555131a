import Billing
import Contracts
import Foundation
import Ledger
import RelayAPI

extension SupportDesk {
    /// The version of a contract whose terms hold on the local day of `now`: the highest whose `validFrom` has come.
    func contractInForce(_ id: String, at now: Int64) async throws -> (ContractRecord, Contract) {
        let versions = try await ledger.versions(of: id)
        guard !versions.isEmpty else {
            throw Refusal.notFound("no such contract \"\(id)\" (lotse contract list shows them)")
        }
        for record in versions.sorted(by: { $0.version > $1.version }) {
            let contract = try Self.terms(of: record)
            let today = try LocalMonth.localDate(of: now, timeZone: contract.timeZone)
            guard contract.validFrom <= today else { continue }
            try await requireNotOver(contract, at: now)
            guard contract.signedOn != nil else {
                throw Refusal.conflict(
                    "the contract \"\(id)\" is not signed (put signedOn into the file and add it again)"
                )
            }
            return (record, contract)
        }
        throw Refusal.conflict("the contract \"\(id)\" is not in force yet (see its validFrom)")
    }

    /// - Throws: `Refusal` where the last day of these terms, or of the contract, has passed.
    func requireNotOver(_ contract: Contract, at now: Int64) async throws {
        let today = try LocalMonth.localDate(of: now, timeZone: contract.timeZone)
        if let last = contract.validUntil, last < today {
            throw Refusal.conflict("the contract \"\(contract.contract)\" ended (add a new version)")
        }
        try await requireNotEnded(contract.contract, at: now)
    }

    /// The newest versions.
    func contracts() async throws -> [ContractSummary] {
        var summaries: [ContractSummary] = []
        for record in try await ledger.contracts() { summaries.append(try await summary(of: record)) }
        return summaries
    }

    /// One version with its terms; the newest where none is named.
    func contract(_ id: String, version: Int64?) async throws -> ContractDocument {
        guard let record = try await ledger.contract(id, version: version) else {
            throw Refusal.notFound(
                "no such contract \"\(id)\"\(version.map { " version \($0)" } ?? "") (lotse contract list shows them)"
            )
        }
        return ContractDocument(
            summary: try await summary(of: record),
            canonical: record.canonical,
            source: record.source,
            quota: await settlement.quotaMonths(of: id)
        )
    }

    /// Sessions, newest first.
    func sessions(contract: String?, isLive: Bool, operator name: String?) async throws -> [RelayAPI.SessionRecord] {
        let filter = SessionFilter(contract: contract, operator: name, state: isLive ? .live : nil)
        var result: [RelayAPI.SessionRecord] = []
        var bills: [String: [String: SessionBill]] = [:]
        for record in try await ledger.sessions(filter).reversed() {
            if record.state != .live, bills[record.contract] == nil {
                bills[record.contract] = try await accounts.bills(of: record.contract, at: clock.wall())
            }
            result.append(try await message(record, bill: bills[record.contract]?[record.session]))
        }
        return result
    }

    /// A contract's month in its own time zone.
    func timesheet(contract id: String, month: String?, operator name: String?) async throws -> Timesheet {
        guard let record = try await ledger.contract(id) else {
            throw Refusal.notFound("no such contract \"\(id)\" (lotse contract list shows them)")
        }
        let terms = try Self.terms(of: record)
        let (zone, currency) = (terms.timeZone, terms.currency)
        let period = try LocalMonth(month, timeZone: zone, now: clock.wall())
        let records = try await ledger.records(of: id)
        // A contract that cannot be billed has its timesheet all the same.
        let account = try? ContractSnapshot(records, of: id).account(at: clock.wall())
        let current = Billing.LocalMonth(try LocalMonth.localDate(of: period.from, timeZone: zone))
        let statement = account?.statements.first { $0.period == current }
        let bills = Dictionary(
            (account?.statements ?? []).flatMap(\.sessions).map { ($0.session.session, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        let receipts = try await ledger.receiptStates(of: id)
        let rows = records.timesheet(from: period.from, to: period.to)
            .filter { name == nil || $0.operator == name }
            .map { row in
                let bill = bills[row.session]
                return Timesheet.Row(
                    session: row.session,
                    operator: row.operator,
                    category: row.category,
                    startedAt: Timestamp(seconds: row.startedAt),
                    endedAt: Timestamp(seconds: row.endedAt),
                    rawSeconds: row.time.rawSeconds,
                    pausedSeconds: row.time.pausedSeconds,
                    disconnectedSeconds: row.time.disconnectedSeconds,
                    billedSeconds: bill?.rounded.billedSeconds ?? row.billedSeconds,
                    netCents: bill?.netCents,
                    currency: currency,
                    summary: row.summary ?? "",
                    reason: Self.reason(of: row),
                    receipt: receipts[row.session]?.rawValue,
                    recorded: row.isRecorded ? true : nil
                )
            }
        let credits = try await credits(account, from: period, operator: name)
        return Timesheet(
            contract: id,
            timeZone: zone,
            from: Timestamp(seconds: period.from),
            to: Timestamp(seconds: period.to),
            sessions: rows,
            credits: credits.isEmpty ? nil : credits,
            totals: .init(
                rawSeconds: rows.reduce(0) { $0 + $1.rawSeconds },
                billedSeconds: rows.reduce(0) { $0 + $1.billedSeconds }
                    + credits.reduce(0) { $0 + $1.billedSeconds },
                quotaUsedSeconds: statement?.quotaUsedSeconds,
                quotaLeftSeconds: statement?.quotaLeftSeconds,
                netCents: account == nil
                    ? nil
                    : rows.reduce(0) { $0 &+ ($1.netCents ?? 0) } &+ credits.reduce(0) { $0 &+ $1.netCents },
                currency: currency
            )
        )
    }

    /// One session, of one that runs with what it would come to if it ended now.
    func session(_ session: String, visibleTo name: String?) async throws -> RelayAPI.SessionRecord {
        let record = try await known(session)
        guard name == nil || record.operator == name else {
            throw Refusal.forbidden("this is another operator's session")
        }
        guard record.state == .live, let current = running[session] else { return try await message(record) }
        let account = try? await accounts.account(
            beside: try await recordsBeside(session, of: record.contract),
            of: record.contract
        )
        let bill = try? account?.provisional(ContractAccounts.work(record, endedAt: current.instant(clock)))
        return try await message(record, bill: bill ?? nil)
    }

    /// A session for the API, with what it comes to where it has ended.
    func message(_ record: LedgerSession) async throws -> RelayAPI.SessionRecord {
        guard record.state != .live else { return try await message(record, bill: nil) }
        let bills = try await accounts.bills(of: record.contract, at: clock.wall())
        return try await message(record, bill: bills[record.session])
    }

    /// The same with its bill, where that is known; of a running one the time so far.
    private func message(_ record: LedgerSession, bill: SessionBill?) async throws -> RelayAPI.SessionRecord {
        let invitation = try await ledger.invitation(record.invitation)
        let time = record.time(at: running[record.session]?.instant(clock) ?? record.lastInstant)
        let state: RelayAPI.SessionRecord.State =
            switch record.state {
            case .live: record.isDisconnected ? .disconnected : record.isPaused ? .paused : .running
            case .ended: .ended
            case .interrupted: .interrupted
            }
        var machine = ""
        if case .object(let facts) = record.agent, case .string(let name)? = facts["machine"] { machine = name }
        let later = record.addenda.map(\.text).joined(separator: "\n")
        return RelayAPI.SessionRecord(
            session: record.session,
            contract: record.contract,
            contractVersion: record.version,
            contractHash: record.contractHash,
            operator: record.operator,
            category: record.category,
            purpose: invitation?.purpose ?? "",
            machine: machine,
            state: state,
            reason: record.reason,
            endedBy: record.endedBy?.rawValue,
            startedAt: Timestamp(seconds: record.startedAt),
            endedAt: record.endedAt.map(Timestamp.init(seconds:)),
            rawSeconds: time.rawSeconds,
            pausedSeconds: time.pausedSeconds,
            disconnectedSeconds: time.disconnectedSeconds,
            billedSeconds: bill?.rounded.billedSeconds ?? time.rawSeconds,
            netCents: bill?.netCents,
            quotaSeconds: bill?.quotaSeconds,
            currency: bill == nil
                ? nil
                : try await ledger.contract(record.contract, version: record.version)
                    .map { try Self.terms(of: $0).currency },
            summary: record.summary ?? (later.isEmpty ? nil : later),
            notes: try await ledger.notes(record.session).map(\.text),
            warnings: running[record.session].flatMap { $0.limits.warnings.isEmpty ? nil : $0.limits.warnings },
            capQuestion: capQuestion(record.session),
            quotaLeftSeconds: bill.flatMap { $0.quotaBeforeSeconds > 0 ? $0.quotaAfterSeconds : nil },
            recorded: record.isRecorded ? true : nil,
            credited: try await ledger.credit(of: record.session).map { $0.asWarranty ? .asWarranty : .returned }
        )
    }

    /// The ledger's head as it goes over the wire.
    func signedHead() async throws -> SignedHead {
        let head = try await ledger.head()
        return SignedHead(count: head.count, hash: head.hash.hex, signature: head.signature.signature)
    }

    static func terms(of record: ContractRecord) throws -> Contract {
        do {
            return try JSONDecoder().decode(Contract.self, from: Data(record.canonical.utf8))
        } catch {
            throw LedgerError(
                .corrupt,
                "the terms of \(record.contract) version \(record.version) cannot be read (lotse-relay verify)"
            )
        }
    }

    private func summary(of record: ContractRecord) async throws -> ContractSummary {
        let contract = try Self.terms(of: record)
        return ContractSummary(
            contract: record.contract,
            version: record.version,
            hash: record.hash,
            title: contract.title,
            client: contract.client.name,
            validFrom: "\(contract.validFrom)",
            addedAt: Timestamp(seconds: record.addedAt),
            endsOn: try await accounts.endsOn(record.contract)?.description
        )
    }
}
