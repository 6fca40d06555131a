import NIOCore

/// Where the console's lines come from.
protocol LineSource: Sendable {
    /// Waits for a line; cancelling ends the waiting for good.
    func next(prompt: String) async throws -> LineEvent
    /// Ends the waiting for a line, which then is `interrupted`.
    func interrupt()
}

/// What came instead of a line, or the line.
enum LineEvent: Sendable, Equatable {
    /// A line without its end.
    case line(String)
    /// Ctrl-C.
    case interrupted
    /// Ctrl-D, or the end of a script.
    case end
}

/// Lines of standard input that nobody types: no prompt, no editing.
actor ScriptedLines: LineSource {
    private let input: StandardInput
    private var buffer = ByteBuffer()
    private var isAtEnd = false

    init(_ input: StandardInput) { self.input = input }

    func next(prompt: String) async throws -> LineEvent {
        while true {
            if let end = buffer.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
                let line = buffer.readString(length: end - buffer.readerIndex) ?? ""
                buffer.moveReaderIndex(forwardBy: 1)
                return .line(line)
            }
            guard !isAtEnd else {
                let rest = buffer.readString(length: buffer.readableBytes) ?? ""
                return rest.isEmpty ? .end : .line(rest)
            }
            if var piece = try await input.next() { buffer.writeBuffer(&piece) } else { isAtEnd = true }
        }
    }

    /// A script is not interrupted line by line.
    nonisolated func interrupt() { input.stop() }
}
