internal import GRDB

/// Work without a session, to be written down.
public struct NewRecord: Hashable, Sendable {
    /// The contract's name.
    public var contract: String
    /// The version in force at the start.
    public var version: Int64
    /// The kind of work.
    public var category: String
    /// Who worked.
    public var `operator`: String
    /// When it began, Unix seconds.
    public var startedAt: Int64
    /// When it was over, Unix seconds.
    public var endedAt: Int64
    /// What was done.
    public var summary: String
    /// The month it belongs to, `2026-11`: no valid invoice may bill it already.
    public var month: String
    /// Whether the operator may have worked on something else meanwhile.
    public var allowsOverlap: Bool

    /// Work from its parts.
    public init(
        contract: String,
        version: Int64,
        category: String,
        operator: String,
        startedAt: Int64,
        endedAt: Int64,
        summary: String,
        month: String,
        allowsOverlap: Bool
    ) {
        self.contract = contract
        self.version = version
        self.category = category
        self.operator = `operator`
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.summary = summary
        self.month = month
        self.allowsOverlap = allowsOverlap
    }
}

extension Ledger {
    /// Writes work down that no session was for.
    ///
    /// - Throws: `conflict` where the operator worked on something else at that time, the month stands on a valid invoice
    ///   or the session exists; `notFound`, `revoked`, `invalid`.
    public func recordWork(_ session: String, _ work: NewRecord) async throws -> SessionRecord {
        try Check.name(session, "a session's identity")
        try Check.name(work.category, "a category")
        try Check.text(work.summary, "a summary")
        try Check.time(work.startedAt, "the start")
        try Check.time(work.endedAt, "the end")
        guard work.startedAt < work.endedAt else { throw LedgerError(.invalid, "work must end after it began") }
        return try await store.append { db, _ in
            guard let contract = try ContractRecord.fetch(work.contract, work.version, in: db) else {
                throw LedgerError(.notFound, "there is no version \(work.version) of \(work.contract)")
            }
            guard try SessionRecord.fetch(where: "session = ?", [session], in: db).isEmpty else {
                throw LedgerError(.conflict, "there is a session \"\(session)\" already; record it again")
            }
            try Self.requireRecordable(work, db)
            return .workRecorded(
                WorkRecorded(
                    session: session,
                    contract: work.contract,
                    version: work.version,
                    contractHash: contract.hash,
                    category: work.category,
                    operator: work.operator,
                    startedAt: work.startedAt,
                    endedAt: work.endedAt,
                    summary: work.summary
                )
            )
        } result: {
            try SessionRecord.known(session, in: $0)
        }
    }

    /// Whether work could be written down now. Throws as `recordWork`.
    public func checkRecord(_ work: NewRecord) async throws {
        try await store.read { try Self.requireRecordable(work, $0) }
    }

    private static func requireRecordable(_ work: NewRecord, _ db: Database) throws {
        _ = try OperatorRecord.active(work.operator, in: db)
        try requireFree(work, db)
        for part in [0, 1] as [Int64] {
            if let invoice = try InvoiceListing.valid(work.contract, work.month, part, in: db) {
                let sentence = "\(work.month) stands on invoice \(invoice.number) already"
                throw LedgerError(
                    .conflict,
                    "\(sentence) (cancel that invoice first, or record the work in this month)"
                )
            }
        }
    }

    /// Someone cannot work twice at once.
    private static func requireFree(_ work: NewRecord, _ db: Database) throws {
        guard !work.allowsOverlap else { return }
        let meanwhile = try SessionRecord.fetch(
            where: "operator = ? AND startedAt < ? AND (endedAt IS NULL OR endedAt > ?)",
            [work.operator, work.endedAt, work.startedAt],
            in: db
        )
        guard let other = meanwhile.first else { return }
        throw LedgerError(
            .conflict,
            "\(work.operator) worked in session \(other.session) of \(other.contract) at that time (--overlap allows it)"
        )
    }

