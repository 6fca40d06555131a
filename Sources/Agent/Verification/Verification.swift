import Contracts
import Receipts
import TerminalText

/// `lotse-agent verify`: checks invoices, and what was agreed to, on the client's own computer and without anybody's help.
public struct Verification: Sendable {
    /// An invoice of some thousand sessions; more is none.
    private static let longest = 16 << 20

    private let screen: ClientScreen
    private let folder: AgentFolder
    private let phrases: Phrases
    private let complain: @Sendable (String) -> Void

    /// A verification.
    ///
    /// - Parameters:
    ///   - screen: where what is found goes.
    ///   - folder: what this computer keeps.
    ///   - phrases: the client's language.
    ///   - complain: where a file that cannot be checked is named.
    public init(
        screen: ClientScreen,
        folder: AgentFolder,
        phrases: Phrases,
        complain: @escaping @Sendable (String) -> Void
    ) {
        self.screen = screen
        self.folder = folder
        self.phrases = phrases
        self.complain = complain
    }

    /// Checks the files, each with a few lines.
    ///
    /// - Returns: What the program exits with: 0 where all is right, 1 otherwise.
    public func run(_ files: [String]) -> Int32 {
        var areRight = true
        // Every file is checked, also behind a wrong one.
        for file in files where !check(file) { areRight = false }
        return areRight ? 0 : 1
    }

    private func check(_ file: String) -> Bool {
        let name = TerminalText.name(file)
        do {
            guard let bytes = try SmallFile.read(file, limit: Self.longest) else {
                complain(phrases.noSuchFile(name))
                return false
            }
            // The one begins with a brace, the other with `<?xml`.
            return bytes.first == UInt8(ascii: "{") ? try checkConsent(bytes, name) : try checkInvoice(bytes, name)
        } catch let failure as SystemFailure {
            complain("\(name): \(SystemReason.sentence(failure.code))")
        } catch {
            complain(phrases.cannotBeChecked(name, TerminalText.name("\(error)", limit: 300)))
        }
        return false
    }

    private func checkInvoice(_ bytes: [UInt8], _ name: String) throws -> Bool {
        let review = try InvoiceReview(bytes, consent: folder.consent(of:))
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
            let (figures, consent) = (session.figures, session.consent)
            let cost = phrases.money(cents: figures.netCents, currency: invoice.currency)
            screen.line(
                "  \(TerminalText.name(figures.session))  \(Phrases.clock(figures.rawSeconds)) -> \(Phrases.clock(figures.billedSeconds))  \(cost)"
            )
            let unknown = figures.isRecorded ? phrases.recordedLater : phrases.notAgreedToHere
            screen.line("    " + (consent.map { agreement($0) } ?? unknown))
        }
        for back in invoice.credits ?? [] {
            let amount = phrases.money(cents: back.netCents, currency: invoice.currency)
            screen.line(
                "  \(TerminalText.name(back.session))  \(phrases.givenBack(back.credit == .warranty))  \(amount)"
            )
        }
        return conclude(review.findings, name)
    }

    private func checkConsent(_ bytes: [UInt8], _ name: String) throws -> Bool {
        let consent = try ConsentRecord(canonical: bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes)
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
