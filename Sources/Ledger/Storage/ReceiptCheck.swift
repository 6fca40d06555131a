internal import Dispatch
internal import GRDB
import Receipts
internal import Synchronization

/// Checks the signatures under every receipt, and its sums. What a receipt says was compared with the entries before.
///
/// A receipt counts where a key signed it for the relay that the ledger had at some time: a restored ledger goes on with another one.
struct ReceiptCheck {
    let db: Database

    private struct Line: Sendable {
        let entry: Int64
        let record: String
        let consent: String?
        let isPending: Bool
    }

    /// How many are held in memory at once.
    private static let portion = 4096

    /// The first problem, if there is one.
    func run() throws -> [HeadCheck.Problem] {
        let rows = try RawRows(
            """
            SELECT receipts.entry AS entry, receipts.record AS record, receipts.state AS state, consents.record AS consent
            FROM receipts LEFT JOIN consents USING (session) ORDER BY receipts.entry
            """,
            in: db
        )
        let row = StoredRow(rows)
        let keys = try keys()
        var lines: [Line] = []
        while true {
            let isRow = try rows.next()
            if isRow {
                lines.append(
                    Line(
                        entry: try row.value("entry"),
                        record: try row.value("record"),
                        consent: try row.optional("consent"),
                        isPending: try row.value("state") as String == ReceiptRecord.pending
                    )
                )
            }
            guard !isRow || lines.count == Self.portion else { continue }
            if let problem = Self.problem(in: lines, keys) { return [problem] }
            guard isRow else { return [] }
            lines = []
        }
    }

    private func keys() throws -> [VerifyingKey] {
        let kinds = [LedgerCreated.kind, LedgerRestored.kind]
        let keys = try db.rows(
            "SELECT kind, payload FROM entries WHERE kind IN (?, ?) ORDER BY sequence DESC",
            StatementArguments(kinds)
        ) { row -> VerifyingKey? in
            switch try LedgerEvent(kind: row.value("kind"), payload: Array((row.value("payload") as String).utf8)) {
            case .created(let created): VerifyingKey(hex: created.key)
            case .restored(let restored): VerifyingKey(hex: restored.key)
            default: nil
            }
        }
        return keys.compactMap(\.self)
    }

    /// Signatures take most of the time, and none waits for another: every processor checks its share.
    private static func problem(in lines: [Line], _ keys: [VerifyingKey]) -> HeadCheck.Problem? {
        let first = Mutex<HeadCheck.Problem?>(nil)
        DispatchQueue.concurrentPerform(iterations: lines.count) { index in
            let line = lines[index]
            guard let text = fault(in: line, keys) else { return }
            first.withLock { first in
                guard first?.entry.map({ $0 > line.entry }) ?? true else { return }
                first = .init(entry: line.entry, text: "the receipt of entry \(line.entry) \(text)")
            }
        }
        return first.withLock { $0 }
    }

    private static func fault(in line: Line, _ keys: [VerifyingKey]) -> String? {
        guard let receipt = try? Receipt(canonical: Array(line.record.utf8)) else { return "cannot be read" }
        guard let consent = line.consent.flatMap({ try? ConsentRecord(canonical: Array($0.utf8)) }) else {
            return "has no consent"
        }
        guard keys.contains(where: { receipt.isSigned(by: .relay, with: $0) }) else {
            return "is not signed by the relay"
        }
        guard line.isPending || receipt.isSettled(under: consent) else { return "is not signed by those who must" }
        return receipt.contradictions.first.map { "does not add up: \($0)" }
    }
}
