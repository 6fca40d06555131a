import NIOCore

/// The size of a terminal's window, in characters.
public struct TerminalSize: Sendable, Equatable {
    /// 1 to 1000.
    public let columns: Int
    /// 1 to 1000.
    public let rows: Int

    /// Beyond it no window is real, and programs ask for memory by it.
    public static let largest = 1000

    /// A size; what no window can have is bent to what one can.
    public init(columns: Int, rows: Int) {
        self.columns = min(max(columns, 1), Self.largest)
        self.rows = min(max(rows, 1), Self.largest)
    }

    /// The size in a `resize` frame; nil where it is none: other than 4 bytes, or without columns or rows.
    public init?(_ payload: ByteBuffer) {
        var payload = payload
        guard payload.readableBytes == 4, let columns = payload.readInteger(as: UInt16.self),
            let rows = payload.readInteger(as: UInt16.self), columns > 0, rows > 0
        else { return nil }
        self.init(columns: Int(columns), rows: Int(rows))
    }

    /// The same as a frame.
    public var frame: ActionFrame {
        var payload = ByteBuffer()
        payload.writeInteger(UInt16(clamping: columns))
        payload.writeInteger(UInt16(clamping: rows))
        return ActionFrame(.resize, payload)
    }

    /// What fits into both.
    public func intersection(_ other: TerminalSize) -> TerminalSize {
        TerminalSize(columns: min(columns, other.columns), rows: min(rows, other.rows))
    }
}

/// A shell to open.
public struct ShellParameters: Codable, Sendable {
    /// Columns of the operator's window.
    public var columns: Int
    /// Rows of the operator's window.
    public var rows: Int
    /// What the operator's terminal is called (`TERM`).
    public var terminal: String

    /// Parameters.
    public init(size: TerminalSize, terminal: String) {
        self.columns = size.columns
        self.rows = size.rows
        self.terminal = terminal
    }

    /// The window.
    public var size: TerminalSize { TerminalSize(columns: columns, rows: rows) }
}
