import Dispatch
import Foundation
import GRDB
import Receipts
import Synchronization
import Testing

@testable import Ledger

struct WriterTests {
    @Test("two ledgers append 500 entries each at the same time, and the chain holds")
    func twoWriters() async throws {
        let (one, fixture) = try Fixture.shared()
        try await one.seed()
        try await one.start("s1")
        let two = try fixture.open()
        let before = try await one.head().count
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (name, ledger) in [("one", one), ("two", two)] {
                for index in 0..<500 {
                    group.addTask { try await ledger.addNote("s1", text: "\(name) \(index)", by: .operator) }
                }
            }
            try await group.waitForAll()
        }
        let head = try await two.head()
        #expect(head.count == before + 1000)
        let texts = try await one.notes("s1").map(\.text)
        #expect(Set(texts).count == 1000)
        #expect(try fixture.readHeadFile() == Data(head.canonicalBytes))
        #expect(try fixture.verify() == VerifyReport(entries: head.count, ok: true, firstBad: nil, problem: nil))
    }

    @Test("the head file never goes back while two ledgers write")
    func headOnlyGrows() async throws {
        let (one, fixture) = try Fixture.shared()
        try await one.seed()
        try await one.start("s1")
        let two = try fixture.open()
        let done = Atomic(false)
        async let counts: [Int64] = {
            var counts: [Int64] = []
            while !done.load(ordering: .relaxed) {
                counts.append(try LedgerHead(canonical: Array(try fixture.readHeadFile())).count)
                await Task.yield()
            }
            return counts
        }()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for ledger in [one, two] {
                for index in 0..<50 {
                    group.addTask { try await ledger.addNote("s1", text: "\(index)", by: .operator) }
                }
            }
            try await group.waitForAll()
        }
        done.store(true, ordering: .relaxed)
        let seen = try await counts
        #expect(seen == seen.sorted())
        #expect(!seen.isEmpty)
    }

    @Test("a ledger verifies at any moment while another writes")
    func verifyWhileWriting() async throws {
        let (ledger, fixture) = try Fixture.shared()
        try await ledger.seed()
        try await ledger.start("s1")
        async let writing: Void = {
            for index in 0..<200 { try await ledger.addNote("s1", text: "\(index)", by: .operator) }
        }()
        for _ in 0..<20 {
            let report = try await ledger.verify()
            #expect(report.ok, "\(report)")
        }
        try await writing
        #expect(try fixture.verify().ok)
    }

    @Test("a task that is cancelled before it appends still appends, and reads")
    func cancelledBefore() async throws {
        let (ledger, fixture) = try Fixture.shared()
        try await ledger.seed()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            #expect(Task.isCancelled)
            try await ledger.start("s1")
            try await ledger.endSession("s1", instant: Fixture.start + 1, by: .relay, reason: "cancelled")
            return try await ledger.sessions().map(\.state)
        }
        #expect(try await task.value == [.ended])
        #expect(try fixture.verify().ok)
    }

    @Test("an append whose task is cancelled in the middle is committed")
    func cancelledWithin() async throws {
        let (ledger, fixture) = try Fixture.shared()
        try await ledger.addOperator(
            name: "anna",
            email: nil,
            role: .owner,
            tokenHash: sha("t"),
            tokenExpiresAt: Fixture.start + 10
        )
        let (reached, release) = (AsyncStream<Void>.makeStream(), DispatchSemaphore(value: 0))
        let task = Task {
            try await ledger.enrol(tokenHash: sha("t"), keyHash: sha("k")) { _, keyHash in
                reached.continuation.finish()
                release.wait()
                return IssuedCertificate(pem: "PEM", serial: "01", keyHash: keyHash, notAfter: Fixture.start + 10)
            }
        }
        for await _ in reached.stream {}
        task.cancel()
        release.signal()
        #expect(try await task.value.issued.serial == "01")
        #expect(try await ledger.isCertificateValid(serial: "01"))
        #expect(try fixture.verify().ok)
    }
}

