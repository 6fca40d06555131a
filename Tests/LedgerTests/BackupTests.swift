import Foundation
import GRDB
import Receipts
import Testing

@testable import Ledger

struct BackupTests {
    /// A folder for backups and restored ledgers.
    private final class Target: Sendable {
        let folder: String
        init() throws { folder = try Fixture.temporaryFolder() }
        deinit { try? FileManager.default.removeItem(atPath: folder) }
        var file: String { folder + "/backup.sqlite" }
        func makeFolder(_ name: String = "restored") throws -> String {
            let path = folder + "/" + name
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            return path
        }
    }

    @Test("a backup made while the ledger is written restores and verifies, with a marked entry")
    func whileWriting() async throws {
        let (ledger, fixture) = try Fixture.shared()
        let target = try Target()
        try await ledger.fill()
        try await ledger.start("s9")
        async let writing: Void = {
            for index in 0..<200 { try await ledger.addNote("s9", text: "\(index)", by: .operator) }
        }()
        for index in 0..<5 { try await ledger.backup(to: target.file + "\(index)") }
        try await writing
        try await ledger.backup(to: target.file)
        for index in 0..<5 {
            let folder = try target.makeFolder("r\(index)")
            try Ledger.restore(target.file + "\(index)", to: folder, signer: fixture.key, at: Fixture.start + 99)
            #expect(try Ledger.verify(in: folder, trusting: fixture.key.verifyingKey).ok)
        }

        let folder = try target.makeFolder()
        let before = try await ledger.head()
        try Ledger.restore(target.file, to: folder, signer: fixture.key, at: Fixture.start + 99)
        let report = try Ledger.verify(in: folder, trusting: fixture.key.verifyingKey)
        #expect(report == VerifyReport(entries: before.count + 1, ok: true, firstBad: nil, problem: nil))
        let restored = try Ledger.open(in: folder, signer: fixture.key, options: fixture.options)
        #expect(try await restored.hash(at: before.count) == before.hash)
        let last = try #require(try await restored.entries(from: before.count + 1).first)
        #expect(last.kind == "restored")
        #expect(last.at == Fixture.start + 99)
        #expect(last.payload.contains(before.hash.hex))
        #expect(try await restored.sessions() == ledger.sessions())
        #expect(try await restored.notes("s9").count == 200)
        try await restored.addNote("s9", text: "goes on", by: .operator)
        #expect(try Ledger.verify(in: folder, trusting: fixture.key.verifyingKey).ok)
        #expect(try FileManager.default.contentsOfDirectory(atPath: target.folder).allSatisfy { !$0.hasSuffix(".new") })
    }

    @Test("a backup of the version before is brought up to date, and numbers go on in it")
    func olderVersion() async throws {
        let fixture = try Fixture()
        let ledger = try fixture.open()
        try await ledger.seed()
        _ = try await ledger.issue("2026-10")
        let target = try Target()
        try await ledger.backup(to: target.file)
        let queue = try DatabaseQueue(path: target.file)
        try await queue.writeWithoutTransaction {
            try $0.execute(sql: "DROP TABLE numbers; PRAGMA user_version = 3")
        }
        try queue.close()
        let folder = try target.makeFolder()
        try Ledger.restore(target.file, to: folder, signer: fixture.key, at: Fixture.start + 99)
        let restored = try Ledger.open(in: folder, signer: fixture.key, options: fixture.options)
        try await restored.continueNumbers(after: 7, sequenceKey: "2026", by: "anna")
        #expect(try await restored.issue("2026-11").number == "2026-8")
        try await restored.close()
        #expect(try Ledger.verify(in: folder, trusting: fixture.key.verifyingKey).ok)
    }

