import Contracts
import Receipts
import TerminalText
import Transcripts

/// `lotse-agent verify`: checks invoices, receipts, and what was agreed to, on the client's own computer and without anybody's help.
public struct Verification: Sendable {
    /// An invoice of some thousand sessions; more is none.
    private static let longest = 16 << 20

    private let screen: ClientScreen
    private let folder: AgentFolder
    private let phrases: Phrases
    private let complain: @Sendable (String) -> Void
    private let trustFile: String?

    /// A verification.
    ///
    /// - Parameters:
    ///   - screen: where what is found goes.
    ///   - folder: what this computer keeps.
    ///   - trustFile: keys to go by instead of those that this computer met (`TrustedKeys`).
    ///   - phrases: the client's language.
    ///   - complain: where a file that cannot be checked is named.
    public init(
        screen: ClientScreen,
        folder: AgentFolder,
        trustFile: String? = nil,
        phrases: Phrases,
        complain: @escaping @Sendable (String) -> Void
    ) {
        self.trustFile = trustFile
        self.screen = screen
        self.folder = folder
        self.phrases = phrases
        self.complain = complain
    }

    /// Checks the files, each with a few lines.
    ///
    /// - Returns: What the program exits with: 0 where all is right, 1 otherwise.
    public func run(_ files: [String]) -> Int32 {
        let keys: TrustedKeys
        do {
            keys = try trustedKeys()
        } catch {
            let reason = (error as? SystemFailure).map { SystemReason.sentence($0.code) } ?? "\(error)"
            complain(reason)
            return 1
        }
        var areRight = true
        // Every file is checked, also behind a wrong one.
        for file in files where !check(file, keys) { areRight = false }
        return areRight ? 0 : 1
    }

    /// Writes the keys that this computer knows, as a file for `--trust`.
    ///
    /// - Returns: What the program exits with.
    public func printKeys() -> Int32 {
        do {
            screen.lines(try TrustedKeys(of: folder).lines)
            return 0
        } catch {
            let reason = (error as? SystemFailure).map { SystemReason.sentence($0.code) } ?? "\(error)"
            complain("\(folder.path): \(reason)")
            return 1
        }
    }

    private func trustedKeys() throws -> TrustedKeys {
        guard let trustFile else { return try TrustedKeys(of: folder) }
        let name = TerminalText.name(trustFile)
        guard let bytes = try SmallFile.read(trustFile) else {
            throw AgentError(.configuration, phrases.noSuchFile(name))
        }
        return try TrustedKeys(file: bytes, name: name)
    }

    private func check(_ file: String, _ keys: TrustedKeys) -> Bool {
        let name = TerminalText.name(file)
        do {
            guard let bytes = try SmallFile.read(file, limit: Self.longest) else {
                complain(phrases.noSuchFile(name))
                return false
            }
            // XML begins with `<?xml`, the others with a brace.
            guard bytes.first == UInt8(ascii: "{") else { return try checkInvoice(bytes, name, keys) }
            let statement = bytes.last == UInt8(ascii: "\n") ? Array(bytes.dropLast()) : bytes
            if let receipt = try? Receipt(canonical: statement) { return try checkReceipt(receipt, name, keys) }
            return try checkConsent(statement, name)
        } catch let failure as SystemFailure {
            complain("\(name): \(SystemReason.sentence(failure.code))")
        } catch {
            complain(phrases.cannotBeChecked(name, TerminalText.name("\(error)", limit: 300)))
        }
        return false
    }

    private func checkInvoice(_ bytes: [UInt8], _ name: String, _ keys: TrustedKeys) throws -> Bool {
        let review = try InvoiceReview(bytes, folder: folder, keys: keys, phrases: phrases)
        let invoice = review.invoice
        let gross = phrases.money(cents: invoice.grossCents, currency: invoice.currency)
        screen.line(
            phrases.invoice(
                number: TerminalText.name(invoice.number),
                from: TerminalText.name(invoice.seller.name),
                gross: gross
            )
        )
        for session in review.sessions {
            let figures = session.figures
            let cost = phrases.money(cents: figures.netCents, currency: invoice.currency)
            screen.line(
                "  \(TerminalText.name(figures.session))  \(Phrases.clock(figures.rawSeconds)) -> \(Phrases.clock(figures.billedSeconds))  \(cost)"
            )
            let unknown = figures.isRecorded ? phrases.recordedLater : phrases.notAgreedToHere
            screen.line("    " + (session.consent.map { agreement($0) } ?? unknown))
            if let receipt = session.receipt { screen.line("    " + phrases.receiptState(receipt.state)) }
        }
        for back in invoice.credits ?? [] {
            let amount = phrases.money(cents: back.netCents, currency: invoice.currency)
            screen.line(
                "  \(TerminalText.name(back.session))  \(phrases.givenBack(back.credit == .warranty))  \(amount)"
            )
        }
        if !review.areTermsChecked { screen.line("  " + phrases.termsNotChecked) }
        return conclude(review.findings, name)
    }

