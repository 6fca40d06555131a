import Contracts
import Invoicing
import Receipts

/// An invoice under a client's eyes: computed again to the cent, and held against what this computer agreed to.
struct InvoiceReview: Sendable {
    /// A session of the proof of service.
    struct Session: Sendable {
        let figures: ParsedInvoice.Session
        /// What was agreed to; nil where this computer keeps nothing of it.
        let consent: ConsentRecord?
    }

    let invoice: ParsedInvoice
    let sessions: [Session]
    /// What is not so, in words; none where all is well.
    let findings: [String]

    /// - Parameter consent: what this computer keeps of a session.
    /// - Throws: `InvoicingError` where the file is no invoice of this program; what `consent` throws.
    init(_ bytes: [UInt8], consent: (String) throws -> ConsentRecord?) throws {
        let invoice = try ParsedInvoice(bytes)
        let sessions = try (invoice.sessions ?? []).map { Session(figures: $0, consent: try consent($0.session)) }
        self.invoice = invoice
        self.sessions = sessions
        findings =
            InvoiceCheck.findings(in: invoice).map(\.description) + sessions.flatMap { Self.differences($0, invoice) }
    }

    private static func differences(_ session: Session, _ invoice: ParsedInvoice) -> [String] {
        guard let consent = session.consent else { return [] }
        let place = "session \(session.figures.session)"
        var differences: [String] = []
        if !consent.isSignedByBoth || consent.session != session.figures.session {
            differences.append("\(place): what this computer keeps of it is not what both signed")
        }
        for (agreed, billed) in [(consent.contract, invoice.contract), (consent.price.currency, invoice.currency)]
        where agreed != billed {
            differences.append("\(place): was agreed to under \(agreed), not \(billed)")
        }
        return differences + prices(of: session.figures.session, consent, invoice)
    }

    /// Time costs what was agreed to before the session. Where the contract includes time, it may name another price for what goes
    /// beyond that (rule 6).
    private static func prices(of session: String, _ consent: ConsentRecord, _ invoice: ParsedInvoice) -> [String] {
        guard consent.price.quotaLeftSeconds == nil else { return [] }
        let agreed = UnitPrice(cents: consent.price.centsPerHour)
        return invoice.lines
            .filter { $0.session == session && $0.kind == .time && $0.price != agreed }
            .map { "line \($0.id): takes \($0.price) an hour, but the session was agreed to at \(agreed)" }
    }
}
