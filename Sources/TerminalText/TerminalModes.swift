/// What a program has changed about a terminal and would leave behind.
struct TerminalModes: Sendable, Equatable {
    /// The private modes that may be changed (xterm, "Control Sequences", DECSET):
    /// cursor keys (1), reverse screen (5), origin (6), wrapping (7), blinking and visible cursor (12, 25), other screen (47, 1047,
    /// 1048, 1049), keypad (66), mouse (9, 1000, 1002, 1003, 1005, 1006, 1015), bracketed paste (2004).
    ///
    /// Not focus reports (1004), which would tell the client's machine when the operator looks away.
    static let allowed: Set<Int> = [
        1, 5, 6, 7, 9, 12, 25, 47, 66, 1000, 1002, 1003, 1005, 1006, 1015, 1047, 1048, 1049, 2004,
    ]
    /// These are on where nothing was changed.
    private static let usuallyOn: Set<Int> = [7, 25]
    private static let screens: Set<Int> = [47, 1047, 1049]

    /// Private modes that are not as usual.
    private(set) var changed: Set<Int> = []
    private var hasRegion = false
    private var hasCursorShape = false
    private var hasAny = false
    private(set) var keepsCursor = false
    var disturbance: TerminalFilter.Disturbance?

    mutating func note(escape byte: UInt8) {
        hasAny = true
        switch byte {
        case UInt8(ascii: "7"): keepsCursor = true
        case UInt8(ascii: "8"): keepsCursor = false
        default: break
        }
    }

    mutating func note(_ sequence: ControlSequence) {
        hasAny = true
        let final = Character(Unicode.Scalar(sequence.final))
        switch (sequence.prefix, final) {
        case (UInt8(ascii: "?"), "h"), (UInt8(ascii: "?"), "l"):
            for case let mode? in sequence.numbers ?? [] {
                if (final == "h") != Self.usuallyOn.contains(mode) {
                    changed.insert(mode)
                } else {
                    changed.remove(mode)
                }
                if Self.screens.contains(mode) {
                    disturbance = .margins
                    keepsCursor = false
                }
            }
        case (_, "J"): disturbance = disturbance ?? .erasure
        case (_, "p"): disturbance = .margins
        case (_, "r"): hasRegion = true
        case (_, "q"): hasCursorShape = true
        case (_, "s"): keepsCursor = true
        case (_, "u"): keepsCursor = false
        default: break
        }
    }

    /// Undoes it: modes, character set, colours, and last the other screen, which brings the cursor back to its place.
    var restoration: [UInt8] {
        guard hasAny else { return [] }
        var text = ""
        for mode in changed.sorted() where !Self.screens.contains(mode) && mode != 1048 {
            text += "\u{1b}[?\(mode)\(Self.usuallyOn.contains(mode) ? "h" : "l")"
        }
        // Setting the region moves the cursor.
        if hasRegion { text += "\u{1b}7\u{1b}[r\u{1b}8" }
        if hasCursorShape { text += "\u{1b}[0 q" }
        text += "\u{1b}[4l\u{1b}>\u{1b}(B\u{0f}\u{1b}[m"
        for mode in changed.sorted() where Self.screens.contains(mode) { text += "\u{1b}[?\(mode)l" }
        return Array(text.utf8)
    }
}
