import Contracts
import FoundationEssentials
internal import GRDB

/// What an entry says happened. The cases are all that a ledger of this version can hold.
enum LedgerEvent: Hashable, Sendable {
    case created(LedgerCreated)
    case restored(LedgerRestored)
    case operatorAdded(OperatorAdded)
    case operatorRevoked(OperatorRevoked)
    case enrolmentReissued(EnrolmentReissued)
    case certificateIssued(CertificateIssued)
    case contractAdded(ContractAdded)
    case invitationOpened(InvitationOpened)
    case invitationChanged(InvitationChanged)
    case sessionStarted(SessionStarted)
    case breakBegan(BreakBegan)
    case breakEnded(BreakEnded)
    case categoryChanged(CategoryChanged)
    case noteAdded(NoteAdded)
    case capAnswered(CapAnswered)
    case checkpointed(Checkpointed)
    case sessionEnded(SessionEnded)
    case summaryAdded(SummaryAdded)
    case receiptDrafted(ReceiptDrafted)
    case receiptConcluded(ReceiptConcluded)
    case invoiceIssued(InvoiceIssued)
    case invoicePaid(InvoicePaid)
    case workRecorded(WorkRecorded)
    case sessionCredited(SessionCredited)
    case contractEnded(ContractEnded)
    case quotaBalanced(QuotaBalanced)
    case quotaPosted(QuotaPosted)
}

/// One kind of event: its members, and what it changes in the projections.
protocol EventPayload: Codable, Hashable, Sendable {
    /// The column `kind`.
    static var kind: String { get }
    /// Changes the projections. The same for a new entry and for a replayed one: it reads nothing but the database
    /// and the entry.
    func apply(_ entry: EntryStamp, to db: Database) throws
}

/// The entry that carries an event.
struct EntryStamp: Sendable {
    let sequence: Int64
    let at: Int64
}

extension LedgerEvent {
    var payload: any EventPayload {
        switch self {
        case .created(let payload): payload
        case .restored(let payload): payload
        case .operatorAdded(let payload): payload
        case .operatorRevoked(let payload): payload
        case .enrolmentReissued(let payload): payload
        case .certificateIssued(let payload): payload
        case .contractAdded(let payload): payload
        case .invitationOpened(let payload): payload
        case .invitationChanged(let payload): payload
        case .sessionStarted(let payload): payload
        case .breakBegan(let payload): payload
        case .breakEnded(let payload): payload
        case .categoryChanged(let payload): payload
        case .noteAdded(let payload): payload
        case .capAnswered(let payload): payload
        case .checkpointed(let payload): payload
        case .sessionEnded(let payload): payload
        case .summaryAdded(let payload): payload
        case .receiptDrafted(let payload): payload
        case .receiptConcluded(let payload): payload
        case .invoiceIssued(let payload): payload
        case .invoicePaid(let payload): payload
        case .workRecorded(let payload): payload
        case .sessionCredited(let payload): payload
        case .contractEnded(let payload): payload
        case .quotaBalanced(let payload): payload
        case .quotaPosted(let payload): payload
        }
    }

    /// The column `kind`.
    var kind: String { type(of: payload).kind }

    /// The canonical JSON of the payload. Numbers beyond ±(2^53 − 1) are refused.
    func canonicalPayload() throws -> String {
        do {
            let plain = try JSONEncoder().encode(payload)
            return try JSONDecoder().decode(JSONValue.self, from: plain).canonicalText
        } catch {
            throw LedgerError(.invalid, "a value is outside what the ledger can record; numbers end at 2^53")
        }
    }

    /// The event of a stored entry.
    init(kind: String, payload: [UInt8]) throws {
        guard let read = Self.readers[kind] else {
            throw LedgerError(
                .otherVersion,
                "the ledger holds an entry of the unknown kind \"\(kind)\"; use a newer Lotse"
            )
        }
        self = try read(Data(payload))
    }

    private static let readers: [String: @Sendable (Data) throws -> LedgerEvent] = [
        LedgerCreated.kind: { .created(try decode($0)) },
        LedgerRestored.kind: { .restored(try decode($0)) },
        OperatorAdded.kind: { .operatorAdded(try decode($0)) },
        OperatorRevoked.kind: { .operatorRevoked(try decode($0)) },
        EnrolmentReissued.kind: { .enrolmentReissued(try decode($0)) },
        CertificateIssued.kind: { .certificateIssued(try decode($0)) },
        ContractAdded.kind: { .contractAdded(try decode($0)) },
        InvitationOpened.kind: { .invitationOpened(try decode($0)) },
        InvitationChanged.kind: { .invitationChanged(try decode($0)) },
        SessionStarted.kind: { .sessionStarted(try decode($0)) },
        BreakBegan.kind: { .breakBegan(try decode($0)) },
        BreakEnded.kind: { .breakEnded(try decode($0)) },
        CategoryChanged.kind: { .categoryChanged(try decode($0)) },
        CapAnswered.kind: { .capAnswered(try decode($0)) },
        NoteAdded.kind: { .noteAdded(try decode($0)) },
        Checkpointed.kind: { .checkpointed(try decode($0)) },
        SessionEnded.kind: { .sessionEnded(try decode($0)) },
        SummaryAdded.kind: { .summaryAdded(try decode($0)) },
        ReceiptDrafted.kind: { .receiptDrafted(try decode($0)) },
        ReceiptConcluded.kind: { .receiptConcluded(try decode($0)) },
        InvoiceIssued.kind: { .invoiceIssued(try decode($0)) },
        InvoicePaid.kind: { .invoicePaid(try decode($0)) },
        WorkRecorded.kind: { .workRecorded(try decode($0)) },
        SessionCredited.kind: { .sessionCredited(try decode($0)) },
        ContractEnded.kind: { .contractEnded(try decode($0)) },
        QuotaBalanced.kind: { .quotaBalanced(try decode($0)) },
        QuotaPosted.kind: { .quotaPosted(try decode($0)) },
    ]

    private static func decode<Payload: EventPayload>(_ data: Data) throws -> Payload {
        try JSONDecoder().decode(Payload.self, from: data)
    }
}

extension Database {
    /// Runs a statement that is kept prepared.
    func run(_ sql: String, _ arguments: StatementArguments) throws {
        try cachedStatement(sql: sql).execute(arguments: arguments)
    }

    /// Runs a statement that must touch exactly one row: an event about something the ledger does not know is none.
    func runOnOne(_ sql: String, _ arguments: StatementArguments) throws {
        try run(sql, arguments)
        guard changesCount == 1 else {
            throw LedgerError(.internal, "an entry does not fit the entries before it; run lotse-relay verify")
        }
    }
}
