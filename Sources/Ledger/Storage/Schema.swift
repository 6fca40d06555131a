internal import GRDB

/// The tables. `entries` is the truth; every other table is computed from it, and its column `entry` names the entry
/// that last touched the row. STRICT tables (SQLite 3.37) keep each column to its type.
enum Schema {
    /// "LOTS": what `PRAGMA application_id` of a ledger says.
    static let applicationID: Int32 = 0x4C4F_5453
    /// The version of tables and events; `PRAGMA user_version`. 2 added consents and invoices; 3 added receipts, work without
    /// sessions, credits, ends of contracts, balances and quota; 4 added numbers that were given elsewhere.
    static let version: Int32 = 4
    /// The oldest version that can be brought up to date.
    static let oldestVersion: Int32 = 1

    static func create(in db: Database) throws {
        try createTables(in: db)
        try createIndexes(in: db)
        try db.execute(sql: "PRAGMA application_id = \(applicationID); PRAGMA user_version = \(version)")
    }

    /// The tables, with the indexes without which entries cannot be applied.
    static func createTables(in db: Database) throws {
        try db.execute(sql: record)
        for table in projections { try db.execute(sql: table.sql) }
        try db.execute(sql: eventIndexes)
        try db.execute(sql: invoiceIndexes)
    }

    /// The indexes that only readers use: made of a whole table at once, they cost a fraction of what they cost row by row.
    static func createIndexes(in db: Database) throws {
        try db.execute(sql: indexes)
        try db.execute(sql: receiptIndexes)
        try db.execute(sql: settlementIndexes)
    }

    /// Brings a ledger of an older version up to date: its entries stay as they are, and no event of theirs touches what came later.
    static func update(_ db: Database) throws {
        let present = try Int32.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        guard present < version else { return }
        for table in projections where table.since > present { try db.execute(sql: table.sql) }
        if present < 2 { try db.execute(sql: invoiceIndexes) }
        if present < 3 { try db.execute(sql: receiptIndexes) }
        if present < 3 { try db.execute(sql: settlementIndexes) }
        try db.execute(sql: "PRAGMA user_version = \(version)")
    }

    /// The entries, and the signed head of exactly these entries, written in the same transaction.
    ///
    /// The triggers guard against mistakes, not against whoever can write the file: `verify` is for those. INSERT OR
    /// REPLACE runs no DELETE trigger, hence the third one.
    private static let record = """
        CREATE TABLE entries (
            sequence INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, payload TEXT NOT NULL,
            previousHash TEXT NOT NULL, hash TEXT NOT NULL) STRICT;
        CREATE TRIGGER entries_no_update BEFORE UPDATE ON entries
            BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END;
        CREATE TRIGGER entries_no_delete BEFORE DELETE ON entries
            BEGIN SELECT RAISE(ABORT, 'entries are never removed'); END;
        CREATE TRIGGER entries_append_only BEFORE INSERT ON entries
            WHEN NEW.sequence IS NOT (SELECT COALESCE(MAX(sequence), 0) + 1 FROM entries)
            BEGIN SELECT RAISE(ABORT, 'entries are only appended'); END;
        CREATE TABLE head (id INTEGER PRIMARY KEY CHECK (id = 1), head TEXT NOT NULL) STRICT;
        """

    struct Projection: Sendable {
        let name: String
        let key: String
        let columns: String
        /// The version that brought it.
        var since: Int32 = 1

        /// The key's columns one by one.
        var keyColumns: [String] { key.split(separator: ", ").map(String.init) }

        var sql: String { "CREATE TABLE \(name) (\(columns), entry INTEGER NOT NULL, PRIMARY KEY (\(key))) STRICT" }
    }

