import Contracts
import GRDB
import Receipts

@testable import Ledger

extension FuzzTarget {
    /// Entries of a ledger whose file somebody has edited: one a line, its kind, a space and its payload.
    static let ledger = FuzzTarget(
        "ledger",
        longest: 4096,
        seeds: [Array(LedgerSamples.entries.joined(separator: "\n").utf8)]
            + LedgerSamples.entries.map { Array($0.utf8) },
        words: LedgerSamples.kinds.map { "\n\($0) " } + [
            "\"", ",", "null", "{", "}", "-1", "9007199254740991", "live", "ended", "s1",
        ]
    ) { input in
        let lines = input.split(separator: UInt8(ascii: "\n"))
        var events: [LedgerEvent] = []
        for line in lines.prefix(40) {
            let words = line.split(separator: UInt8(ascii: " "), maxSplits: 1, omittingEmptySubsequences: false)
            guard words.count == 2, let kind = String(validating: words[0], as: UTF8.self),
                let event = try? LedgerEvent(kind: kind, payload: words[1])
            else { continue }
            // A member that is not known is dropped, so that the payload need not be the same.
            let payload = try event.canonicalPayload()
            guard let again = try? LedgerEvent(kind: event.kind, payload: Array(payload.utf8)) else {
                throw Finding("\(payload) is not read again")
            }
            try hold(try event.kind == kind && again.canonicalPayload() == payload, "\(payload) is read as another")
            events.append(event)
        }
        try LedgerSamples.apply(events)
    }
}

private enum LedgerSamples {
    private static let start: Int64 = 1_800_000_000

    private static let database: DatabaseQueue? = {
        guard let queue = try? DatabaseQueue() else { return nil }
        return (try? queue.write { try Schema.create(in: $0) }) == nil ? nil : queue
    }()

    /// Applies entries one after the other, as far as they fit, and looks at what came of them.
    static func apply(_ events: [LedgerEvent]) throws {
        guard let database else { throw Finding("there is no database") }
        try database.inDatabase { db in
            var first: (any Error)?
            try db.inTransaction {
                for (index, event) in events.enumerated() {
                    let place = Int64(index) + 1
                    try? db.inSavepoint {
                        try event.payload.apply(EntryStamp(sequence: place, at: start + place), to: db)
                        return .commit
                    }
                }
                do { try look(db) } catch { first = error }
                return .rollback
            }
            if let first { throw first }
        }
    }

    private static func look(_ db: Database) throws {
        do {
            for session in try SessionRecord.fetch(where: "TRUE", [], in: db) { try check(session) }
            _ = try db.rows("SELECT * FROM invoices") { try InvoiceRecord(row: $0) }
            _ = try db.rows("SELECT * FROM invitations") { try InvitationRecord(row: $0) }
            _ = try db.rows("SELECT * FROM operators") { try OperatorRecord(row: $0) }
            for receipt in try db.rows("SELECT * FROM receipts", [], { try ReceiptRecord(row: $0) }) {
                try hold(try receipt.receipt.hash().hex.utf8.count == 64, "a receipt without a hash")
            }
        } catch is LedgerError {
            // A column that holds what it never should is said so.
        }
    }

    private static func check(_ session: SessionRecord) throws {
        for instant in [session.lastInstant, session.startedAt, Int64.max] {
            let time = session.time(at: instant)
            try hold(min(time.rawSeconds, time.pausedSeconds, time.disconnectedSeconds) >= 0, "\(time)")
        }
    }

    static let kinds = [
        "created", "operatorAdded", "contractAdded", "invitationOpened", "invitationChanged", "sessionStarted",
        "breakBegan", "breakEnded",
        "categoryChanged", "noteAdded", "checkpointed", "sessionEnded", "summaryAdded", "workRecorded",
        "sessionCredited",
        "contractEnded", "quotaBalanced", "quotaPosted", "invoiceIssued", "invoicePaid", "receiptDrafted",
        "capAnswered", "numbersContinued",
    ]

    static let entries: [String] = {
        let day = String(start + 86_400)
        return [
            #"created {"key":"0f","version":3}"#,
            #"operatorAdded {"email":"anna@example.org","name":"anna","role":"owner","tokenExpiresAt":\#(day),"tokenHash":"a1"}"#,
            #"contractAdded {"canonical":"{}","contract":"acme","hash":"44","operator":"anna","source":"id: acme\n","version":1}"#,
            #"invitationOpened {"category":"question","contract":"acme","expiresAt":\#(day),"invitation":"i1","operator":"anna","purpose":"printer","room":"4821","version":1}"#,
            #"sessionStarted {"agent":{"host":"pc-1"},"category":"question","contract":"acme","contractHash":"44","invitation":"i1","operator":"anna","session":"s1","startedAt":\#(start),"version":1}"#,
            #"breakBegan {"break":"paused","instant":\#(start + 10),"session":"s1"}"#,
            #"breakBegan {"break":"disconnected","instant":\#(start + 12),"session":"s1"}"#,
            #"breakEnded {"break":"paused","instant":\#(start + 20),"session":"s1"}"#,
            #"categoryChanged {"by":"operator","category":"defect","instant":\#(start + 25),"session":"s1"}"#,
            #"noteAdded {"by":"client","session":"s1","text":"a note"}"#,
            #"checkpointed {"sessions":[{"instant":\#(start + 31),"session":"s1"}]}"#,
            #"sessionEnded {"by":"client","idleSeconds":0,"instant":\#(start + 40),"reason":"q","session":"s1","state":"ended","summary":"done"}"#,
            #"summaryAdded {"by":"operator","session":"s1","text":"really"}"#,
            #"workRecorded {"category":"question","contract":"acme","contractHash":"44","endedAt":\#(start + 600),"operator":"anna","session":"r1","startedAt":\#(start),"summary":"telephone","version":1}"#,
            #"sessionCredited {"asWarranty":true,"operator":"anna","reason":"no help","session":"r1"}"#,
            #"contractEnded {"contract":"acme","endsOn":"2027-12-31","operator":"anna"}"#,
            #"quotaBalanced {"contract":"acme","operator":"anna","seconds":-3600}"#,
            #"quotaPosted {"contract":"acme","position":1,"postings":[{"kind":"used","leftSeconds":540,"lot":"2026-10","period":"2026-11","seconds":60,"session":"r1"}]}"#,
            #"invoiceIssued {"contract":"acme","firstMonth":"2026-10","invoice":{"currency":"EUR","document":"{}","grossCents":11900,"html":"<p>","issueDate":"2026-11-01","netCents":10000,"vatCents":1900,"xml":"x","xmlHash":"aa"},"month":"2026-10","number":"2026-1","part":0,"sequence":1,"sequenceKey":"2026"}"#,
            #"invoicePaid {"number":"2026-1","paidOn":"2026-12-01"}"#,
            #"numbersContinued {"operator":"anna","sequence":43,"sequenceKey":"2026"}"#,
        ]
    }()
}
