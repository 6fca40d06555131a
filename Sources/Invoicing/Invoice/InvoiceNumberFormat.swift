import Contracts

/// The pattern of invoice numbers, `{year}-{number:4}` (`invoiceNumbers` in supplier.yaml).
///
/// § 14 (4) Nr. 4 UStG: a consecutive number, issued once. Storni share the sequence.
public struct InvoiceNumberFormat: Hashable, Sendable {
    private enum Part: Hashable {
        case text(String)
        case year
        case number(width: Int)
    }

    private let parts: [Part]

    /// What the number of a dry run begins with; no pattern gives such a number.
    public static let draftPrefix = "DRAFT-"

    /// Reads a pattern: plain letters, digits and `-/._ `, `{year}` and once `{number}` or `{number:4}` (1 to 9 digits
    /// at least).
    ///
    /// Throws `badNumber`.
    public init(_ pattern: String) throws(InvoicingError) {
        guard let parts = Self.parse(pattern), !pattern.hasPrefix(Self.draftPrefix) else {
            let advice = "write invoiceNumbers: \"\(Supplier.defaultInvoiceNumbers)\""
            throw InvoicingError(
                .badNumber,
                "\(quoted(pattern)) is not a pattern of {year}, {number}, {number:4} and plain text (\(advice))"
            )
        }
        let numbers = parts.filter { if case .number = $0 { true } else { false } }
        guard numbers.count == 1 else {
            let sentence = "the pattern \(quoted(pattern)) does not hold {number} once, so numbers would not be unique"
            throw InvoicingError(
                .badNumber,
                "\(sentence) (write invoiceNumbers: \"\(Supplier.defaultInvoiceNumbers)\")"
            )
        }
        self.parts = parts
    }

    /// The number of an invoice.
    ///
    /// - Parameters:
    ///   - sequence: 1 for the first of its `sequenceKey`; more digits than the pattern asks for are kept.
    ///   - year: of the issue date, in the contract's time zone.
    /// - Throws: `outOfRange` for a sequence below 1 and years outside 1900 to 9999.
    public func number(_ sequence: Int64, year: Int) throws(InvoicingError) -> String {
        guard sequence >= 1, (1900...9999).contains(year) else {
            throw InvoicingError(.outOfRange, "invoice numbers begin at 1, in the years 1900 to 9999 (check the clock)")
        }
        return text(sequence, year: year)
    }

    private func text(_ sequence: Int64, year: Int) -> String {
        parts.map { part in
            switch part {
            case .text(let text): return text
            case .year: return "\(year)"
            case .number(let width):
                let digits = "\(sequence)"
                return String(repeating: "0", count: max(0, width - digits.count)) + digits
            }
        }.joined()
    }

    /// The place in its sequence, and the year, of a number that has this pattern's form; 0 is the place before the first.
    ///
    /// - Returns: nil for any other text. The year is nil where the pattern holds none.
    public func place(of number: String) -> (sequence: Int64, year: Int?)? {
        let text = Array(number.utf8)
        let lengths = parts.map { part in
            switch part {
            case .text(let text): text.utf8.count
            case .year: 4
            case .number: 0
            }
        }
        let digits = text.count - lengths.reduce(0, +)
        guard (1...9).contains(digits) else { return nil }
        var (start, sequence, year): (Int, Int64?, Int?) = (0, nil, nil)
        for (part, length) in zip(parts, lengths) {
            switch part {
            case .text: start += length
            case .year:
                year = Int(String(decoding: text[start..<start + 4], as: UTF8.self))
                start += 4
            case .number:
                sequence = Int64(String(decoding: text[start..<start + digits], as: UTF8.self))
                start += digits
            }
        }
        guard let sequence, sequence >= 0, self.text(sequence, year: year ?? 0) == number else { return nil }
        return (sequence, year)
    }

    /// Invoices with the same key count on: the year where the pattern holds it, else nothing.
    public func sequenceKey(year: Int) -> String { parts.contains(.year) ? "\(year)" : "" }

    /// The number of a dry run: it uses up none.
    public static func draft(contract: String, period: String) -> String { "\(draftPrefix)\(contract)-\(period)" }

    /// The parts, or nil where braces do not match, a name is unknown, or a character has no place there.
    private static func parse(_ pattern: String) -> [Part]? {
        var parts: [Part] = []
        var open: String?
        for character in pattern {
            switch (character, open) {
            case ("{", nil): open = ""
            case ("}", let name?):
                guard let part = part(named: name) else { return nil }
                parts.append(part)
                open = nil
            case ("{", _), ("}", nil): return nil
            case (_, let name?): open = name + String(character)
            case (_, nil):
                guard character.isASCII, character.isLetter || character.isNumber || "-/._ ".contains(character) else {
                    return nil
                }
                parts.append(.text(String(character)))
            }
        }
        return open == nil ? parts : nil
    }

    private static func part(named name: String) -> Part? {
        switch name {
        case "year": return .year
        case "number": return .number(width: 1)
        default:
            guard name.hasPrefix("number:"), name.utf8.count == 8, let width = Int(name.dropFirst(7)), width >= 1 else {
                return nil
            }
            return .number(width: width)
        }
    }
}
