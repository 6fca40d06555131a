internal import GRDB

/// Which sessions to list; all conditions must hold, and none is no limit.
public struct SessionFilter: Hashable, Sendable {
    /// Only those of this contract, whatever the version.
    public var contract: String?
    /// Only those of this operator.
    public var `operator`: String?
    /// Only those in this state.
    public var state: SessionState?
    /// Only those that began at this second or later, Unix seconds.
    public var startedFrom: Int64?
    /// Only those that began before this second, Unix seconds.
    public var startedBefore: Int64?

    /// A filter; without arguments everything passes.
    public init(
        contract: String? = nil,
        operator: String? = nil,
        state: SessionState? = nil,
        startedFrom: Int64? = nil,
        startedBefore: Int64? = nil
    ) {
        self.contract = contract
        self.operator = `operator`
        self.state = state
        self.startedFrom = startedFrom
        self.startedBefore = startedBefore
    }
}

/// One line of a timesheet.
public struct TimesheetRow: Hashable, Sendable {
    /// The session.
    public let session: String
    /// Who helped.
    public let `operator`: String
    /// The kind of work.
    public let category: String
    /// The clock's start, Unix seconds.
    public let startedAt: Int64
    /// The clock's stop, Unix seconds.
    public let endedAt: Int64
    /// How the time divides.
    public let time: SessionTime
    /// The seconds to bill; not rounded yet: the raw seconds.
    public let billedSeconds: Int64
    /// The summary at the end, else those that came later, one per line.
    public let summary: String?
    /// `ended` or `interrupted`.
    public let state: SessionState
    /// Whether it was written down afterwards.
    public let isRecorded: Bool

    init(_ session: SessionRecord, endedAt: Int64) {
        self.session = session.session
        `operator` = session.operator
        category = session.category
        startedAt = session.startedAt
        self.endedAt = endedAt
        time = session.time(at: endedAt)
        billedSeconds = time.rawSeconds
        let later = session.addenda.map(\.text).joined(separator: "\n")
        summary = session.summary ?? (later.isEmpty ? nil : later)
        state = session.state
        isRecorded = session.isRecorded
    }
}

extension Ledger {
    /// The session with that identity.
    public func session(_ session: String) async throws -> SessionRecord? {
        try await store.read { try SessionRecord.fetch(where: "session = ?", [session], in: $0).first }
    }

    /// The sessions that pass the filter, in the order in which they began.
    public func sessions(_ filter: SessionFilter = SessionFilter()) async throws -> [SessionRecord] {
        // Only what is asked for is a condition: "? IS NULL OR" would keep SQLite from using an index.
        let conditions: [(sql: String, value: (any DatabaseValueConvertible)?)] = [
            ("contract = ?", filter.contract), ("operator = ?", filter.operator), ("state = ?", filter.state?.rawValue),
            ("startedAt >= ?", filter.startedFrom), ("startedAt < ?", filter.startedBefore),
        ]
        let asked = conditions.compactMap { condition in condition.value.map { (condition.sql, $0.databaseValue) } }
        return try await store.read { db in
            try SessionRecord.fetch(
                where: asked.isEmpty ? "TRUE" : asked.map(\.0).joined(separator: " AND "),
                StatementArguments(asked.map(\.1)),
                in: db
            )
        }
    }
}
