import Foundation
import GRDB
import Receipts
import Testing

@testable import Ledger

struct OpeningTests {
    private func expectOpening(_ folder: String, _ kind: LedgerError.Kind, says: String) throws {
        let key = try SigningKey.generate()
        for attempt in [
            { _ = try Ledger.open(in: folder, signer: key) },
            { _ = try Ledger.verify(in: folder, trusting: key.verifyingKey) },
        ] {
            #expect { try attempt() } throws: { error in
                (error as? LedgerError)?.kind == kind && "\(error)".contains(says) && !"\(error)".contains("Error")
            }
        }
    }

    @Test("a folder without a ledger")
    func missing() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try expectOpening(folder, .missing, says: "there is no ledger at \(folder)/ledger.sqlite")
        try expectOpening(folder + "/none", .missing, says: "there is no ledger")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }

    @Test(
        "a file that is no database, is cut off or is empty",
        arguments: [Data(), Data("SQLite format 3\0".utf8), Data(repeating: 7, count: 9000)]
    )
    func corrupt(content: Data) throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try content.write(to: URL(filePath: folder + "/ledger.sqlite"))
        try expectOpening(folder, .corrupt, says: "is not a ledger or is damaged")
    }

    @Test("another program's database, which stays untouched")
    func foreign() throws {
        let folder = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let queue = try DatabaseQueue(path: folder + "/ledger.sqlite")
        try queue.write { try $0.execute(sql: "CREATE TABLE entries (x)") }
        try queue.close()
        let before = try Data(contentsOf: URL(filePath: folder + "/ledger.sqlite"))
        try expectOpening(folder, .corrupt, says: "database of another program")
        #expect(try Data(contentsOf: URL(filePath: folder + "/ledger.sqlite")) == before)
    }

    @Test("a ledger of another version")
    func version() throws {
        let fixture = try Fixture()
        try fixture.tamper("PRAGMA user_version = 99; PRAGMA wal_checkpoint(TRUNCATE)")
        try expectOpening(fixture.folder, .otherVersion, says: "version 99, and this program knows version 4")
    }

    /// Takes away what later versions brought.
    private func age(_ fixture: Fixture, to version: Int32) throws {
        let later = Schema.projections.filter { $0.since > version }.map { "DROP TABLE \($0.name);" }
        let index = version < 3 ? "DROP INDEX sessionsByOperator;" : ""
        try fixture.tamper(
            "\(later.joined()) \(index) PRAGMA user_version = \(version); PRAGMA wal_checkpoint(TRUNCATE)"
        )
    }

    @Test("a ledger of version 2 with sessions and invoices is brought up to date and takes what came later")
    func updateFromTwo() async throws {
        let fixture = try Fixture()
        let older = try fixture.open()
        try await older.seed()
        try await older.start("s1")
        try await older.endSession("s1", instant: Fixture.start + 40, by: .client, reason: "q")
        _ = try await older.issue("2026-10")
        let sessions = try await older.sessions()
        try await older.close()
        try age(fixture, to: 2)
        #expect { try fixture.verify() } throws: { ($0 as? LedgerError)?.kind == .otherVersion }
        let ledger = try fixture.open()
        #expect(try await ledger.sessions() == sessions)
        #expect(try await ledger.quota(of: "acme").isEmpty)
        try await ledger.settle()
        try await ledger.close()
        let report = try fixture.verify()
        #expect(report.ok, "\(report)")
    }

    @Test(
        "a ledger of an older version is brought up to date when it is opened for writing, and verifies",
        arguments: [1, 2, 3]
    )
    func update(version: Int32) async throws {
        let fixture = try Fixture()
        try age(fixture, to: version)
        #expect { try fixture.verify() } throws: {
            ($0 as? LedgerError)?.kind == .otherVersion && "\($0)".contains("lotse-relay serve")
        }
        let ledger = try fixture.open()
        try await ledger.seed()
        try await ledger.start("s1")
        try await ledger.close()
        #expect(try fixture.verify().ok)
    }

    @Test("a ledger is never made over another")
    func exists() throws {
        let fixture = try Fixture()
        let before = try fixture.readHeadFile()
        #expect { try Ledger.create(in: fixture.folder, signer: fixture.key, at: Fixture.start) } throws: {
            ($0 as? LedgerError)?.kind == .exists
        }
        #expect(try fixture.readHeadFile() == before)
        #expect(try fixture.verify().ok)
    }

    @Test("a ledger in a folder that is not there is refused")
    func noFolder() throws {
        let key = try SigningKey.generate()
        #expect { try Ledger.create(in: "/nonexistent/folder", signer: key, at: 1) } throws: {
            ($0 as? LedgerError)?.kind == .io
        }
    }

    @Test("the files of a ledger that was never closed open again with all that was acknowledged")
    func crashImage() async throws {
        let fixture = try Fixture()
        let ledger = try fixture.open()
        try await ledger.fill()
        let head = try await ledger.head()
        let copy = try Fixture.temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: copy) }
        for name in ["ledger.sqlite", "ledger.sqlite-wal", "ledger.head"] {
            try FileManager.default.copyItem(atPath: fixture.folder + "/" + name, toPath: copy + "/" + name)
        }
        #expect(try Ledger.verify(in: copy, trusting: fixture.key.verifyingKey).ok)
        let again = try Ledger.open(in: copy, signer: fixture.key, options: fixture.options)
        #expect(try await again.head() == head)
        #expect(try await again.sessions() == ledger.sessions())
        try await again.invite("i9")
        #expect(try Ledger.verify(in: copy, trusting: fixture.key.verifyingKey).ok)
    }

    @Test("closing leaves one database file without a log")
    func closing() async throws {
        let fixture = try Fixture()
        let ledger = try fixture.open()
        try await ledger.fill()
        #expect(try await ledger.sessions().count == 5)
        try await ledger.close()
        let files = try FileManager.default.contentsOfDirectory(atPath: fixture.folder).sorted()
        #expect(files == ["ledger.head", "ledger.lock", "ledger.sqlite"])
        await #expect(throws: (any Error).self) { try await ledger.invite("i9") }
    }
}
