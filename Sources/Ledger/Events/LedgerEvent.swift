import Contracts
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
    case numbersContinued(NumbersContinued)
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
        case .numbersContinued(let payload): payload
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
        guard let json = try? JSONValue(encoding: payload), json.isInteroperable else {
            throw LedgerError(.invalid, "a value is outside what the ledger can record; numbers end at 2^53")
        }
        return json.canonicalText
    }

    /// The event of a stored entry, whose payload is canonical.
    init(kind: String, payload: some Collection<UInt8>) throws {
        guard let read = Self.readers[kind] else {
            throw LedgerError(
                .otherVersion,
                "the ledger holds an entry of the unknown kind \"\(kind)\"; use a newer Lotse"
            )
        }
        guard let json = JSONValue(canonicalBytes: payload) else {
            throw LedgerError(.corrupt, "an entry's payload is not in its canonical form; run lotse-relay verify")
        }
        self = try read(json)
    }

    private static let readers: [String: @Sendable (JSONValue) throws -> LedgerEvent] = [
        LedgerCreated.kind: { .created(try $0.decoded()) },
        LedgerRestored.kind: { .restored(try $0.decoded()) },
        OperatorAdded.kind: { .operatorAdded(try $0.decoded()) },
        OperatorRevoked.kind: { .operatorRevoked(try $0.decoded()) },
        EnrolmentReissued.kind: { .enrolmentReissued(try $0.decoded()) },
        CertificateIssued.kind: { .certificateIssued(try $0.decoded()) },
        ContractAdded.kind: { .contractAdded(try $0.decoded()) },
        InvitationOpened.kind: { .invitationOpened(try $0.decoded()) },
        InvitationChanged.kind: { .invitationChanged(try $0.decoded()) },
        SessionStarted.kind: { .sessionStarted(try $0.decoded()) },
        BreakBegan.kind: { .breakBegan(try $0.decoded()) },
        BreakEnded.kind: { .breakEnded(try $0.decoded()) },
        CategoryChanged.kind: { .categoryChanged(try $0.decoded()) },
        CapAnswered.kind: { .capAnswered(try $0.decoded()) },
        NoteAdded.kind: { .noteAdded(try $0.decoded()) },
        Checkpointed.kind: { .checkpointed(try $0.decoded()) },
        SessionEnded.kind: { .sessionEnded(try $0.decoded()) },
        SummaryAdded.kind: { .summaryAdded(try $0.decoded()) },
        ReceiptDrafted.kind: { .receiptDrafted(try $0.decoded()) },
        ReceiptConcluded.kind: { .receiptConcluded(try $0.decoded()) },
        InvoiceIssued.kind: { .invoiceIssued(try $0.decoded()) },
        InvoicePaid.kind: { .invoicePaid(try $0.decoded()) },
        NumbersContinued.kind: { .numbersContinued(try $0.decoded()) },
        WorkRecorded.kind: { .workRecorded(try $0.decoded()) },
        SessionCredited.kind: { .sessionCredited(try $0.decoded()) },
        ContractEnded.kind: { .contractEnded(try $0.decoded()) },
        QuotaBalanced.kind: { .quotaBalanced(try $0.decoded()) },
        QuotaPosted.kind: { .quotaPosted(try $0.decoded()) },
    ]
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
