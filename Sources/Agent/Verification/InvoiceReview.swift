import Contracts
import Invoicing
import Receipts
import TerminalText

/// An invoice under a client's eyes: computed again to the cent, and held against what this computer agreed to and signed.
struct InvoiceReview: Sendable {
    /// A session of the proof of service.
    struct Session: Sendable {
        let figures: ParsedInvoice.Session
        /// What was agreed to; nil where this computer keeps nothing of it.
        let consent: ConsentRecord?
        /// What was signed at its end; nil where this computer keeps nothing of it.
        let receipt: Receipt?
    }

    let invoice: ParsedInvoice
    let sessions: [Session]
    /// What is not so, in words; none where all is well.
    let findings: [String]
    /// Whether fee and tax could be held against the contract.
    let areTermsChecked: Bool

    /// - Throws: `InvoicingError` where the file is no invoice of this program; what reading the folder throws.
    init(_ bytes: [UInt8], folder: AgentFolder, keys: TrustedKeys, phrases: Phrases) throws {
        let invoice = try ParsedInvoice(bytes)
        let sessions = try (invoice.sessions ?? []).map { figures in
            Session(
                figures: figures,
                consent: try folder.consent(of: figures.session),
                receipt: try folder.receipt(of: figures.session)
            )
        }
        self.invoice = invoice
        self.sessions = sessions
        let receipts = sessions.compactMap(\.receipt).map(\.figures)
        var findings = InvoiceCheck.findings(in: invoice).map(\.description)
        findings += InvoiceCheck.differences(invoice, fromReceipts: receipts).map(\.description)
        for session in sessions {
            findings += try Self.differences(session, invoice, folder)
            findings += try Self.review(session, invoice, folder, keys, phrases)
        }
        let terms = try Self.terms(sessions, invoice, folder, phrases)
        self.findings = findings + (terms ?? [])
        areTermsChecked = terms != nil
    }

    /// The receipt behind a session: signed, right, and of the state that the invoice says.
    private static func review(
        _ session: Session,
        _ invoice: ParsedInvoice,
        _ folder: AgentFolder,
        _ keys: TrustedKeys,
        _ phrases: Phrases
    ) throws -> [String] {
        guard let receipt = session.receipt, let consent = session.consent else { return [] }
        let id = TerminalText.name(session.figures.session)
        let review = try ReceiptReview(receipt, consent, folder: folder, keys: keys)
        var findings: [String] = []
        if !review.findings.isEmpty {
            findings.append(phrases.receiptNotRight(id, phrases.findings(review.findings, currency: invoice.currency)))
        }
        if let said = session.figures.receipt, said != receipt.state.rawValue {
            findings.append(
                phrases.receiptDiffers(id, said: TerminalText.name(said, limit: 20), kept: receipt.state.rawValue)
            )
        }
        return findings
    }

    /// Fee and tax are those of the contract, in one of the versions that this computer agreed to: the fee is that of the version at the
    /// month's start, of which the month need not have a session (rule 5).
    ///
    /// - Returns: nil where they are none of those, and the version that counts may be one that this computer does not keep.
    private static func terms(
        _ sessions: [Session],
        _ invoice: ParsedInvoice,
        _ folder: AgentFolder,
        _ phrases: Phrases
    ) throws -> [String]? {
        let versions = try versions(of: invoice, sessions, folder)
        func money(_ cents: Int64) -> String { phrases.money(cents: cents, currency: invoice.currency) }
        let fees = Set(versions.values.compactMap { $0.retainer?.feeCents })
        var findings = invoice.lines
            .filter { $0.kind == .retainer && $0.quantity > 0 && !fees.contains($0.netCents) }
            .map { line in
                let agreed = fees.sorted().map(money).joined(separator: ", ")
                return phrases.feeDiffers(TerminalText.name(line.id), said: money(line.netCents), agreed: agreed)
            }
        let taxes = Set(versions.values.map(\.vat.percentBp))
        for group in invoice.groups where !taxes.contains(group.vat.percentBp) {
            let agreed = taxes.sorted().map { phrases.percentage(basisPoints: $0) }.joined(separator: ", ")
            findings.append(
                phrases.taxDiffers(phrases.percentage(basisPoints: group.vat.percentBp), agreed: agreed)
            )
        }
        guard !findings.isEmpty else { return [] }
        // What is in force lies between the last version known to be valid before the months and that of the newest of their sessions.
        guard let last = sessions.compactMap({ $0.consent?.contractVersion }).max() else { return nil }
        let first = versions.filter { $0.key <= last && $0.value.validFrom <= invoice.from }.keys.max() ?? 1
        guard first <= last, last - first < Int64(versions.count) else { return nil }
        return (first...last).allSatisfy { versions[$0] != nil } ? findings : nil
    }

    /// The versions of the invoice's contract that this computer agreed to and keeps, by their numbers.
    private static func versions(of invoice: ParsedInvoice, _ sessions: [Session], _ folder: AgentFolder) throws
        -> [Int64: Contract]
    {
        // Two relays may have a contract of the same name.
        let authorities = Set(sessions.compactMap { $0.consent?.authority })
        var versions: [Int64: Contract] = [:]
        for consent in folder.consents(to: invoice.contract)
        where versions[consent.contractVersion] == nil
            && (authorities.isEmpty || authorities.contains(consent.authority))
        {
            versions[consent.contractVersion] = try folder.contract(consent.contractHash)
        }
        return versions
    }

    private static func differences(_ session: Session, _ invoice: ParsedInvoice, _ folder: AgentFolder) throws
        -> [String]
    {
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
        return differences + (try prices(of: session, consent, invoice, folder))
    }

    /// Time costs what the contract says of its kind of work: a cheaper kind may have been chosen since the consent, never a dearer one
    /// (rule 13). Where the contract includes time, it may name another price for what goes beyond that (rule 6).
    private static func prices(
        of session: Session,
        _ consent: ConsentRecord,
        _ invoice: ParsedInvoice,
        _ folder: AgentFolder
    ) throws -> [String] {
        guard consent.price.quotaLeftSeconds == nil else { return [] }
        let agreed = UnitPrice(cents: consent.price.centsPerHour)
        let contract = try folder.contract(consent.contractHash)
        let id = session.receipt?.category ?? session.figures.category
        let category = id.flatMap { contract?.category($0) }
        let rate = category.flatMap { $0.kind == .warranty ? 0 : contract?.rateCentsPerHour(of: $0) }
        let price = rate.map { UnitPrice(cents: $0) }
        return invoice.lines.compactMap { line in
            guard line.session == session.figures.session, line.kind == .time else { return nil }
            if line.price > agreed {
                return "line \(line.id): takes \(line.price) an hour, but the session was agreed to at \(agreed)"
            }
            guard let category, let price, line.price != price else { return nil }
            return "line \(line.id): takes \(line.price) an hour, but the contract says \(price) for \(category.id)"
        }
    }
}

extension Receipt {
    /// What an invoice's proof of service has to say of the session.
    fileprivate var figures: ParsedInvoice.Session {
        ParsedInvoice.Session(
            session: session,
            rawSeconds: rawSeconds,
            billedSeconds: billedSeconds,
            quotaSeconds: quotaBeforeSeconds &- quotaAfterSeconds,
            netCents: netCents
        )
    }
}
