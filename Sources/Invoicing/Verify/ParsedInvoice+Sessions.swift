import Contracts

extension ParsedInvoice {
    /// What the proof of service says of a session; a receipt says the same.
    public struct Session: Hashable, Sendable {
        /// Its id.
        public var session: String
        /// The kind of work, its id in the contract; nil where it is not said.
        public var category: String?
        /// Connected time.
        public var rawSeconds: Int64
        /// Rounded time.
        public var billedSeconds: Int64
        /// How much of it the quota covers.
        public var quotaSeconds: Int64
        /// Its time and surcharge lines.
        public var netCents: Int64
        /// What the invoice says became of its receipt; nil where it says nothing.
        public var receipt: String?
        /// Where the row gives the session back: what becomes of it. The figures are what changes then.
        public var credit: Invoice.Credit.Kind?
        /// Whether it is work without a session, written down later: there was nobody to agree or sign.
        public var isRecorded: Bool

        /// Figures from their parts: what a receipt says.
        public init(
            session: String,
            category: String? = nil,
            rawSeconds: Int64,
            billedSeconds: Int64,
            quotaSeconds: Int64,
            netCents: Int64,
            receipt: String? = nil,
            credit: Invoice.Credit.Kind? = nil,
            isRecorded: Bool = false
        ) {
            self.receipt = receipt
            self.session = session
            self.category = category
            self.rawSeconds = rawSeconds
            self.billedSeconds = billedSeconds
            self.quotaSeconds = quotaSeconds
            self.netCents = netCents
            self.credit = credit
            self.isRecorded = isRecorded
        }
    }

    /// The sessions of the proof of service, in its order; none without one. Nil where it is not a table of this program
    /// or names a session twice.
    public var sessions: [Session]? { rows?.filter { $0.credit == nil } }

    /// The sessions that it gives back; nil as for `sessions`.
    public var credits: [Session]? { rows?.filter { $0.credit != nil } }

    private var rows: [Session]? {
        guard let proof else { return [] }
        guard let text = String(validating: proof, as: UTF8.self), let rows = CSVText.parse(text),
            let head = rows.first,
            head == ServiceRow.columns || head == ServiceRow.columns + ServiceRow.creditColumns
        else { return nil }
        var sessions: [Session] = []
        for row in rows.dropFirst() {
            guard let session = Self.session(row, head) else { return nil }
            sessions.append(session)
        }
        let names = sessions.map { InvoiceContent.RowKey(session: Array($0.session.utf8), isCredit: $0.credit != nil) }
        return Set(names).count == names.count ? sessions : nil
    }

    private static func session(_ row: [String], _ head: [String]) -> Session? {
        guard row.count == head.count else { return nil }
        let cells = Dictionary(zip(head, row)) { first, _ in first }
        func number(_ name: String) -> Int64? { cells[name].flatMap { Int64($0) } }
        guard let session = cells["session"], let raw = number("rawSeconds"), let billed = number("billedSeconds"),
            let quota = number("quotaSeconds"), let net = number("netCents")
        else { return nil }
        let kind = cells["credit"] ?? ""
        let credit = Invoice.Credit.Kind(rawValue: kind)
        guard kind.isEmpty || credit != nil else { return nil }
        return Session(
            session: session,
            category: cells["category"],
            rawSeconds: raw,
            billedSeconds: billed,
            quotaSeconds: quota,
            netCents: net,
            receipt: cells["receipt"].flatMap { $0.isEmpty ? nil : $0 },
            credit: credit,
            isRecorded: cells["receipt"] == ServiceRow.Receipt.recorded.rawValue
        )
    }
}