    private func checkReceipt(_ receipt: Receipt, _ name: String, _ keys: TrustedKeys) throws -> Bool {
        let cost = phrases.money(cents: receipt.netCents, currency: TerminalText.name(receipt.currency, limit: 3))
        screen.line(phrases.receiptTitle(TerminalText.name(receipt.session)))
        let times = "\(Phrases.clock(receipt.rawSeconds)) -> \(Phrases.clock(receipt.billedSeconds))  \(cost)"
        screen.line("  \(times)  \(phrases.receiptState(receipt.state))")
        if !receipt.redactions.isEmpty { screen.line("    " + phrases.receiptRedactions(receipt.redactions)) }
        if let reason = receipt.reason { screen.line("    " + TerminalText.name(reason, limit: 500)) }
        // First what is about the receipt, then what lies beside it.
        let consent = trustFile == nil ? try folder.consent(of: receipt.session) : nil
        let isRight =
            if let consent { conclude(try findings(in: receipt, consent, keys), name) } else {
                checkElsewhere(receipt, name, keys)
            }
        return try checkTranscript(of: receipt) && isRight
    }

    private func findings(in receipt: Receipt, _ consent: ConsentRecord, _ keys: TrustedKeys) throws -> [String] {
        screen.line("    " + agreement(consent))
        let review = try ReceiptReview(receipt, consent, folder: folder, keys: keys)
        if review.isComputed { screen.line("    " + phrases.receiptComputed) }
        return review.findings.map { phrases.finding($0, currency: TerminalText.name(receipt.currency, limit: 3)) }
    }

    /// Elsewhere than where it was agreed to there are the signatures and the sums.
    private func checkElsewhere(_ receipt: Receipt, _ name: String, _ keys: TrustedKeys) -> Bool {
        if trustFile == nil { screen.line("    " + phrases.notAgreedToHere) }
        let missing = receipt.neededSigners.filter { !keys.signed(receipt, as: $0) }
            .map { phrases.notSignedWithKnownKey($0) }
        let contradictions = receipt.contradictions.map { phrases.finding(.contradiction($0), currency: "") }
        let isAsSigned = receipt.neededSigners.allSatisfy(receipt.isSignedWithItsOwnKey)
        guard trustFile == nil, !missing.isEmpty, contradictions.isEmpty, isAsSigned else {
            return conclude(missing + contradictions, name)
        }
        // Nobody said whose keys count, so that a key that is not known here says nothing against a receipt that is as it was signed.
        for signer in missing { screen.line("    " + signer) }
        screen.line(phrases.cannotBeCheckedHere(name))
        return false
    }

    /// Holds what this computer recorded of the session against what the receipt says of it.
    private func checkTranscript(of receipt: Receipt) throws -> Bool {
        let kept = folder.transcripts.folder(of: receipt.session)
        let verdict = try TranscriptVerdict(
            of: kept,
            session: receipt.session,
            digest: receipt.transcriptDigest ?? folder.closing(of: receipt.session)?.actionsDigest,
            keptBy: .client
        )
        guard
            let (text, isRight) = phrases.transcriptVerdict(verdict, folder: TerminalText.name(kept.path, limit: 4096))
        else { return true }
        screen.line((isRight ? "    " : "  ! ") + text)
        return isRight
    }

    private func checkConsent(_ bytes: [UInt8], _ name: String) throws -> Bool {
        let consent = try ConsentRecord(canonical: bytes)
        let own = try folder.presentKey()?.verifyingKey.hex
        let price = phrases.money(cents: consent.price.centsPerHour, currency: consent.price.currency)
        screen.line(
            phrases.consent(
                TerminalText.name(consent.session),
                contract: TerminalText.name(consent.contract),
                price: price
            )
        )
        screen.line("    " + agreement(consent))
        var findings: [String] = []
        if !consent.isSignedByBoth { findings.append(phrases.notSignedByBoth) }
        if let own, own != consent.client.key { findings.append(phrases.anotherClientsKey) }
        return conclude(findings, name)
    }

    private func agreement(_ consent: ConsentRecord) -> String {
        phrases.agreedTo(TerminalText.name(consent.purpose), TerminalText.name(consent.operator.name))
    }

    private func conclude(_ findings: [String], _ name: String) -> Bool {
        for finding in findings { screen.line("  ! " + finding) }
        screen.line(findings.isEmpty ? phrases.isRight(name) : phrases.isNotRight(name))
        return findings.isEmpty
    }
}
