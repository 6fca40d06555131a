import TerminalText

/// What a terminal may be sent, written apart from the filter that has to keep to it.
struct TerminalGrammar {
    private let target: TerminalFilter.Target
    private static let modes: Set<Int> = [
        1, 5, 6, 7, 9, 12, 25, 47, 66, 1000, 1002, 1003, 1005, 1006, 1015, 1047, 1048, 1049, 2004,
    ]

    init(_ target: TerminalFilter.Target) { self.target = target }

    /// - Throws: `Finding` for anything else.
    mutating func check(_ output: [UInt8]) throws {
        guard let text = String(validating: output, as: UTF8.self) else { throw Finding("not UTF-8") }
        var rest = Substring(text).unicodeScalars
        while let scalar = rest.popFirst() {
            switch scalar.value {
            case 0x09, 0x0a: break
            case 0x1b where target != .text: try sequence(&rest)
            case 0x07, 0x08, 0x0b...0x0f: try hold(target != .text, "a control in a file")
            default: try hold(String(scalar).isSafeToShow, "U+\(String(scalar.value, radix: 16)) passes")
            }
        }
    }

    private func sequence(_ rest: inout Substring.UnicodeScalarView) throws {
        guard let first = rest.popFirst() else { throw Finding("ends inside of a sequence") }
        switch first {
        case "7", "8", "D", "E", "H", "M", "=", ">": return
        case "(", ")", "*", "+":
            guard let set = rest.popFirst(), ["0", "A", "B"].contains(set) else { throw Finding("a character set") }
        case "[":
            let parameters = rest.prefix { !(0x40...0x7e).contains($0.value) }
            rest = rest.dropFirst(parameters.count)
            guard let final = rest.popFirst() else { throw Finding("ends inside of a sequence") }
            try control(String(parameters), Character(final))
        default: throw Finding("ESC \(first) passes")
        }
    }

    private func control(_ parameters: String, _ final: Character) throws {
        let shown = "CSI \(parameters)\(final)"
        if final == "m" {
            return try hold(parameters.utf8.allSatisfy { (0x30...0x3b).contains($0) }, "\(shown) passes")
        }
        let isPrivate = parameters.hasPrefix("?")
        var digits = isPrivate ? String(parameters.dropFirst()) : parameters
        let tail = digits.last.map { [" ", "!"].contains($0) ? String(digits.removeLast()) : "" } ?? ""
        let numbers =
            digits.isEmpty ? [] : digits.split(separator: ";", omittingEmptySubsequences: false).map { Int($0) }
        try hold(digits.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x3b }, "\(shown) passes")
        try hold(numbers.allSatisfy { ($0 ?? 0) <= 9999 }, "\(shown) passes")
        let number = (numbers.first ?? nil) ?? 0
        let isAllowed =
            switch (isPrivate, tail, final) {
            case (true, "", "h"), (true, "", "l"):
                !numbers.isEmpty && numbers.allSatisfy { Self.modes.contains($0 ?? -1) }
            case (false, "", "h"), (false, "", "l"): !numbers.isEmpty && numbers.allSatisfy { $0 == 4 }
            case (_, "", "J"), (_, "", "K"): numbers.count <= 1 && number <= 2
            case (false, "", "g"): numbers.count <= 1 && number <= 3
            case (false, " ", "q"): numbers.count <= 1 && number <= 6
            case (false, "!", "p"): numbers.isEmpty
            case (false, "", "s"), (false, "", "u"): numbers.isEmpty
            case (false, "", "H"), (false, "", "f"), (false, "", "r"): numbers.count <= 2
            case (false, "", _): "ABCDEFGILMPSTXZ@`abde".contains(final) && numbers.count <= 1
            default: false
            }
        try hold(isAllowed, "\(shown) passes")
        guard case .rows(let rows) = target, !isPrivate else { return }
        switch final {
        case "H", "f", "d": try hold(number <= rows, "\(shown) reaches below row \(rows)")
        case "r":
            try hold(
                numbers.count == 2 && (numbers[1] ?? 0) >= 1 && (numbers[1] ?? 0) <= rows,
                "\(shown) in \(rows) rows"
            )
        default: break
        }
    }
}
