import Billing
import Contracts
import Invoicing
import Ledger
import Receipts

/// What the proof of service says of a contract's sessions: who worked, what for, and what the client signed.
struct ServiceProof: Sendable {
    private let contract: Contract
    private let sessions: [String: LedgerSession]
    private let states: [String: Receipt.State]
    private let agreed: Set<String>

    /// - Parameter contract: the terms in whose words it is written.
    init(of snapshot: ContractSnapshot, _ contract: Contract, _ ledger: Ledger) async throws {
        self.contract = contract
        sessions = Dictionary(snapshot.sessions.map { ($0.session, $0) }, uniquingKeysWith: { first, _ in first })
        states = try await ledger.receiptStates(of: snapshot.contract)
        agreed = try await ledger.consentedSessions(contract: snapshot.contract)
    }

    /// One row for each session.
    func rows(of bills: [SessionBill]) -> [ServiceRow] {
        bills.compactMap { bill in
            sessions[bill.session.session].map { record in
                ServiceRow(
                    bill,
                    contract: contract,
                    operator: record.operator,
                    summary: record.wholeSummary,
                    receipt: receipt(of: record)
                )
            }
        }
    }

    /// The row of a session that is given back.
    ///
    /// - Parameter original: the invoice that billed it, where that is another one.
    func row(of back: CreditBill, original: Invoice.Original?) -> ServiceRow? {
        sessions[back.credit.session].map { record in
            ServiceRow(
                back,
                contract: contract,
                operator: record.operator,
                summary: record.wholeSummary,
                receipt: receipt(of: record),
                original: original
            )
        }
    }

    private func receipt(of record: LedgerSession) -> ServiceRow.Receipt? {
        if record.isRecorded { return .recorded }
        return states[record.session].flatMap { ServiceRow.Receipt(rawValue: $0.rawValue) }
            ?? (agreed.contains(record.session) ? .consented : nil)
    }
}
