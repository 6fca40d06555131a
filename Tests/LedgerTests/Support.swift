import Contracts
import FoundationEssentials
import GRDB
import Receipts
import Synchronization
import Testing

@testable import Ledger

/// A wall clock that tests set.
final class TestClock: Sendable {
    private let value: Mutex<Int64>
    init(_ start: Int64) { value = Mutex(start) }
    var now: Int64 { value.withLock { $0 } }
    func advance(_ seconds: Int64) { value.withLock { $0 += seconds } }
}

/// A folder with a ledger in it, removed with the last reference.
final class Fixture: Sendable {
    static let start: Int64 = 1_800_000_000

    let folder: String
    let key: SigningKey
    let clock = TestClock(start)

    init() throws {
        folder = try Self.temporaryFolder()
        key = try SigningKey.generate()
        try Ledger.create(in: folder, signer: key, at: Self.start)
    }

    /// The files of a closed ledger and its key.
    private struct Template: Sendable {
        let key: SigningKey
        let files: [String: Data]
    }

    private init(_ template: Template) throws {
        folder = try Self.temporaryFolder()
        key = template.key
        for (name, content) in template.files { try content.write(to: URL(filePath: folder + "/" + name)) }
    }

    /// A closed ledger with something in every table; made once and copied.
    static func filled() async throws -> Fixture { try Fixture(await template.value) }

    private static let template = Task {
        let fixture = try Fixture()
        let ledger = try fixture.open()
        try await ledger.fill()
        try await ledger.close()
        let names = try FileManager.default.contentsOfDirectory(atPath: fixture.folder)
        let files = try names.map { ($0, try Data(contentsOf: URL(filePath: fixture.folder + "/" + $0))) }
        return Template(key: fixture.key, files: Dictionary(uniqueKeysWithValues: files))
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    static func temporaryFolder() throws -> String {
        // Thousands of synced commits take minutes on a busy disk, and no test pulls the plug.
        let memory = "/dev/shm"
        let base =
            FileManager.default.isWritableFile(atPath: memory)
            ? memory : FileManager.default.temporaryDirectory.path
        let path = base + "/ledger-test-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    var options: LedgerOptions {
        var options = LedgerOptions()
        // An open ledger keeps the folder alive.
        options.clock = { [self] in clock.now }
        options.freeBytes = { _ in .max }
        return options
    }

    func open(_ change: (inout LedgerOptions) -> Void = { _ in }) throws -> Ledger {
        var options = options
        change(&options)
        return try Ledger.open(in: folder, signer: key, options: options)
    }

    func verify() throws -> VerifyReport { try Ledger.verify(in: folder, trusting: key.verifyingKey) }

    /// Edits the database as somebody with the file in hand would.
    func tamper(_ sql: String) throws {
        let queue = try DatabaseQueue(path: folder + "/ledger.sqlite")
        try queue.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA writable_schema = ON")
            try db.execute(sql: sql)
        }
        try queue.close()
    }

    /// The same with the triggers out of the way, which are put back afterwards.
    func tamperWithEntries(_ sql: String) throws {
        let queue = try DatabaseQueue(path: folder + "/ledger.sqlite")
        try queue.writeWithoutTransaction { db in
            let triggers = try Row.fetchAll(db, sql: "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
            for trigger in triggers { try db.execute(sql: "DROP TRIGGER \(trigger["name"] as String)") }
            try db.execute(sql: sql)
            for trigger in triggers { try db.execute(sql: trigger["sql"] as String) }
        }
        try queue.close()
    }

    func readHeadFile() throws -> Data { try Data(contentsOf: URL(filePath: folder + "/ledger.head")) }
    func writeHeadFile(_ data: Data) throws { try data.write(to: URL(filePath: folder + "/ledger.head")) }
}

func sha(_ text: String) -> String { Digest.sha256(text).hex }

func expectError<Result>(
    _ kind: LedgerError.Kind,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Result
) async {
    do {
        _ = try await body()
        Issue.record("expected the error \(kind)", sourceLocation: sourceLocation)
    } catch let error as LedgerError {
        #expect(error.kind == kind, "\(error)", sourceLocation: sourceLocation)
    } catch {
        Issue.record("expected a LedgerError, got \(error)", sourceLocation: sourceLocation)
    }
}

/// Who signs in these tests. Any key stands for the operator's here.
enum TestKeys {
    static let anna = Result { try SigningKey.generate() }
    static let client = Result { try SigningKey.generate() }
}

/// The receipt of a session of 40 seconds.
struct TestReceipt: Sendable {
    var session = "s1"
    var netCents: Int64 = 150
    var billedSeconds: Int64 = 60

