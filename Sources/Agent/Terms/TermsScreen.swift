import Contracts
import TerminalText

/// An offer in plain words, as lines of at most `width` columns.
///
/// Everything that came from outside goes through `TerminalText.name` before it becomes part of a line.
struct TermsScreen {
    let phrases: Phrases
    let offer: Offer
    /// The relay's address, as the client knows it.
    let relay: String
    var width = 80

    /// Columns of the labels on the left.
    private static let labelWidth = 14

    /// The lines, without the question.
    var lines: [String] {
        let contract = offer.contract
        var lines = TerminalText.wrapped(
            phrases.offer(operator: clean(offer.terms.operator), relay: relay),
            columns: width
        )
        lines.append("")
        let rows: [(String, [String])] = [
            (
                phrases.labelContract,
                [phrases.contract(clean(contract.contract), offer.terms.version, clean(contract.title, 160))]
            ),
            (phrases.labelClient, [clean(contract.client.name, 160)]),
            (phrases.labelPurpose, [clean(offer.terms.purpose, 400)]),
            (phrases.labelCategory, [clean(offer.category.id)]),
            (phrases.labelPrice, price),
            (phrases.labelRounding, [phrases.rounding(contract.rounding)]),
            (phrases.labelLongest, [phrases.longest(contract.access)]),
            (phrases.labelAsks, asks),
        ]
        for (label, paragraphs) in rows { lines += row(label, paragraphs) }
        lines.append("")
        return lines + TerminalText.wrapped(phrases.clockStarts, columns: width)
    }

    private var price: [String] {
        let contract = offer.contract
        guard offer.category.kind == .support else { return [phrases.warranty] }
        let money = phrases.money(cents: offer.centsPerHour, currency: contract.currency)
        var paragraphs = [phrases.perHour(money, vat: contract.vat)]
        if offer.category.usesQuota, contract.retainer != nil { paragraphs.append(phrases.quotaFirst) }
        if !contract.surcharges.isEmpty {
            let parts = contract.surcharges.map {
                "\(clean($0.label)) +\(phrases.percentage(basisPoints: $0.percentBp))"
            }
            paragraphs.append(phrases.surcharges(parts.joined(separator: ", ")))
        }
        return paragraphs
    }

    private var asks: [String] {
        var paragraphs: [String] = offer.grants.map { grant in
            switch grant {
            case .run: commands
            case .logs: logs
            }
        }
        if paragraphs.isEmpty { paragraphs = [phrases.asksNothing] }
        if !offer.withheld.isEmpty { paragraphs.append(phrases.withheld(offer.withheld.joined(separator: ", "))) }
        return paragraphs
    }

    private var commands: String {
        switch offer.contract.access.commands {
        case .any: phrases.asksRun
        case .patterns(let patterns):
            phrases.asksRun(only: patterns.map { TerminalText.commandLine($0) }.joined(separator: ", "))
        }
    }

    private var logs: String {
        offer.logs.isEmpty
            ? phrases.asksLogsNowhere
            : phrases.asksLogs(offer.logs.map { TerminalText.commandLine([$0]) }.joined(separator: ", "))
    }

    private func clean(_ text: String, _ limit: Int = 80) -> String { TerminalText.name(text, limit: limit) }

    private func row(_ label: String, _ paragraphs: [String]) -> [String] {
        let indentation = 2 + Self.labelWidth
        let lines = paragraphs.flatMap { TerminalText.wrapped($0, columns: width, indentation: indentation) }
        guard let first = lines.first else { return ["  \(label)"] }
        let padding = String(repeating: " ", count: max(Self.labelWidth - label.count, 1))
        return ["  \(label)\(padding)\(first.dropFirst(indentation))"] + lines.dropFirst()
    }
}
