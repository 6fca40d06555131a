import SupportChannel
import TerminalText

/// A shell on the client's screen: a value without I/O that says what is to be written.
///
/// On a terminal the upper rows are the shell's, as the operator sees them; two rows below say what else happens, and who types and what
/// the keys do. Without a terminal the shell's text is written as it comes.
struct LiveShell: Sendable {
    private var filter: TerminalFilter
    /// The client's whole window; nil where there is no terminal, or too small a one.
    private(set) var window: TerminalSize?
    /// What the shell's terminal has where the operator's window is the smaller one.
    private var terminalRows: Int?
    private var notice = ""
    private var status: String?
    private var isStale = true
    /// Lines to be written when the shell is over; what is told meanwhile would stand in its way.
    private(set) var held: [String] = []

    /// The rows below.
    private static let footer = 2
    /// More than this is not kept; it has been shown.
    private static let mostHeld = 1000

    init(window: TerminalSize?) {
        self.window = window.flatMap { $0.rows >= 8 && $0.columns >= 20 ? $0 : nil }
        filter = TerminalFilter(.text)
        filter.target = target
    }

    /// What is the shell's; nil where anything is.
    var size: TerminalSize? { window.map { TerminalSize(columns: $0.columns, rows: $0.rows - Self.footer) } }

    /// The rows that the shell's programs know of: what scrolls has to scroll within them.
    private var rows: Int? { size.map { min($0.rows, terminalRows ?? $0.rows) } }
    private var target: TerminalFilter.Target { rows.map { .rows($0) } ?? .text }

    /// The shell's terminal has this size.
    mutating func fit(_ size: TerminalSize) -> String {
        let before = rows
        terminalRows = size.rows
        filter.target = target
        guard let rows, let before else { return "" }
        let lost = max(0, before - rows)
        return Self.movedUp(by: lost) + "\u{1b}7\u{1b}[?6l" + Self.region(rows)
            + (lost > 0 ? "\u{1b}[\(rows + 1);1H\u{1b}[J" : "") + "\u{1b}8" + (lost > 0 ? draw() : "")
    }

    /// Takes the cursor out of the region's last rows, which are to go, and what stands there along with it: below the region nothing would
    /// scroll. Moving down (IND) scrolls by as many rows as are too few below the cursor, so that moving up again ends where it was, or in the
    /// last row that stays.
    private static func movedUp(by rows: Int) -> String {
        rows > 0 ? String(repeating: "\u{1b}D", count: rows) + "\u{1b}[\(rows)A" : ""
    }

    /// The beginning: the rows above stay where they are and are scrolled away by the shell.
    mutating func open() -> String {
        guard let size else { return "" }
        return "\r\u{1b}[K\n\n\n" + Self.region(size.rows) + "\u{1b}[\(size.rows);1H" + draw()
    }

    /// What the shell wrote.
    mutating func append(_ bytes: some Sequence<UInt8>) -> String {
        var text = String(decoding: filter.append(bytes), as: UTF8.self)
        guard let rows else { return text }
        switch filter.takeDisturbance() {
        case .margins: text += "\u{1b}7\u{1b}[?6l" + Self.region(rows) + "\u{1b}8" + draw()
        case .erasure: text += draw()
        case nil: if isStale { text += draw() }
        }
        return text
    }

    /// Something else happens. A line that does not fit below is written in full, among what the shell writes.
    mutating func tell(_ line: String) -> String {
        guard let window else { return "\n\(line)\n" }
        if held.count < Self.mostHeld { held.append(line) }
        guard line.count >= window.columns else {
            notice = line
            return draw()
        }
        return "\u{1b}[m\r\n\(line)\r\n"
    }

    /// Who types, and the keys.
    mutating func show(status text: String?) -> String {
        guard text != status || isStale else { return "" }
        status = text
        return draw()
    }

    /// The client's window is another one.
    mutating func resize(_ window: TerminalSize) -> String {
        guard self.window != nil, window != self.window, window.rows >= 8, window.columns >= 20 else { return "" }
        self.window = window
        filter.target = target
        return "\u{1b}7\u{1b}[?6l" + Self.region(rows ?? 1) + "\u{1b}8\u{1b}[J" + draw()
    }

    /// The end: the terminal is as it was, below everything that was written.
    mutating func close() -> String {
        let rest = String(decoding: filter.finish(), as: UTF8.self)
        guard let window else { return rest + "\n" }
        return rest + String(decoding: filter.restoration, as: UTF8.self)
            + "\u{1b}[?6l\u{1b}[r\u{1b}[m\u{1b}[\(window.rows - Self.footer);1H\r\n\u{1b}[J"
    }

    /// The rows below, unless the shell's program keeps a cursor position at this moment: drawing needs its place (DECSC).
    private mutating func draw() -> String {
        guard let window else { return "" }
        isStale = filter.keepsCursor
        if isStale { return "" }
        func fitted(_ text: String) -> String { String(text.prefix(window.columns - 1)) }
        // ESC 8 also brings back origin mode, colours and character set.
        return "\u{1b}7\u{1b}[?6l\u{1b}(B\u{0f}\u{1b}[m\u{1b}[\(window.rows - 1);1H\(fitted(notice))\u{1b}[K"
            + "\u{1b}[\(window.rows);1H\u{1b}[7m\(fitted(status ?? ""))\u{1b}[m\u{1b}[K\u{1b}8"
    }

    private static func region(_ rows: Int) -> String { "\u{1b}[1;\(rows)r" }
}
