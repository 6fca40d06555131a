internal import GRDB

/// Everything that a contract's account is computed from, as it stood at one moment.
public struct ContractRecords: Sendable {
    /// The versions, oldest first.
    public let versions: [ContractRecord]
    /// The sessions in the order in which they began, those that run among them.
    public let sessions: [SessionRecord]
    /// The sessions that were given back, in their order.
    public let credits: [CreditRecord]
    /// The quota that was set by hand, in order.
    public let balances: [BalanceRecord]
    /// Every decision about the contract's end in their order; the last one holds.
    public let ends: [ContractEndRecord]
    /// What is written down of the quota, in order.
    public let quota: [QuotaPosting]
    /// The entry that changed the account last; 0 where none has.
    public let lastSettled: Int64

    /// The entry that changed a contract's account last. Sessions that run are none of it yet.
    static func lastSettled(of contract: String, in db: Database) throws -> Int64 {
        try db.row(
            """
            SELECT COALESCE(MAX(entry), 0) AS entry FROM (
                SELECT entry FROM sessions WHERE contract = ?1 AND endedAt IS NOT NULL
                UNION ALL SELECT entry FROM credits WHERE contract = ?1
                UNION ALL SELECT entry FROM balances WHERE contract = ?1
                UNION ALL SELECT entry FROM contractEnds WHERE contract = ?1)
            """,
            [contract]
        ) { try $0.value("entry") } ?? 0
    }

    /// The sessions that ended within a period: `from < endedAt <= to`, Unix seconds, in the order in which they began.
    public func timesheet(from: Int64, to: Int64) -> [TimesheetRow] {
        sessions.compactMap { session in
            session.endedAt.flatMap { from < $0 && $0 <= to ? TimesheetRow(session, endedAt: $0) : nil }
        }
    }
}

extension Ledger {
    /// What the ledger holds of a contract's account, in one state of it: a session that ends meanwhile is in all of it or in nothing.
    public func records(of contract: String) async throws -> ContractRecords {
        try await store.read { db in
            ContractRecords(
                versions: try ContractRecord.versions(of: contract, in: db),
                sessions: try SessionRecord.fetch(where: "contract = ?", [contract], in: db),
                credits: try CreditRecord.fetch(contract, in: db),
                balances: try BalanceRecord.fetch(contract, in: db),
                ends: try ContractEndRecord.fetch(contract, in: db),
                quota: try QuotaPosting.fetch(contract, in: db),
                lastSettled: try ContractRecords.lastSettled(of: contract, in: db)
            )
        }
    }
}
