import Synchronization
import TerminalText

/// Where a screen's bytes go.
public protocol ScreenOutput: Sendable {
    /// Whether lines may be redrawn.
    var isTerminal: Bool { get }
    /// Columns; 80 where nobody knows.
    var columns: Int { get }
    /// Rows; 24 where nobody knows.
    var rows: Int { get }
    /// Writes all of it.
    ///
    /// - Returns: Whether somebody can have seen it.
    func write(_ text: String) -> Bool
}

extension ScreenOutput {
    /// What nobody knows.
    public var rows: Int { 24 }
}

/// What the client sees: lines, and on a terminal one status line below them.
///
/// The status line is cleared before another line is written and drawn again behind it. As the last of several filters
/// every line passes ``TerminalText``: a control character that got this far is shown as `\xNN`.
public final class ClientScreen: Sendable {
    struct State {
        var status: String?
        var isDrawn = false
        var isBroken = false
        /// A shell that has the screen.
        var shell: LiveShell?
    }

    let output: any ScreenOutput
    let state = Mutex(State())

    /// A screen on `output`.
    public init(_ output: any ScreenOutput) { self.output = output }

    /// Whether there is a terminal.
    public var isTerminal: Bool { output.isTerminal }

    /// Writes a line.
    ///
    /// - Returns: Whether the client can have seen it.
    @discardableResult
    func line(_ text: String) -> Bool { lines([text]) }

    /// Writes lines that stay together.
    @discardableResult
    func lines(_ lines: [String]) -> Bool {
        let text = lines.map { Self.safe($0) + "\n" }.joined()
        return state.withLock { state in
            if state.shell != nil {
                var told = ""
                for line in lines { told += state.shell?.tell(Self.safe(line)) ?? "" }
                return write(told, &state)
            }
            var bytes = state.isDrawn ? Self.clear : ""
            bytes += text
            state.isDrawn = state.status != nil
            bytes += state.status ?? ""
            return write(bytes, &state)
        }
    }

    /// Asks for input on the same line.
    func prompt(_ text: String) {
        state.withLock { state in
            let bytes = state.isDrawn ? Self.clear : ""
            state.isDrawn = false
            state.status = nil
            _ = write(bytes + Self.safe(text), &state)
        }
    }

    /// Draws the status line, or with `nil` takes it away. Does nothing where there is no terminal.
    func status(_ text: String?) {
        guard output.isTerminal else { return }
        state.withLock { state in
            // One column stays free: a full line makes some terminals begin the next one.
            let line = text.map { String(Self.safe($0).prefix(max(output.columns - 1, 1))) }
            if let drawn = state.shell?.show(status: line) {
                state.status = line
                _ = write(drawn, &state)
                return
            }
            if line == state.status && state.isDrawn == (line != nil) { return }
            let bytes = state.isDrawn ? Self.clear : ""
            state.status = line
            state.isDrawn = line != nil
            _ = write(bytes + (line ?? ""), &state)
        }
    }

    func write(_ text: String, _ state: inout State) -> Bool {
        if state.isBroken { return false }
        if text.isEmpty { return true }
        state.isBroken = !output.write(text)
        return !state.isBroken
    }

    /// ECMA-48: carriage return, then erase the line.
    private static let clear = "\r\u{1B}[K"

    private static func safe(_ text: String) -> String {
        String(decoding: TerminalText.visible(text.utf8.map { $0 == 0x0A ? 0x20 : $0 }), as: UTF8.self)
    }
}

extension ClientScreen {
    /// Shows a sentence outside of a session; a terminal gets it in lines that break between words.
    public func notice(_ text: String) {
        lines(isTerminal ? TerminalText.wrapped(text, columns: output.columns) : [text])
    }
}
