import FoundationEssentials
import GRDB
import Receipts
import Testing

@testable import Ledger

struct TamperingTests {
    /// A ledger with something in every table, closed.
    private func filled() async throws -> Fixture {
        let fixture = try await Fixture.filled()
        #expect(try fixture.verify().ok)
        return fixture
    }

    private func expectBad(
        _ fixture: Fixture,
        entry: Int64?,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let report = try fixture.verify()
        #expect(!report.ok, sourceLocation: sourceLocation)
        #expect(report.firstBad == entry, "\(report)", sourceLocation: sourceLocation)
        #expect(report.problem != nil, sourceLocation: sourceLocation)
    }

    static let columns: [(String, String)] = {
        guard let db = try? DatabaseQueue() else { return [] }
        return
            (try? db.inDatabase { db in
                try Schema.create(in: db)
                return try Schema.projections.flatMap { table in
                    try db.columns(in: table.name).map { (table.name, $0.name) }
                }
            }) ?? []
    }()

    @Test("the test data fills every table")
    func everyTable() async throws {
        let fixture = try await filled()
        #expect(Self.columns.count > 60)
        let queue = try DatabaseQueue(path: fixture.folder + "/ledger.sqlite")
        for table in Schema.projections {
            let count = try queue.inDatabase { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM \(table.name)") ?? 0 }
            #expect(count >= 2, "\(table.name)")
        }
    }

    @Test("an edited column of any projection is found, and the entry that wrote it is named")
    func editedColumns() async throws {
        for (table, column) in Self.columns {
            let fixture = try await filled()
            let queue = try DatabaseQueue(path: fixture.folder + "/ledger.sqlite")
            let entry = try await queue.write { db -> Int64? in
                let target = "(SELECT rowid FROM \(table) ORDER BY rowid DESC LIMIT 1)"
                let entry = try Int64.fetchOne(db, sql: "SELECT entry FROM \(table) WHERE rowid = \(target)")
                let type = try db.columns(in: table).first { $0.name == column }?.type
                // A row whose key is the row id moves; all others stay where they are.
                let value = type == "TEXT" ? "COALESCE(\(column), '') || 'x'" : "COALESCE(\(column), 0) + 1000"
                try db.execute(sql: "UPDATE \(table) SET \(column) = \(value) WHERE rowid = \(target)")
                #expect(db.changesCount == 1)
                return entry
            }
            try queue.close()
            let report = try fixture.verify()
            #expect(!report.ok, "\(table).\(column)")
            #expect(report.firstBad == entry, "\(table).\(column): \(report)")
        }
    }

    @Test("a removed row of any projection is found", arguments: Schema.projections.map(\.name))
    func removedRow(table: String) async throws {
        let fixture = try await filled()
        let queue = try DatabaseQueue(path: fixture.folder + "/ledger.sqlite")
        let entry = try await queue.write { db -> Int64? in
            let entry = try Int64.fetchOne(db, sql: "SELECT entry FROM \(table) ORDER BY rowid LIMIT 1")
            try db.execute(sql: "DELETE FROM \(table) WHERE rowid = (SELECT MIN(rowid) FROM \(table))")
            return entry
        }
        try queue.close()
        try expectBad(fixture, entry: entry)
    }

    @Test("two rows of a projection with their contents swapped are found", arguments: Schema.projections.map(\.name))
    func swappedRows(table: String) async throws {
        let fixture = try await filled()
        let queue = try DatabaseQueue(path: fixture.folder + "/ledger.sqlite")
        let key = try #require(Schema.projections.first { $0.name == table }?.keyColumns.last)
        try await queue.write { db in
            let keys = try DatabaseValue.fetchAll(db, sql: "SELECT \(key) FROM \(table) ORDER BY rowid LIMIT 2")
            try #require(keys.count == 2)
            let other: any DatabaseValueConvertible = Int64.fromDatabaseValue(keys[0]) == nil ? "parked" : Int64(-1)
            let swap = "UPDATE \(table) SET \(key) = ? WHERE \(key) = ?"
            try db.execute(sql: swap, arguments: [other, keys[0]])
            try db.execute(sql: swap, arguments: [keys[0], keys[1]])
            try db.execute(sql: swap, arguments: [keys[1], other])
        }
        try queue.close()
        let report = try fixture.verify()
        #expect(!report.ok)
        #expect(report.firstBad != nil)
    }

    @Test("an inserted row of any projection is found", arguments: Schema.projections.map(\.name))
    func insertedRow(table: String) async throws {
        let fixture = try await filled()
        let queue = try DatabaseQueue(path: fixture.folder + "/ledger.sqlite")
        let key = try #require(Schema.projections.first { $0.name == table }?.keyColumns.last)
        try await queue.write { db in
            let columns = try db.columns(in: table).map { column in
                if column.name == key { return column.type == "TEXT" ? "'zzz'" : "900" }
                // A number is given once.
                if table == "invoices", column.name == "sequence" { return "900" }
                // Invitations lead to one session.
                return table == "sessions" && column.name == "invitation" ? "'i-none'" : column.name
            }
            try db.execute(
                sql:
                    "INSERT INTO \(table) SELECT \(columns.joined(separator: ", ")) FROM \(table) ORDER BY rowid LIMIT 1"
            )
        }
        try queue.close()
        #expect(try !fixture.verify().ok)
    }

    @Test("text that only looks equal, or hides behind a zero byte, is found")
    func lookalikes() async throws {
        for edit in ["text = 'a note' || char(0) || 'x'", "text = CAST(x'61206e6f7465ff' AS TEXT)"] {
            let fixture = try await filled()
            try fixture.tamper("UPDATE notes SET \(edit) WHERE text = 'a note'")
            #expect(try !fixture.verify().ok, "\(edit)")
        }
        let fixture = try Fixture()
        let ledger = try fixture.open()
        try await ledger.seed()
        try await ledger.start("s1")
        try await ledger.addNote("s1", text: "\u{E9}", by: .client)
        try await ledger.close()
        try fixture.tamper("UPDATE notes SET text = 'e' || char(769)")
        #expect(try !fixture.verify().ok)
    }

    @Test(
        "an edited column of an entry is found",
        arguments: [
            "at = at + 1", "kind = 'operatorRevoked'", "payload = replace(payload, 'anna', 'anne')",
            "payload = payload || ' '",
            "payload = payload || char(0)", "previousHash = hash", "hash = previousHash", "hash = upper(hash)",
        ]
    )
    func editedEntry(edit: String) async throws {
        for entry: Int64 in [2, 5] {
            let fixture = try await filled()
            try fixture.tamperWithEntries("UPDATE entries SET \(edit) WHERE sequence = \(entry)")
            try expectBad(fixture, entry: entry)
        }
    }

    @Test("an entry edited with its hash computed anew is found")
    func editedWithHash() async throws {
        let fixture = try await filled()
        try rewrite(fixture, from: 5, through: 5)
        try expectBad(fixture, entry: 5)
    }

    @Test("an edited last entry with its hash computed anew is found")
    func editedLast() async throws {
        let fixture = try await filled()
        let count = try fixture.verify().entries
        try rewrite(fixture, from: count, through: count)
        try expectBad(fixture, entry: count)
    }

    @Test("an edited entry with the whole chain after it computed anew is found")
    func editedChain() async throws {
        let fixture = try await filled()
        let count = try fixture.verify().entries
        try rewrite(fixture, from: 5, through: count)
        try expectBad(fixture, entry: count)
    }

    @Test("a removed entry is found")
    func removedEntry() async throws {
        for entry: Int64 in [1, 2, 7] {
            let fixture = try await filled()
            try fixture.tamperWithEntries("DELETE FROM entries WHERE sequence = \(entry)")
            try expectBad(fixture, entry: entry)
        }
    }

    @Test("a removed entry with those after it moved up is found")
    func movedUp() async throws {
        let fixture = try await filled()
        try fixture.tamperWithEntries(
            "DELETE FROM entries WHERE sequence = 6; UPDATE entries SET sequence = sequence - 1 WHERE sequence > 6"
        )
        try expectBad(fixture, entry: 6)
    }

    @Test("two swapped entries are found")
    func swappedEntries() async throws {
        let fixture = try await filled()
        try fixture.tamperWithEntries(
            """
            UPDATE entries SET sequence = -1 WHERE sequence = 4; UPDATE entries SET sequence = 4 WHERE sequence = 5;
            UPDATE entries SET sequence = 5 WHERE sequence = -1
            """
        )
        try expectBad(fixture, entry: 4)
    }

    @Test("an entry inserted at the end is found, even with a sound hash")
    func insertedEntry() async throws {
        let fixture = try await filled()
        let queue = try DatabaseQueue(path: fixture.folder + "/ledger.sqlite")
        let sequence = try await queue.write { db in
            let event = LedgerEvent.noteAdded(NoteAdded(session: "s1", text: "forged", by: .client))
            let entry = try EntryRecord(after: EntryRecord.last(in: db), at: Fixture.start, event: event)
            try entry.insert(into: db)
            try event.payload.apply(EntryStamp(sequence: entry.sequence, at: entry.at), to: db)
            return entry.sequence
        }
        try queue.close()
        try expectBad(fixture, entry: sequence)
        #expect { try fixture.open() } throws: { ($0 as? LedgerError)?.kind == .tampered }
    }

    @Test("nothing is appended to a forged entry, which would sign it")
    func appendToForged() async throws {
        let fixture = try await Fixture.filled()
        let ledger = try fixture.open()
        let count = try await ledger.head().count
        try fixture.tamper(
            "INSERT INTO entries SELECT sequence + 1, at, kind, payload, hash, hash FROM entries WHERE sequence = \(count)"
        )
        await expectError(.tampered) { try await ledger.invite("i9") }
        await expectError(.tampered) { try await ledger.head() }
        #expect(try fixture.verify().firstBad == count + 1)
    }

    @Test("entries cut off at the end are found, also at opening")
    func truncated() async throws {
        let fixture = try await filled()
        let count = try fixture.verify().entries
        try fixture.tamperWithEntries("DELETE FROM entries WHERE sequence > \(count - 2)")
        try expectBad(fixture, entry: count - 1)
        #expect { try fixture.open() } throws: { ($0 as? LedgerError)?.kind == .tampered }
    }

    @Test("an older copy of the whole database under the newer head is found, also at opening")
    func rolledBack() async throws {
        let fixture = try Fixture()
        let ledger = try fixture.open()
        try await ledger.seed()
        try await ledger.close()
        let older = try Data(contentsOf: URL(filePath: fixture.folder + "/ledger.sqlite"))
        let again = try fixture.open()
        try await again.invite("i1")
        try await again.close()
        for suffix in ["-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: fixture.folder + "/ledger.sqlite" + suffix)
        }
        try older.write(to: URL(filePath: fixture.folder + "/ledger.sqlite"))
        try expectBad(fixture, entry: 4)
        #expect { try fixture.open() } throws: { ($0 as? LedgerError)?.kind == .tampered }
    }

    @Test("a head file replaced by an older one is found")
    func olderHead() async throws {
        let fixture = try Fixture()
        let ledger = try fixture.open()
        try await ledger.seed()
        let older = try fixture.readHeadFile()
        let count = try LedgerHead(canonical: Array(older)).count
        try await ledger.invite("i1")
        try await ledger.invite("i2")
        try fixture.writeHeadFile(older)
        try expectBad(fixture, entry: count + 1)
    }

    @Test("a head signed by another key is found, also at opening")
    func foreignHead() async throws {
        let fixture = try await filled()
        let head = try LedgerHead(canonical: Array(try fixture.readHeadFile()))
        let foreign = try LedgerHead(count: head.count, hash: head.hash, signedBy: SigningKey.generate())
        try fixture.writeHeadFile(Data(foreign.canonicalBytes))
        try expectBad(fixture, entry: nil)
        #expect { try fixture.open() } throws: { ($0 as? LedgerError)?.kind == .tampered }
        try fixture.writeHeadFile(Data(head.canonicalBytes))
        #expect(try fixture.verify().ok)
        try fixture.tamper("UPDATE head SET head = '\(String(decoding: foreign.canonicalBytes, as: UTF8.self))'")
        try expectBad(fixture, entry: nil)
        #expect { try fixture.open() } throws: { ($0 as? LedgerError)?.kind == .tampered }
    }

    @Test("a head file that is missing or is no head is found, also at opening")
    func noHead() async throws {
        let fixture = try await filled()
        try fixture.writeHeadFile(Data("x".utf8))
        try expectBad(fixture, entry: nil)
        #expect { try fixture.open() } throws: { ($0 as? LedgerError)?.kind == .tampered }
        try FileManager.default.removeItem(atPath: fixture.folder + "/ledger.head")
        try expectBad(fixture, entry: nil)
        #expect { try fixture.open() } throws: { ($0 as? LedgerError)?.kind == .tampered }
        try fixture.tamper("DELETE FROM head")
        #expect(try !fixture.verify().ok)
    }

    @Test(
        "changed tables and triggers are found",
        arguments: [
            "DROP TRIGGER entries_no_update", "CREATE TABLE more (x)", "DROP INDEX breaksBySession",
            "CREATE TRIGGER t AFTER INSERT ON notes BEGIN DELETE FROM notes; END", "DROP TABLE notes",
            "DROP TABLE entries",
            "ALTER TABLE notes ADD COLUMN more TEXT",
        ]
    )
    func schema(sql: String) async throws {
        let fixture = try await filled()
        try fixture.tamper(sql)
        #expect(try !fixture.verify().ok)
    }

    @Test("flipped bytes anywhere in the file are found or make it unreadable")
    func flippedBytes() async throws {
        let fixture = try await filled()
        let path = fixture.folder + "/ledger.sqlite"
        let good = try Data(contentsOf: URL(filePath: path))
        for page in 1..<good.count / 4096 {
            var bad = good
            // The last bytes of a page always hold content where the page holds any.
            let place = page * 4096 + 4095
            guard bad[place] != 0 else { continue }
            bad[place] ^= 0x15
            try bad.write(to: URL(filePath: path))
            let report = try? fixture.verify()
            #expect(report?.ok != true, "page \(page)")
        }
    }

    /// Moves the time of entry `first` and computes the hashes of the entries up to `last` anew, projections included.
    private func rewrite(_ fixture: Fixture, from first: Int64, through last: Int64) throws {
        let queue = try DatabaseQueue(path: fixture.folder + "/ledger.sqlite")
        var updates: [String] = []
        try queue.inDatabase { db in
            let entries = try db.rows(
                "SELECT * FROM entries ORDER BY sequence",
                [],
                EntryRecord.init(row:)
            )
            var previous = entries[Int(first) - 1].previousHash
            for entry in entries where (first...last).contains(entry.sequence) {
                let at = entry.sequence == first ? entry.at + 1 : entry.at
                let hash = Array(entry.payload.utf8).withUnsafeBytes {
                    EntryRecord.hash(entry.sequence, at, entry.kind, $0, previous.hex)
                }
                updates.append(
                    """
                    UPDATE entries SET at = \(at), previousHash = '\(previous.hex)', hash = '\(hash.hex)'
                    WHERE sequence = \(entry.sequence)
                    """
                )
                previous = hash
            }
        }
        try queue.close()
        try fixture.tamperWithEntries(updates.joined(separator: ";"))
    }
}
