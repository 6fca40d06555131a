/// Text from another machine, made safe to show on a terminal.
///
/// A terminal obeys what it is sent: it moves the cursor, renames the window, answers queries, fills the clipboard.
/// Bytes from the other side are therefore never written as they came:
///
/// - ``visible(_:)`` and ``VisibleBytes`` for output and log lines: every byte stays visible, the dangerous ones as `\xNN`;
/// - ``name(_:limit:)`` for names, titles and purposes: the dangerous characters are gone;
/// - ``commandLine(_:)`` for what is about to run: nothing gone, nothing ambiguous, and it pastes back into a shell;
/// - ``CommandLineWords`` reads such a line back into an argument vector.
///
/// The module imports nothing.
public enum TerminalText {
    /// `bytes` as one complete piece of text with everything dangerous written as `\xNN`; see ``VisibleBytes``.
    public static func visible(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var filter = VisibleBytes()
        var result = filter.append(Array(bytes))
        result += filter.finish()
        return result
    }

    /// The same as text.
    public static func visibleText(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: visible(bytes), as: UTF8.self)
    }
}

extension Unicode.Scalar {
    /// Controls that a terminal would obey: C0, DEL and C1 (U+0080–9F).
    var isControl: Bool {
        value < 0x20 || (0x7f...0x9f).contains(value)
    }

    /// Characters that change the order in which their neighbours are shown.
    var reordersText: Bool {
        switch value {
        case 0x061c, 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x2069: true
        default: false
        }
    }

    /// Characters that show nothing, or that a font is not asked for: format, joiner, variation and tag characters,
    /// line and paragraph separators, private and unassigned ones.
    var isInvisible: Bool {
        if properties.isDefaultIgnorableCodePoint { return true }
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate: return true
        // U+2800 is a letter that shows nothing; U+FFFC stands for something that is not there.
        default: return value == 0x2800 || value == 0xfffc
        }
    }

    /// Marks that draw over the character before them.
    var isOverlay: Bool {
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark: true
        default: false
        }
    }
}

/// Two lowercase hexadecimal digits.
func hexadecimal(_ byte: UInt8) -> (UInt8, UInt8) {
    func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value
    }
    return (digit(byte >> 4), digit(byte & 0x0f))
}
