import Contracts
internal import GRDB

/// Whether a session's clock runs.
public enum SessionState: String, Hashable, Sendable, Codable, CaseIterable {
    /// It has not ended.
    case live
    /// It was ended.
    case ended
    /// The relay went away; the session was closed at its last checkpoint.
    case interrupted
}

/// Who did something in a session.
public enum SessionParty: String, Hashable, Sendable, Codable, CaseIterable {
    /// The operator.
    case `operator`
    /// The client.
    case client
    /// The relay, for a timeout or a cap.
    case relay
}

/// A text that somebody added to a session.
public struct NoteRecord: Hashable, Sendable {
    /// When, Unix seconds.
    public let at: Int64
    /// The text.
    public let text: String
    /// Who wrote it.
    public let by: SessionParty

    init(row: StoredRow) throws {
        at = try row.value("at")
        text = try row.value("text")
        by = try row.named("writtenBy")
    }
}

/// One session and its time.
public struct SessionRecord: Hashable, Sendable {
    /// Its identity.
    public let session: String
    /// The invitation that led to it.
    public let invitation: String
    /// The contract's name.
    public let contract: String
    /// The contract's version.
    public let version: Int64
    /// The hash of that version.
    public let contractHash: String
    /// The kind of work, as of now.
    public let category: String
    /// Who helps.
    public let `operator`: String
    /// Public facts about the client's machine, as the agent states them.
    public var agent: JSONValue { JSONValue(canonicalBytes: facts.utf8) ?? .null }
    /// The clock's start, Unix seconds.
    public let startedAt: Int64
    /// The latest instant that the ledger knows of, Unix seconds.
    public let lastInstant: Int64
    /// Whether the clock runs.
    public let state: SessionState
    /// The clock's stop, Unix seconds; none while it runs.
    public let endedAt: Int64?
    /// Who ended it.
    public let endedBy: SessionParty?
    /// Why it ended.
    public let reason: String?
    /// The operator's summary at the end.
    public let summary: String?
    /// The idle seconds before the end, as reported; none while the clock runs.
    public let idleSeconds: Int64?
    /// Pauses and disconnections in the order in which they began.
    public let breaks: [BreakRecord]
    /// Summaries that came after the end.
    public let addenda: [NoteRecord]
    /// Whether it was written down afterwards: work without an agent, a consent and a clock.
    public let isRecorded: Bool
    /// The entry that closed it, its place among all that was settled (rules 3, 6): nothing touches an ended session any
    /// more. Of one that runs, the entry that touched it last.
    public let entry: Int64
    private let facts: String

    /// Whether the clock is paused now.
    public var isPaused: Bool { breaks.contains { $0.kind == .paused && $0.to == nil } }
    /// Whether agent or operator is away now.
    public var isDisconnected: Bool { breaks.contains { $0.kind == .disconnected && $0.to == nil } }

    /// How the time divides: of an ended session all of it, of a live one what has passed at `instant`.
    public func time(at instant: Int64) -> SessionTime {
        SessionTime(startedAt: startedAt, until: endedAt ?? instant, breaks: breaks)
    }

    private init(row: StoredRow, breaks: [BreakRecord], addenda: [NoteRecord], isRecorded: Bool) throws {
        session = try row.value("session")
        invitation = try row.value("invitation")
        contract = try row.value("contract")
        version = try row.value("version")
        contractHash = try row.value("contractHash")
        category = try row.value("category")
        `operator` = try row.value("operator")
        facts = try row.value("agent")
        startedAt = try row.value("startedAt")
        lastInstant = try row.value("lastInstant")
        state = try row.named("state")
        endedAt = try row.optional("endedAt")
        endedBy = try row.optional("endedBy").flatMap(SessionParty.init(rawValue:))
        reason = try row.optional("reason")
        summary = try row.optional("summary")
        idleSeconds = try row.optional("idleSeconds")
        self.breaks = breaks
        self.addenda = addenda
        self.isRecorded = isRecorded
        entry = try row.value("entry")
    }

    /// The sessions that `condition` selects, in the order in which they began. Four queries, however many they are.
    static func fetch(
        where condition: String,
        _ arguments: StatementArguments,
        in db: Database
    ) throws -> [SessionRecord] {
        func parts<Part>(_ table: String, by order: String, _ read: (StoredRow) throws -> Part) throws -> [String:
            [Part]]
        {
            let sql = """
                SELECT * FROM \(table) WHERE session IN (SELECT session FROM sessions WHERE \(condition)) ORDER BY \(order)
                """
            let all = try db.rows(sql, arguments) { (session: try $0.value("session") as String, part: try read($0)) }
            return Dictionary(grouping: all, by: \.session).mapValues { $0.map(\.part) }
        }
        let breaks = try parts("breaks", by: "opened", BreakRecord.init(row:))
        let addenda = try parts("addenda", by: "entry", NoteRecord.init(row:))
        let recorded = try parts("recorded", by: "entry") { _ in true }
        return try db.rows("SELECT * FROM sessions WHERE \(condition) ORDER BY startedAt, session", arguments) { row in
            let session: String = try row.value("session")
            return try SessionRecord(
                row: row,
                breaks: breaks[session] ?? [],
                addenda: addenda[session] ?? [],
                isRecorded: recorded[session] != nil
            )
        }
    }

    /// The session, which must be known.
    static func known(_ session: String, in db: Database) throws -> SessionRecord {
        guard let found = try fetch(where: "session = ?", [session], in: db).first else {
            throw LedgerError(.notFound, "no such session \"\(session)\" (lotse sessions shows them)")
        }
        return found
    }

    /// The session, which must be live.
    static func live(_ session: String, in db: Database) throws -> SessionRecord {
        let found = try known(session, in: db)
        guard found.state == .live else {
            throw LedgerError(.sessionEnded, "the session \"\(session)\" has ended; nothing of it changes any more")
        }
        return found
    }

    /// The instant to record for one that a caller gives: never before the latest that is recorded, because a
    /// restarted relay may have to begin with a wall clock that went back.
    func effective(_ instant: Int64) -> Int64 { max(instant, lastInstant) }
}