    static let projections = [
        Projection(
            name: "operators",
            key: "name",
            columns: "name TEXT NOT NULL, email TEXT, role TEXT NOT NULL, addedAt INTEGER NOT NULL, revokedAt INTEGER"
        ),
        Projection(
            name: "enrolments",
            key: "tokenHash",
            columns: """
                tokenHash TEXT NOT NULL, operator TEXT NOT NULL, expiresAt INTEGER NOT NULL, withdrawnAt INTEGER,
                keyHash TEXT, serial TEXT
                """
        ),
        Projection(
            name: "certificates",
            key: "serial",
            columns: """
                serial TEXT NOT NULL, operator TEXT NOT NULL, keyHash TEXT NOT NULL, certificate TEXT NOT NULL,
                issuedAt INTEGER NOT NULL, notAfter INTEGER NOT NULL, revokedAt INTEGER
                """
        ),
        Projection(
            name: "contracts",
            key: "contract, version",
            columns: """
                contract TEXT NOT NULL, version INTEGER NOT NULL, hash TEXT NOT NULL, canonical TEXT NOT NULL,
                source TEXT NOT NULL, addedBy TEXT NOT NULL, addedAt INTEGER NOT NULL
                """
        ),
        Projection(
            name: "invitations",
            key: "invitation",
            columns: """
                invitation TEXT NOT NULL, room TEXT NOT NULL, contract TEXT NOT NULL, version INTEGER NOT NULL,
                category TEXT NOT NULL, purpose TEXT NOT NULL, operator TEXT NOT NULL, openedAt INTEGER NOT NULL,
                expiresAt INTEGER NOT NULL, state TEXT NOT NULL, reason TEXT, changedAt INTEGER NOT NULL
                """
        ),
        Projection(
            name: "sessions",
            key: "session",
            columns: """
                session TEXT NOT NULL, invitation TEXT NOT NULL UNIQUE, contract TEXT NOT NULL,
                version INTEGER NOT NULL, contractHash TEXT NOT NULL, category TEXT NOT NULL,
                operator TEXT NOT NULL, agent TEXT NOT NULL, startedAt INTEGER NOT NULL,
                lastInstant INTEGER NOT NULL, state TEXT NOT NULL, endedAt INTEGER, endedBy TEXT, reason TEXT,
                summary TEXT, idleSeconds INTEGER
                """
        ),
        Projection(
            name: "consents",
            key: "session",
            columns: "session TEXT NOT NULL, hash TEXT NOT NULL, record TEXT NOT NULL",
            since: 2
        ),
        Projection(
            name: "invoices",
            key: "number",
            columns: """
                number TEXT NOT NULL, sequenceKey TEXT NOT NULL, sequence INTEGER NOT NULL, contract TEXT NOT NULL,
                firstMonth TEXT NOT NULL, month TEXT NOT NULL, part INTEGER NOT NULL, cancels TEXT, cancelledBy TEXT,
                issueDate TEXT NOT NULL, currency TEXT NOT NULL, netCents INTEGER NOT NULL, vatCents INTEGER NOT NULL,
                grossCents INTEGER NOT NULL, document TEXT NOT NULL, xml TEXT NOT NULL, xmlHash TEXT NOT NULL,
                html TEXT NOT NULL, paidOn TEXT, issuedAt INTEGER NOT NULL
                """,
            since: 2
        ),
        Projection(
            name: "receipts",
            key: "session",
            columns: """
                session TEXT NOT NULL, contract TEXT NOT NULL, hash TEXT NOT NULL, state TEXT NOT NULL, record TEXT NOT NULL,
                closing TEXT, drafted INTEGER NOT NULL
                """,
            since: 3
        ),
        Projection(
            name: "breaks",
            key: "opened",
            columns: """
                opened INTEGER NOT NULL, session TEXT NOT NULL, kind TEXT NOT NULL, startedAt INTEGER NOT NULL,
                endedAt INTEGER
                """
        ),
        Projection(
            name: "categories",
            key: "entry",
            columns: "session TEXT NOT NULL, category TEXT NOT NULL, instant INTEGER NOT NULL, changedBy TEXT NOT NULL"
        ),
        Projection(
            name: "notes",
            key: "entry",
            columns: "session TEXT NOT NULL, at INTEGER NOT NULL, text TEXT NOT NULL, writtenBy TEXT NOT NULL"
        ),
        Projection(
            name: "addenda",
            key: "entry",
            columns: "session TEXT NOT NULL, at INTEGER NOT NULL, text TEXT NOT NULL, writtenBy TEXT NOT NULL"
        ),
        Projection(name: "recorded", key: "session", columns: "session TEXT NOT NULL, at INTEGER NOT NULL", since: 3),
        Projection(
            name: "credits",
            key: "session",
            columns: """
                session TEXT NOT NULL, contract TEXT NOT NULL, reason TEXT NOT NULL, asWarranty INTEGER NOT NULL,
                givenBy TEXT NOT NULL, at INTEGER NOT NULL
                """,
            since: 3
        ),
        Projection(
            name: "contractEnds",
            key: "entry",
            columns: "contract TEXT NOT NULL, endsOn TEXT, decidedBy TEXT NOT NULL, at INTEGER NOT NULL",
            since: 3
        ),
        Projection(
            name: "balances",
            key: "entry",
            columns: "contract TEXT NOT NULL, seconds INTEGER NOT NULL, givenBy TEXT NOT NULL, at INTEGER NOT NULL",
            since: 3
        ),
        Projection(
            name: "quota",
            key: "contract, position",
            columns: """
                contract TEXT NOT NULL, position INTEGER NOT NULL, period TEXT NOT NULL, lot TEXT NOT NULL,
                kind TEXT NOT NULL, seconds INTEGER NOT NULL, session TEXT, leftSeconds INTEGER NOT NULL
                """,
            since: 3
        ),
        Projection(
            name: "numbers",
            key: "sequenceKey",
            columns:
                "sequenceKey TEXT NOT NULL, sequence INTEGER NOT NULL, decidedBy TEXT NOT NULL, at INTEGER NOT NULL",
            since: 4
        ),
    ]

    private static let settlementIndexes = """
        CREATE INDEX creditsByContract ON credits (contract);
        CREATE INDEX contractEndsByContract ON contractEnds (contract);
        CREATE INDEX balancesByContract ON balances (contract);
        CREATE INDEX sessionsByOperator ON sessions (operator, endedAt);
        """

    /// A number is given once, whatever the program believes.
    private static let invoiceIndexes = """
        CREATE UNIQUE INDEX invoicesBySequence ON invoices (sequenceKey, sequence);
        CREATE INDEX invoicesByContract ON invoices (contract, month);
        """

    private static let receiptIndexes = """
        CREATE INDEX receiptsByContract ON receipts (contract, drafted);
        CREATE INDEX receiptsByState ON receipts (state);
        """

    /// What an event finds the rows by that it changes.
    private static let eventIndexes = """
        CREATE INDEX certificatesByOperator ON certificates (operator);
        CREATE INDEX enrolmentsByOperator ON enrolments (operator);
        CREATE INDEX breaksBySession ON breaks (session);
        """

    private static let indexes = """
        CREATE INDEX invitationsByRoom ON invitations (room, changedAt);
        CREATE INDEX invitationsByState ON invitations (state);
        CREATE INDEX sessionsByContract ON sessions (contract, endedAt);
        CREATE INDEX sessionsByState ON sessions (state);
        CREATE INDEX notesBySession ON notes (session);
        CREATE INDEX addendaBySession ON addenda (session);
        CREATE INDEX categoriesBySession ON categories (session);
        """
}
