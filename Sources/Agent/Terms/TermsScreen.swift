import Billing
import Contracts
import Receipts
import TerminalText
import TimeZoneFiles

/// An offer in plain words, as lines of at most `width` columns: who, for which contract, at what price now, what is asked for.
///
/// Everything that came from outside goes through `TerminalText.name` before it becomes part of a line.
struct TermsScreen {
    let phrases: Phrases
    let offer: Offer
    /// What this client knows of operator and contract.
    let known: Acquaintances.Recollection
    /// The relay's address, as the client knows it.
    let relay: String
    /// This computer's clock, Unix seconds.
    let moment: Int64
    var width = 80

    /// Columns of the labels on the left.
    private static let labelWidth = 12
    /// Clocks that are further apart are worth a word, in seconds.
    private static let tolerableDifference: Int64 = 120

    /// The lines, without the question.
    var lines: [String] {
        var lines = TerminalText.wrapped(phrases.offer(operator: name), columns: width)
        for sentence in acquaintance { lines += TerminalText.wrapped(sentence, columns: width, indentation: 2) }
        lines.append("")
        for (label, paragraphs) in rows { lines += row(label, paragraphs) }
        lines.append("")
        return lines + TerminalText.wrapped(phrases.clockStarts, columns: width)
    }

    private var rows: [(String, [String])] {
        let contract = offer.contract
        let title = phrases.contract(clean(contract.contract), offer.terms.contractVersion, clean(contract.title, 160))
        let rows = [
            (phrases.labelContract, [title, clean(contract.client.name, 160)]),
            (phrases.labelPurpose, ["\(clean(offer.terms.purpose, 2000)) (\(clean(offer.category.id)))"]),
            (phrases.labelPrice, price + clocks),
            (phrases.labelRounding, [phrases.rounding(contract.rounding)]),
            (phrases.labelLimits, limits),
            (phrases.labelAsks, asks),
            (phrases.labelTranscript, [phrases.transcriptTerms(days: contract.privacy.transcriptRetentionDays)]),
        ]
        let isEarly = offer.terms.asksForEarlyStart(under: contract)
        return isEarly ? rows + [(phrases.labelWithdrawal, [phrases.earlyStart])] : rows
    }

    private var name: String { clean(offer.terms.operator) }

    // MARK: Who

    /// What is proven, and what is new since the last time.
    private var acquaintance: [String] {
        var sentences = [phrases.checked(relay: relay)]
        if let person = known.operator {
            sentences.append(
                isKeyNew
                    ? phrases.keyChanged(name, since: day(person.since.rfc3339))
                    : phrases.knownOperator(name, since: day(person.since.rfc3339))
            )
        } else {
            sentences.append(phrases.newOperator(name))
        }
        if let contract = known.contract, contract.hash != offer.hash.hex {
            sentences.append(phrases.contractChanged(before: contract.version, now: offer.terms.contractVersion))
        }
        return sentences
    }

    /// Whether somebody with a name that was met before shows another key.
    var isKeyNew: Bool { known.operator.map { $0.key != offer.operatorKey.hex } ?? false }

    // MARK: Price

    private var price: [String] {
        let contract = offer.contract
        guard offer.category.kind == .support else { return [phrases.warranty] }
        var paragraphs = [priceNow]
        if let left = offer.terms.price.quotaLeftSeconds, offer.category.usesQuota {
            let before = known.contract.flatMap { known in
                known.quotaLeftSeconds.map { (phrases.duration($0), day(known.at.rfc3339)) }
            }
            paragraphs.append(phrases.quotaLeft(phrases.duration(left), before: before))
        }
        let others = contract.surcharges.filter { $0.label != offer.terms.price.surchargeLabel }
        if !others.isEmpty {
            let parts = others.map { "\(clean($0.label)) +\(phrases.percentage(basisPoints: $0.percentBp))" }
            paragraphs.append(phrases.surcharges(parts.joined(separator: ", ")))
        }
        return paragraphs
    }

    private var priceNow: String {
        let (contract, price) = (offer.contract, offer.terms.price)
        let now = Self.withSurcharge(price) ?? price.centsPerHour
        let hour = perHour(now)
        guard price.surchargePercentBp > 0 else { return hour }
        let base = phrases.money(cents: price.centsPerHour, currency: contract.currency)
        let percent = phrases.percentage(basisPoints: price.surchargePercentBp)
        return hour + phrases.becauseOf(clean(price.surchargeLabel ?? ""), percent, base: base)
    }