    /// Gives a session back, once.
    ///
    /// - Throws: `notFound`; `conflict` for one that runs or was given back already; `invalid`.
    public func creditSession(
        _ session: String,
        reason: String,
        asWarranty: Bool,
        by name: String
    ) async throws -> CreditRecord {
        try Check.text(reason, "a reason")
        return try await store.append { db, _ in
            _ = try OperatorRecord.active(name, in: db)
            guard try SessionRecord.known(session, in: db).state != .live else {
                throw LedgerError(.conflict, "the session \"\(session)\" still runs; end it before it is given back")
            }
            guard try Self.credit(session, db) == nil else {
                throw LedgerError(.conflict, "the session \"\(session)\" was given back already")
            }
            return .sessionCredited(
                SessionCredited(session: session, reason: reason, asWarranty: asWarranty, operator: name)
            )
        } result: { db in
            guard let record = try Self.credit(session, db) else {
                throw LedgerError(.internal, "a credit was given and is not there; run lotse-relay verify")
            }
            return record
        }
    }

    private static func credit(_ session: String, _ db: Database) throws -> CreditRecord? {
        try db.row("SELECT * FROM credits WHERE session = ?", [session], CreditRecord.init(row:))
    }

    /// How a session was given back; nil where it was not.
    public func credit(of session: String) async throws -> CreditRecord? {
        try await store.read { try Self.credit(session, $0) }
    }

    /// The sessions of a contract that were given back, in their order.
    public func credits(of contract: String) async throws -> [CreditRecord] {
        try await store.read { try CreditRecord.fetch(contract, in: $0) }
    }

    /// Ends a contract on a day, or lets it go on after all; what was decided last again changes nothing.
    ///
    /// - Parameter endsOn: the last day, `2026-12-31`.
    /// - Throws: `notFound`, `revoked`, `invalid`.
    public func endContract(_ contract: String, on endsOn: String?, by name: String) async throws {
        if let endsOn { try Check.name(endsOn, "a day") }
        try await store.append { db, _ in
            _ = try OperatorRecord.active(name, in: db)
            try Self.requireContract(contract, db)
            let last = try ContractEndRecord.fetch(contract, in: db).last
            guard last?.endsOn != endsOn else { return nil }
            return .contractEnded(ContractEnded(contract: contract, endsOn: endsOn, operator: name))
        } result: { _ in
        }
    }

    /// Every decision about a contract's end in their order; the last one holds.
    public func ends(of contract: String) async throws -> [ContractEndRecord] {
        try await store.read { try ContractEndRecord.fetch(contract, in: $0) }
    }

    /// Sets quota by hand.
    ///
    /// - Parameter seconds: at most 10 years either way; negative takes back.
    /// - Throws: `notFound`, `revoked`, `invalid`.
    public func balanceQuota(_ contract: String, seconds: Int64, by name: String) async throws {
        guard seconds != 0, seconds.magnitude <= 10 * 366 * 86_400 else {
            throw LedgerError(.invalid, "a balance is more than nothing and at most ten years; write it like 3h")
        }
        try await store.append { db, _ in
            _ = try OperatorRecord.active(name, in: db)
            try Self.requireContract(contract, db)
            return .quotaBalanced(QuotaBalanced(contract: contract, seconds: seconds, operator: name))
        } result: { _ in
        }
    }

    /// The quota that was set by hand, in order.
    public func balances(of contract: String) async throws -> [BalanceRecord] {
        try await store.read { try BalanceRecord.fetch(contract, in: $0) }
    }

    private static func requireContract(_ contract: String, _ db: Database) throws {
        guard try ContractRecord.fetch(contract, nil, in: db) != nil else {
            throw LedgerError(.notFound, "no such contract \"\(contract)\" (lotse contract list shows them)")
        }
    }

    /// Writes down what happened to a contract's quota, behind what is there; with nothing there is no entry.
    ///
    /// - Parameter count: how many postings the caller knows of: where there are others by now, nothing is written.
    /// - Throws: `conflict` for such others.
    public func postQuota(_ contract: String, after count: Int, _ postings: [QuotaPosting]) async throws {
        guard !postings.isEmpty else { return }
        try await store.append { db, _ in
            try Self.requireContract(contract, db)
            let known = try Int.fetchOne(
                db,
                sql: "SELECT COUNT(*) FROM quota WHERE contract = ?",
                arguments: [contract]
            )
            guard known == count else {
                throw LedgerError(.conflict, "the quota of \(contract) was written down by somebody else meanwhile")
            }
            return .quotaPosted(
                QuotaPosted(contract: contract, position: Int64(count) &+ 1, postings: postings)
            )
        } result: { _ in
        }
    }

    /// What happened to a contract's quota, in order.
    public func quota(of contract: String) async throws -> [QuotaPosting] {
        try await store.read { try QuotaPosting.fetch(contract, in: $0) }
    }
}