    func plain(after previous: Digest?, head: Digest) throws -> Receipt {
        Receipt(
            session: session,
            contract: "acme",
            contractVersion: 1,
            contractHash: .sha256("{}"),
            category: "question",
            operator: "anna",
            startedAt: "2027-01-15T08:00:00Z",
            endedAt: "2027-01-15T08:00:40Z",
            rawSeconds: 40,
            pausedSeconds: 0,
            disconnectedSeconds: 0,
            billedSeconds: billedSeconds,
            bands: [.init(seconds: 60, percentBp: 0, label: "base")],
            quotaBeforeSeconds: 0,
            quotaAfterSeconds: 0,
            netCents: netCents,
            currency: "EUR",
            consentHash: try Ledger.consent(session, invitation: "i-" + session).hash(),
            previousReceiptHash: previous,
            ledgerHead: head,
            transcriptDigest: nil,
            agentClock: nil,
            summary: nil
        )
    }
}

extension Receipt {
    /// The receipt with the signatures of these, beside those that it has.
    func signed(by signers: [Signature.Signer]) throws -> Receipt {
        try signers.reduce(self) { receipt, signer in
            let key = try (signer == .operator ? TestKeys.anna : TestKeys.client).get()
            return receipt.adding(try Signature(by: signer, of: receipt.signedBytes(), with: key))
        }
    }
}

extension Ledger {
    /// Makes the receipt of an ended session.
    func draft(_ receipt: TestReceipt) async throws -> ReceiptRecord {
        try await draftReceipt(receipt.session, closing: nil) { try receipt.plain(after: $0, head: $1) }
    }

    /// An operator "anna" and the contract "acme", version 1.
    func seed() async throws {
        try await addOperator(
            name: "anna",
            email: "anna@example.org",
            role: .operator,
            tokenHash: sha("token anna"),
            tokenExpiresAt: Fixture.start + 86_400
        )
        _ = try await addContract("acme", canonical: "{}", hash: sha("{}"), source: "id: acme\n", by: "anna")
    }

    func invite(_ invitation: String, room: String? = nil) async throws {
        try await openInvitation(
            invitation,
            room: room ?? "room-" + invitation,
            contract: "acme",
            version: 1,
            category: "question",
            purpose: "printer",
            operator: "anna",
            expiresAt: Fixture.start + 600
        )
    }

    @discardableResult
    func start(
        _ session: String,
        invitation: String? = nil,
        at startedAt: Int64 = Fixture.start
    ) async throws -> SessionRecord {
        let invitation = invitation ?? "i-" + session
        if try await self.invitation(invitation) == nil { try await invite(invitation) }
        return try await startSession(
            session,
            invitation: invitation,
            contract: "acme",
            version: 1,
            contractHash: sha("{}"),
            category: "question",
            operator: "anna",
            agent: ["host": "pc-1", "user": "eva"],
            consent: try Self.consent(session, invitation: invitation),
            startedAt: startedAt
        )
    }

    /// What anna and a client signed before a session.
    static func consent(_ session: String, invitation: String) throws -> ConsentRecord {
        let (person, client) = (try TestKeys.anna.get(), try TestKeys.client.get())
        let terms = Terms(
            session: session,
            invitation: invitation,
            room: "4821",
            authority: sha("authority"),
            operator: "anna",
            contract: "{}",
            contractVersion: 1,
            category: "question",
            purpose: "printer",
            price: .init(currency: "EUR", centsPerHour: 9000),
            grants: ["run"],
            offeredAt: "2026-11-05T20:30:00Z"
        )
        let record = ConsentRecord(
            terms,
            contractID: "acme",
            answer: .init(grants: ["run"], approval: .each, machine: "pc-1", key: client.verifyingKey),
            operatorKey: person.verifyingKey,
            exporter: []
        )
        let message = try record.signedBytes()
        return record.signed([
            try Signature(by: .operator, of: message, with: person),
            try Signature(by: .client, of: message, with: client),
        ])
    }