    /// Consumers read what they pay (PAngV §3), businesses the net price.
    private func perHour(_ cents: Int64) -> String {
        let contract = offer.contract
        if contract.client.kind == .consumer, contract.vat.category == .standard,
            let vat = try? Money.vatCents(netCents: cents, percentBp: contract.vat.percentBp)
        {
            let gross = phrases.money(cents: cents &+ vat, currency: contract.currency)
            return phrases.perHourGross(gross, vat: contract.vat)
        }
        return phrases.perHour(phrases.money(cents: cents, currency: contract.currency), vat: contract.vat)
    }

    /// What an hour costs now, in cents; nil beyond all bounds. Bills round each line by itself, a person reads this.
    private static func withSurcharge(_ price: Terms.Price) -> Int64? {
        guard
            let surcharge = try? Money.surchargeCents(
                seconds: 3600,
                centsPerHour: price.centsPerHour,
                percentBp: price.surchargePercentBp
            )
        else { return nil }
        let (sum, isOver) = price.centsPerHour.addingReportingOverflow(surcharge)
        return isOver ? nil : sum
    }

    /// Clocks that differ make another hour's price.
    private var clocks: [String] {
        let unchecked = offer.isSurchargeChecked ? [] : [phrases.surchargeUnchecked]
        return unchecked + difference
    }

    private var difference: [String] {
        guard offer.clockDifference.magnitude > UInt64(Self.tolerableDifference) else { return [] }
        return [phrases.clocksDiffer(phrases.duration(Int64(clamping: offer.clockDifference.magnitude)))]
    }

    // MARK: Limits

    private var limits: [String] {
        let contract = offer.contract
        var paragraphs = [phrases.longest(contract.access)]
        guard let cap = contract.cap, offer.category.kind == .support else { return paragraphs }
        var parts: [String] = []
        if let cents = cap.perSessionCents {
            parts.append(phrases.perSession(phrases.money(cents: cents, currency: contract.currency)))
        }
        if let cents = cap.perMonthCents {
            let soFar = offer.terms.price.monthNetCents.map { phrases.money(cents: $0, currency: contract.currency) }
            parts.append(phrases.perMonth(phrases.money(cents: cents, currency: contract.currency), soFar: soFar))
        }
        if !parts.isEmpty { paragraphs.append(phrases.cap(parts.joined(separator: ", "))) }
        return paragraphs
    }

    // MARK: What is asked for

    private var asks: [String] {
        var paragraphs: [String] = offer.grants.map { grant in
            switch grant {
            case .run: commands
            case .shell: phrases.asksShell
            case .logs: logs
            case .files: files
            case .forward: phrases.asksForward
            }
        }
        if paragraphs.isEmpty { paragraphs = [phrases.asksNothing] }
        if !offer.grants.isEmpty { paragraphs.append(phrases.approval(offer.approval)) }
        if !offer.withheld.isEmpty { paragraphs.append(phrases.withheld(offer.withheld.joined(separator: ", "))) }
        return paragraphs
    }

    private var commands: String {
        switch offer.contract.access.commands {
        case .any: phrases.asksRun
        case .patterns(let patterns):
            // The contract's own checks may run too, whatever the list says.
            phrases.asksRun(
                only: (patterns + (offer.contract.access.diagnose ?? []).map(\.command)).map {
                    TerminalText.commandLine($0)
                }
                .joined(separator: ", ")
            )
        }
    }

    private var logs: String {
        offer.logs.isEmpty
            ? phrases.asksLogsNowhere
            : phrases.asksLogs(offer.logs.map { TerminalText.commandLine([$0]) }.joined(separator: ", "))
    }

    private var files: String {
        let size = phrases.size(offer.largestFileBytes)
        guard !offer.files.isEmpty else { return phrases.asksFiles(size) }
        return phrases.asksFiles(offer.files.map { TerminalText.commandLine([$0]) }.joined(separator: ", "), size)
    }

    // MARK: Lines

    private func clean(_ text: String, _ limit: Int = 80) -> String { TerminalText.name(text, limit: limit) }

    /// `2026-10-03` of `2026-10-03T14:00:00Z`.
    private func day(_ moment: String) -> String { String(moment.prefix(10)) }

    private func row(_ label: String, _ paragraphs: [String]) -> [String] {
        let indentation = 2 + Self.labelWidth
        let lines = paragraphs.flatMap { TerminalText.wrapped($0, columns: width, indentation: indentation) }
        guard let first = lines.first else { return ["  \(label)"] }
        let padding = String(repeating: " ", count: max(Self.labelWidth - label.count, 1))
        return ["  \(label)\(padding)\(first.dropFirst(indentation))"] + lines.dropFirst()
    }
}
