import FoundationEssentials
import GRDB
import Receipts
import Testing

@testable import Ledger

struct ChainTests {
    @Test("every entry carries the hash of the one before, and the head signs the last")
    func chain() async throws {
        let fixture = try Fixture()
        let ledger = try fixture.open()
        try await ledger.fill()
        let entries = try await ledger.entries()
        #expect(entries.map(\.sequence) == Array(1...Int64(entries.count)))
        #expect(entries.first?.kind == "created")
        #expect(entries.first?.previousHash == .zero)
        for (earlier, later) in zip(entries, entries.dropFirst()) { #expect(later.previousHash == earlier.hash) }

        let head = try await ledger.head()
        #expect(head.count == Int64(entries.count))
        #expect(head.hash == entries.last?.hash)
        #expect(head.isSigned(by: fixture.key.verifyingKey))
        #expect(try fixture.readHeadFile() == Data(head.canonicalBytes))
        #expect(try await ledger.hash(at: 3) == entries[2].hash)
        #expect(try await ledger.hash(at: head.count + 1) == nil)
        #expect(try await ledger.entries(from: 4, limit: 2) == Array(entries[3...4]))
        #expect(try fixture.verify() == VerifyReport(entries: head.count, ok: true, firstBad: nil, problem: nil))
    }

    @Test("an entry's hash is SHA-256 over the documented bytes")
    func hashBytes() async throws {
        let fixture = try Fixture()
        let ledger = try fixture.open()
        let entry = try #require(try await ledger.entries().first)
        let text =
            "lotse/1 ledger entry\0{\"at\":1800000000,\"kind\":\"created\",\"payload\":{\"key\":\"\(fixture.key.verifyingKey.hex)\","
            + "\"version\":4},\"previousHash\":\"\(String(repeating: "0", count: 64))\",\"sequence\":1}"
        #expect(entry.hash == Digest.sha256(text))
    }

    @Test("the file is in WAL mode, the writer syncs every commit, and only the owner may read")
    func durability() async throws {
        let fixture = try Fixture()
        let ledger = try fixture.open()
        try await ledger.seed()
        let modes = try await ledger.store.pool.writeWithoutTransaction { db in
            (
                try String.fetchOne(db, sql: "PRAGMA journal_mode"), try Int.fetchOne(db, sql: "PRAGMA synchronous")
            )
        }
        #expect(modes == ("wal", 2))
        for name in ["ledger.sqlite", "ledger.sqlite-wal", "ledger.head", "ledger.lock"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: fixture.folder + "/" + name)
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
        }
    }

    @Test(
        "SQLite refuses to change, remove, replace or skip an entry",
        arguments: [
            "UPDATE entries SET at = at + 1 WHERE sequence = 2",
            "DELETE FROM entries WHERE sequence = 2",
            "INSERT OR REPLACE INTO entries SELECT sequence, at + 1, kind, payload, previousHash, hash FROM entries WHERE sequence = 2",
            "INSERT INTO entries SELECT 99, at, kind, payload, previousHash, hash FROM entries WHERE sequence = 2",
        ]
    )
    func triggers(sql: String) async throws {
        let fixture = try Fixture()
        let ledger = try fixture.open()
        try await ledger.seed()
        let before = try await ledger.entries()
        #expect(throws: DatabaseError.self) { try fixture.tamper(sql) }
        #expect(try await ledger.entries() == before)
        #expect(try fixture.verify().ok)
    }

    @Test("a transaction that fails half-way leaves no trace")
    func rollback() async throws {
        struct Stop: Error {}
        let fixture = try Fixture()
        let ledger = try fixture.open()
        try await ledger.seed()
        let (entries, file) = (try await ledger.entries(), try fixture.readHeadFile())
        await #expect(throws: Stop.self) {
            try await ledger.store.append { _, _ in
                .operatorRevoked(OperatorRevoked(name: "anna"))
            } result: { db -> Void in
                #expect(try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM entries") == entries.count + 1)
                throw Stop()
            }
        }
        #expect(try await ledger.entries() == entries)
        #expect(try await ledger.operator(named: "anna")?.revokedAt == nil)
        #expect(try fixture.readHeadFile() == file)
        #expect(try fixture.verify().ok)
        try await ledger.addNoteToNothing()
    }

    @Test("a head file that a crash left behind is fine and brought up to date")
    func crashBeforeRename() async throws {
        let fixture = try Fixture()
        let ledger = try fixture.open()
        try await ledger.seed()
        let before = try fixture.readHeadFile()
        try await ledger.invite("i1")
        try await ledger.close()
        let after = try fixture.readHeadFile()
        try fixture.writeHeadFile(before)
        #expect(try fixture.verify().ok)
        let again = try fixture.open()
        #expect(try fixture.readHeadFile() == after)
        #expect(try await again.head().canonicalBytes == Array(after))
        try await again.invite("i2")
        #expect(try fixture.verify().ok)
    }

    @Test("the head file is never two entries behind, whoever crashes when")
    func crashTwice() async throws {
        struct Crash: Error {}
        let fixture = try Fixture()
        let ledger = try fixture.open()
        try await ledger.seed()
        let before = try fixture.readHeadFile()
        try await ledger.invite("i1")
        let after = try fixture.readHeadFile()
        try fixture.writeHeadFile(before)
        await #expect(throws: Crash.self) {
            try await ledger.store.append { _, _ in
                throw Crash()
            } result: { _ in
            }
        }
        #expect(try fixture.readHeadFile() == after)
    }

    @Test("dataVersion changes when another connection has written, and not otherwise")
    func dataVersion() async throws {
        let fixture = try Fixture()
        let (one, two) = (try fixture.open(), try fixture.open())
        let before = try await one.dataVersion()
        #expect(try await one.dataVersion() == before)
        try await two.seed()
        let after = try await one.dataVersion()
        #expect(after != before)
        try await one.invite("i1")
        #expect(try await one.dataVersion() == after)
    }
}

extension Ledger {
    fileprivate func addNoteToNothing() async throws {
        await expectError(.notFound) { try await self.addNote("none", text: "x", by: .operator) }
    }
}