struct DiskTests {
    @Test("a full disk is one clear error, leaves nothing behind, and the ledger goes on when there is space again")
    func full() async throws {
        let (ledger, fixture) = try Fixture.shared()
        try await ledger.seed()
        try await ledger.start("s1")
        try await ledger.limitPages(to: 1)
        var written = 0
        do {
            while written < 10_000 {
                try await ledger.addNote("s1", text: String(repeating: "x", count: 8000), by: .operator)
                written += 1
            }
            Issue.record("the disk never became full")
        } catch let error as LedgerError {
            #expect(error.kind == .diskFull)
            #expect("\(error)" == "the disk under the ledger is full; free space and try again")
        }
        let (head, file) = (try await ledger.head(), try fixture.readHeadFile())
        #expect(try await ledger.notes("s1").count == written)
        for _ in 0..<3 {
            await expectError(.diskFull) {
                try await ledger.addNote("s1", text: String(repeating: "x", count: 8000), by: .operator)
            }
        }
        #expect(try await ledger.head() == head)
        #expect(try fixture.readHeadFile() == file)
        #expect(try fixture.verify().ok)

        try await ledger.limitPages(to: 1 << 30)
        try await ledger.addNote("s1", text: "space again", by: .operator)
        try await ledger.endSession("s1", instant: Fixture.start + 5, by: .operator, reason: "done")
        #expect(try await ledger.notes("s1").count == written + 1)
        #expect(try fixture.verify().ok)
    }

    @Test("where the next head cannot be written the entry is not committed")
    func headUnwritable() async throws {
        let (ledger, fixture) = try Fixture.shared()
        try await ledger.seed()
        let head = try await ledger.head()
        let blocked = fixture.folder + "/ledger.head.new"
        try FileManager.default.createDirectory(atPath: blocked, withIntermediateDirectories: false)
        await expectError(.io) { try await ledger.invite("i1") }
        #expect(try await ledger.head() == head)
        #expect(try await ledger.invitation("i1") == nil)
        #expect(try fixture.verify().ok)
        try FileManager.default.removeItem(atPath: blocked)
        try await ledger.invite("i1")
        #expect(try fixture.verify().ok)
    }

    @Test("no session starts in the reserve; sessions that run are recorded")
    func reserve() async throws {
        let fixture = try Fixture()
        let free = Mutex<Int64>(1000)
        let ledger = try fixture.open { options in
            options.reserveBytes = 1000
            options.freeBytes = { [folder = fixture.folder] asked in
                #expect(asked == folder)
                return free.withLock { $0 }
            }
        }
        try await ledger.seed()
        try await ledger.start("s1")
        try await ledger.invite("i2")
        free.withLock { $0 = 999 }
        await expectError(.diskFull) { try await ledger.start("s2", invitation: "i2") }
        #expect(try await ledger.invitation("i2")?.state == .open)
        try await ledger.endSession("s1", instant: Fixture.start + 5, by: .operator, reason: "done")
        free.withLock { $0 = 1000 }
        try await ledger.start("s2", invitation: "i2")
        #expect(try fixture.verify().ok)
    }

    @Test("the system says how much is free")
    func freeBytes() throws {
        #expect(try FileSystem.freeBytes("/tmp") > 0)
        #expect(LedgerOptions().reserveBytes == 67_108_864)
        #expect { try FileSystem.freeBytes("/nonexistent") } throws: { ($0 as? LedgerError)?.kind == .io }
    }
}

extension Ledger {
    /// A file that may not grow is as good as a full disk.
    fileprivate func limitPages(to count: Int) async throws {
        try await store.onWriter { [store] in
            try store.pool.writeWithoutTransaction { db in
                _ = try Int.fetchOne(db, sql: "PRAGMA max_page_count = \(count)")
            }
        }
    }
}