    /// Something in every table.
    func fill() async throws {
        try await seed()
        _ = try await enrol(tokenHash: sha("token anna"), keyHash: sha("key")) { _, keyHash in
            IssuedCertificate(pem: "PEM 1", serial: "01", keyHash: keyHash, notAfter: Fixture.start + 2_592_000)
        }
        _ = try await renew(operator: "anna", keyHash: sha("key 2")) { _, keyHash in
            IssuedCertificate(pem: "PEM 2", serial: "02", keyHash: keyHash, notAfter: Fixture.start + 2_592_000)
        }
        try await addOperator(
            name: "bert",
            email: nil,
            role: .auditor,
            tokenHash: sha("token bert"),
            tokenExpiresAt: Fixture.start + 86_400
        )
        try await start("s1")
        try await start("s2")
        try await pauseSession("s1", instant: Fixture.start + 10)
        try await disconnectSession("s1", instant: Fixture.start + 20)
        try await addNote("s1", text: "a note", by: .operator)
        try await addNote("s1", text: "another note", by: .client)
        try await changeCategory("s1", to: "defect", instant: Fixture.start + 25, by: .operator)
        try await changeCategory("s1", to: "change", instant: Fixture.start + 26, by: .operator)
        try await resumeSession("s1", instant: Fixture.start + 30)
        try await checkpoint(["s1": Fixture.start + 31, "s2": Fixture.start + 31])
        try await endSession("s1", instant: Fixture.start + 40, by: .client, reason: "q")
        try await addSummary("s1", text: "done", by: .operator)
        try await addSummary("s1", text: "really", by: .operator)
        try await invite("open")
        _ = try await addContract("acme", canonical: "{\"a\":1}", hash: sha("1"), source: "x", by: "anna")
        let first = try await issue("2026-10")
        _ = try await cancelInvoice(first.number, sequenceKey: "2026") { sequence, original in
            ("2026-\(sequence)", original.invoice)
        }
        let second = try await issue("2026-10")
        _ = try await payInvoice(second.number, on: "2026-12-01")
        let receipt = try await draft(TestReceipt()).receipt
        _ = try await concludeReceipt(receipt.signed(by: [.operator, .client]))
        try await start("s3")
        try await endSession("s3", instant: Fixture.start + 40, by: .operator, reason: "done")
        _ = try await draft(TestReceipt(session: "s3"))
        try await settle()
    }

    /// What is settled without a session's clock, twice each.
    func settle() async throws {
        for number in 1...2 as ClosedRange<Int64> {
            try await continueNumbers(after: 40 + number, sequenceKey: "202\(number)", by: "anna")
            try await record("r\(number)", at: Fixture.start + 1000 * number, allowsOverlap: true)
            _ = try await creditSession("r\(number)", reason: "no help", asWarranty: number == 2, by: "anna")
            try await endContract("acme", on: "202\(number + 6)-12-31", by: "anna")
            try await balanceQuota("acme", seconds: 3600 * number, by: "anna")
            let posting = QuotaPosting(
                kind: "used",
                period: "2026-11",
                lot: "2026-10",
                seconds: 60,
                session: "r\(number)",
                leftSeconds: 600 - 60 * number
            )
            try await postQuota("acme", after: Int(number) - 1, [posting])
        }
    }

    /// Writes ten minutes of anna's down that no session was for.
    @discardableResult
    func record(
        _ session: String,
        at startedAt: Int64,
        month: String = "2026-11",
        allowsOverlap: Bool = false
    ) async throws -> SessionRecord {
        try await recordWork(
            session,
            NewRecord(
                contract: "acme",
                version: 1,
                category: "question",
                operator: "anna",
                startedAt: startedAt,
                endedAt: startedAt + 600,
                summary: "on the telephone",
                month: month,
                allowsOverlap: allowsOverlap
            )
        )
    }

    /// Issues a month of acme.
    func issue(_ month: String, from first: String? = nil) async throws -> InvoiceListing {
        try await issueInvoice(contract: "acme", months: (first ?? month)...month, sequenceKey: "2026") { sequence in
            ("2026-\(sequence)", Self.document("invoice \(sequence)"))
        }
    }

    static func document(_ xml: String) -> InvoiceDocument {
        InvoiceDocument(
            issueDate: "2026-11-01",
            currency: "EUR",
            netCents: 10_000,
            vatCents: 1900,
            grossCents: 11_900,
            document: "{}",
            xml: xml,
            xmlHash: sha(xml),
            html: "<p>"
        )
    }
}
