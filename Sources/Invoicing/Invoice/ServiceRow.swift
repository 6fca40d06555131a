import Billing
import Contracts

/// One session as the proof of service, the timesheet and the exports tell it.
///
/// Seconds are whole seconds, money whole cents; the names are those of the timesheet's JSON.
public struct ServiceRow: Codable, Hashable, Sendable {
    /// What the client signed of it (rule 15: none of it stops billing).
    public enum Receipt: String, Codable, Hashable, Sendable, CaseIterable {
        /// The consent at the session's start; nothing at its end.
        case consented
        /// Both ends signed.
        case signed
        /// The client refused.
        case refused
        /// The client did not answer.
        case timeout
        /// The client signed with an objection.
        case disputed
        /// Work written down without a session: there was nobody to sign.
        case recorded
    }

    /// The session's id.
    public var session: String
    /// The contract's id.
    public var contract: String
    /// The client's name.
    public var client: String
    /// The operator's name.
    public var `operator`: String
    /// The category's id.
    public var category: String
    /// When the clock started.
    public var startedAt: Instant
    /// When the session ended.
    public var endedAt: Instant
    /// Pauses and disconnections; they may overlap.
    public var breaks: [WorkSession.Interval]
    /// Connected time.
    public var rawSeconds: Int64
    /// Stopped time.
    public var pausedSeconds: Int64
    /// Disconnected time.
    public var disconnectedSeconds: Int64
    /// Rounded time, for warranty too; negative where it is given back.
    public var billedSeconds: Int64
    /// After rounding, in time order.
    public var bands: [Band]
    /// How much of it the quota covers; negative where that comes back.
    public var quotaSeconds: Int64
    /// Its time and surcharge lines.
    public var netCents: Int64
    /// ISO 4217.
    public var currency: String
    /// What was done; empty where nobody wrote it down.
    public var summary: String
    /// What the client signed; nil where nothing is known of it.
    public var receipt: Receipt?
    /// Where the row gives the session back; nil where it tells of the session itself.
    public var credit: Invoice.Credit?

    /// A row from a session's bill and what the ledger knows beside it.
    public init(_ bill: SessionBill, contract: Contract, operator: String, summary: String, receipt: Receipt?) {
        session = bill.session.session
        self.contract = contract.contract
        client = contract.client.name
        self.operator = `operator`
        category = bill.category.id
        startedAt = bill.session.startedAt
        endedAt = bill.session.endedAt
        breaks = bill.session.pauses + bill.session.gaps
        rawSeconds = bill.time.rawSeconds
        pausedSeconds = bill.time.pausedSeconds
        disconnectedSeconds = bill.time.disconnectedSeconds
        billedSeconds = bill.rounded.billedSeconds
        bands = bill.rounded.bands
        quotaSeconds = bill.quotaSeconds
        netCents = bill.netCents
        currency = contract.currency
        self.summary = summary
        self.receipt = receipt
    }

    /// A row that gives the session back: what changes, under the session's own times. The time that was worked stays
    /// as it was, so that its seconds here are 0.
    public init(
        _ back: CreditBill,
        contract: Contract,
        operator: String,
        summary: String,
        receipt: Receipt?,
        original: Invoice.Original?
    ) {
        self.init(back.bill, contract: contract, operator: `operator`, summary: summary, receipt: receipt)
        (rawSeconds, pausedSeconds, disconnectedSeconds) = (0, 0, 0)
        billedSeconds = back.billedSeconds
        bands = []
        quotaSeconds = 0 &- back.bill.quotaSeconds
        netCents = back.netCents
        credit = Invoice.Credit(back.credit, original: original)
    }
}

extension CreditBill {
    /// By how much the billed time changes, in seconds: not at all where it stays as warranty.
    public var billedSeconds: Int64 { credit.asWarranty ? 0 : 0 &- bill.rounded.billedSeconds }
}

extension ServiceRow {
    var key: InvoiceContent.RowKey { .init(session: Array(session.utf8), isCredit: credit != nil) }

    /// What other programs are told of work that was written down without a session.
    var recordedNote: String? { receipt == .recorded ? "recorded later" : nil }

    /// The stretches in which work went on: from start to end without the breaks, in time order, none empty.
    public var worked: [WorkSession.Interval] {
        var worked: [WorkSession.Interval] = []
        var from = startedAt
        for pause in breaks.sorted(by: { $0.from < $1.from }) {
            let stop = min(max(pause.from, from), endedAt)
            if from < stop { worked.append(.init(from: from, to: stop)) }
            from = max(from, pause.to)
        }
        if from < endedAt { worked.append(.init(from: from, to: endedAt)) }
        return worked
    }
}