    @Test("a backup is one private file that nothing overwrites")
    func oneFile() async throws {
        let (ledger, _) = try Fixture.shared()
        let target = try Target()
        try await ledger.fill()
        try await ledger.backup(to: target.file)
        #expect(try FileManager.default.contentsOfDirectory(atPath: target.folder) == ["backup.sqlite"])
        let attributes = try FileManager.default.attributesOfItem(atPath: target.file)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let content = try Data(contentsOf: URL(filePath: target.file))
        await expectError(.exists) { try await ledger.backup(to: target.file) }
        #expect(try Data(contentsOf: URL(filePath: target.file)) == content)
        await expectError(.io) { try await ledger.backup(to: target.folder + "/none/backup") }
    }

    @Test("a ledger that holds something is never replaced, an empty one is")
    func targets() async throws {
        let (ledger, fixture) = try Fixture.shared()
        let target = try Target()
        try await ledger.fill()
        try await ledger.backup(to: target.file)
        let used = try Fixture()
        let other = try used.open()
        try await other.seed()
        try await other.close()
        let head = try used.readHeadFile()
        #expect { try Ledger.restore(target.file, to: used.folder, signer: fixture.key, at: Fixture.start) } throws: {
            ($0 as? LedgerError)?.kind == .exists
        }
        #expect(try used.readHeadFile() == head)
        #expect(try used.verify().ok)

        let empty = try Fixture()
        try Ledger.restore(
            target.file,
            to: empty.folder,
            signer: empty.key,
            trusting: fixture.key.verifyingKey,
            at: Fixture.start
        )
        let report = try empty.verify()
        #expect(report.ok, "\(report)")
        #expect(report.entries == (try await ledger.head().count) + 1)
    }

    @Test("where the database is lost a backup older than the head file restores")
    func lostDatabase() async throws {
        let (ledger, fixture) = try Fixture.shared()
        let target = try Target()
        try await ledger.seed()
        try await ledger.backup(to: target.file)
        for index in 0..<5 { try await ledger.invite("i\(index)") }
        try await ledger.close()
        try FileManager.default.removeItem(atPath: fixture.folder + "/ledger.sqlite")
        try Ledger.restore(target.file, to: fixture.folder, signer: fixture.key, at: Fixture.start)
        let report = try fixture.verify()
        #expect(report.ok && report.entries == 4, "\(report)")
        let again = try fixture.open()
        try await again.invite("i0")
    }

    @Test("a backup by another key is refused")
    func otherKey() async throws {
        let (ledger, _) = try Fixture.shared()
        let target = try Target()
        try await ledger.fill()
        try await ledger.backup(to: target.file)
        let folder = try target.makeFolder()
        #expect { try Ledger.restore(target.file, to: folder, signer: .generate(), at: Fixture.start) } throws: {
            ($0 as? LedgerError)?.kind == .tampered
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["ledger.lock"])
    }

    @Test(
        "a backup that was edited, cut or is none is refused",
        arguments: [
            "UPDATE notes SET text = 'x'", "DELETE FROM head", "DROP TRIGGER entries_no_update",
            "DELETE FROM operators",
        ]
    )
    func edited(sql: String) async throws {
        let (ledger, fixture) = try Fixture.shared()
        let target = try Target()
        try await ledger.fill()
        try await ledger.backup(to: target.file)
        let queue = try DatabaseQueue(path: target.file)
        try await queue.writeWithoutTransaction { try $0.execute(sql: sql) }
        try queue.close()
        let folder = try target.makeFolder()
        #expect { try Ledger.restore(target.file, to: folder, signer: fixture.key, at: Fixture.start) } throws: {
            ($0 as? LedgerError)?.kind == .tampered
        }
        let content = try Data(contentsOf: URL(filePath: target.file))
        try content.prefix(content.count / 2).write(to: URL(filePath: target.file))
        #expect(throws: LedgerError.self) {
            try Ledger.restore(target.file, to: folder, signer: fixture.key, at: Fixture.start)
        }
        #expect { try Ledger.restore(target.folder + "/none", to: folder, signer: fixture.key, at: 1) } throws: {
            ($0 as? LedgerError)?.kind == .missing
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["ledger.lock"])
    }
}
