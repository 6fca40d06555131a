/// A control sequence (ECMA-48 §5.4) behind its CSI, taken apart.
struct ControlSequence: Sendable, Equatable {
    /// `?`, `>`, `=` or `<`; nil where the parameters are standard ones.
    var prefix: UInt8?
    /// Digits, `;` and `:`.
    var parameters: [UInt8]
    /// Bytes 0x20–0x2F.
    var intermediates: [UInt8]
    var final: UInt8

    /// - Parameter collected: everything between CSI and the final byte; nil for what is no well-formed sequence.
    init?(_ collected: [UInt8], final: UInt8) {
        var rest = collected[...]
        prefix = rest.first.flatMap { (0x3c...0x3f).contains($0) ? $0 : nil }
        if prefix != nil { rest = rest.dropFirst() }
        parameters = Array(rest.prefix { (0x30...0x3b).contains($0) })
        rest = rest.dropFirst(parameters.count)
        intermediates = Array(rest)
        self.final = final
        guard intermediates.allSatisfy({ (0x20...0x2f).contains($0) }) else { return nil }
    }

    private init(prefix: UInt8?, numbers: [Int], final: UInt8) {
        self.prefix = prefix
        parameters = Array(numbers.map(String.init).joined(separator: ";").utf8)
        intermediates = []
        self.final = final
    }

    /// The sequence as it is written.
    var bytes: [UInt8] {
        [0x1b, UInt8(ascii: "[")] + (prefix.map { [$0] } ?? []) + parameters + intermediates + [final]
    }

    /// The largest number that makes sense on a terminal; beyond it some of them take minutes to repeat a character.
    private static let largest = 9999

    /// The parameters as numbers, nil for one that is left out; nil altogether where one is too large or has parts.
    var numbers: [Int?]? {
        guard !parameters.isEmpty else { return [] }
        var numbers: [Int?] = []
        for text in parameters.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false) {
            guard !text.isEmpty else {
                numbers.append(nil)
                continue
            }
            var value = 0
            for digit in text {
                guard (0x30...0x39).contains(digit), value <= Self.largest else { return nil }
                value = value * 10 + Int(digit - 0x30)
            }
            guard value <= Self.largest else { return nil }
            numbers.append(value)
        }
        return numbers
    }

    /// What may be passed on of it: all, the allowed ones of its modes, or nothing.
    var allowed: ControlSequence? {
        let final = Character(Unicode.Scalar(self.final))
        switch (prefix, intermediates) {
        case (nil, []): return standard(final)
        case (UInt8(ascii: "?"), []):
            switch final {
            case "h", "l": return modes(TerminalModes.allowed)
            // Selective erasure.
            case "J", "K": return has(atMost: 1, of: 0...2)
            default: return nil
            }
        // The shape of the cursor.
        case (nil, [UInt8(ascii: " ")]): return final == "q" ? has(atMost: 1, of: 0...6) : nil
        // Soft reset.
        case (nil, [UInt8(ascii: "!")]): return final == "p" && parameters.isEmpty ? self : nil
        default: return nil
        }
    }

    private func standard(_ final: Character) -> ControlSequence? {
        switch final {
        case "m": return self
        // Cursor up, down, right, left, lines, column, tabs; insert, delete, erase and repeat characters; lines; scrolling; row.
        case "A", "B", "C", "D", "E", "F", "G", "I", "L", "M", "P", "S", "T", "X", "Z", "@", "`", "a", "b", "d", "e":
            return has(atMost: 1, of: 0...Self.largest)
        case "H", "f", "r": return has(atMost: 2, of: 0...Self.largest)
        // 3 would erase what the operator's terminal remembers of before.
        case "J", "K": return has(atMost: 1, of: 0...2)
        case "g": return has(atMost: 1, of: 0...3)
        case "s", "u": return parameters.isEmpty ? self : nil
        // Insert mode.
        case "h", "l": return modes([4])
        default: return nil
        }
    }

    private func has(atMost count: Int, of range: ClosedRange<Int>) -> ControlSequence? {
        guard let numbers, numbers.count <= count, numbers.allSatisfy({ range.contains($0 ?? range.lowerBound) }) else {
            return nil
        }
        return self
    }

    private func modes(_ allowed: Set<Int>) -> ControlSequence? {
        let left = (numbers ?? []).compactMap { $0 }.filter(allowed.contains)
        return left.isEmpty ? nil : ControlSequence(prefix: prefix, numbers: left, final: final)
    }

    /// Bends what names a row below `rows` back to it.
    mutating func confine(to rows: Int) {
        guard prefix == nil, intermediates.isEmpty, let numbers else { return }
        switch Character(Unicode.Scalar(final)) {
        case "H", "f":
            guard let row = numbers.first ?? nil, row > rows else { return }
            self = ControlSequence(
                prefix: nil,
                numbers: [rows, (numbers.count > 1 ? numbers[1] : nil) ?? 1],
                final: final
            )
        case "d":
            guard let row = numbers.first ?? nil, row > rows else { return }
            self = ControlSequence(prefix: nil, numbers: [rows], final: final)
        case "r":
            let top = max((numbers.first ?? nil) ?? 1, 1)
            let given = (numbers.count > 1 ? numbers[1] : nil) ?? 0
            let bottom = given == 0 ? rows : min(given, rows)
            self = ControlSequence(prefix: nil, numbers: top < bottom ? [top, bottom] : [1, rows], final: final)
        default: break
        }
    }
}
