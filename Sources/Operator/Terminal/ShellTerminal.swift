import NIOCore
import SupportChannel
import Synchronization
import TerminalText

/// The operator's terminal as a shell of another machine sees it: raw, and behind a filter.
final class ShellTerminal: Sendable {
    private let output: OutputDescriptor
    private let filter = Mutex(TerminalFilter())

    init(_ output: OutputDescriptor) { self.output = output }

    /// - Returns: Whether it was possible.
    func enter() -> Bool { RawTerminal.enter() }

    /// Shows what the other machine wrote, as far as it is allowed.
    func write(_ bytes: ByteBuffer) async throws {
        let allowed = filter.withLock { filter in
            var bytes = filter.append(bytes.readableBytesView)
            if case .rows(let rows) = filter.target, filter.takeDisturbance() == .margins { bytes += Self.region(rows) }
            return bytes
        }
        try await output.writeOwn(allowed)
    }

    /// The terminal over there has this size. Where it has fewer rows than this window, it is drawn within those: what scrolls there
    /// would not scroll here.
    func fit(_ size: TerminalSize) async throws {
        let bytes = filter.withLock { filter in
            let wasWhole = filter.target == .terminal
            let below = RawTerminal.size.rows - size.rows
            filter.target = below <= 0 ? .terminal : .rows(size.rows)
            guard below > 0 else { return wasWhole ? [] : Self.region(nil) }
            return (wasWhole ? [] : Self.region(nil)) + Self.making(below) + Self.region(size.rows)
        }
        try await output.writeOwn(bytes)
    }

    /// Leaves at least so many rows below the cursor, in whose row nothing changes: below the rows that scroll a line feed at the end of
    /// the window would go nowhere.
    private static func making(_ rows: Int) -> [UInt8] {
        Array(repeating: UInt8(ascii: "\n"), count: rows) + Array("\u{1b}[\(rows)A".utf8)
    }

    /// Sets the rows that scroll, all where nil, and leaves the cursor where it is (DECSTBM moves it).
    private static func region(_ rows: Int?) -> [UInt8] {
        Array("\u{1b}7\u{1b}[?6l\u{1b}[\(rows.map { "1;\($0)" } ?? "")r\u{1b}8".utf8)
    }

    /// Gives the terminal back as it was found.
    func leave() async {
        // First the mode, which needs nobody to take anything; then what the programs over there left behind.
        RawTerminal.leave()
        let rest = filter.withLock { filter in
            filter.finish() + (filter.target == .terminal ? [] : Self.region(nil)) + filter.restoration
        }
        try? await withDeadline(.seconds(1)) { [output] in try await output.writeOwn(rest) }
    }
}
