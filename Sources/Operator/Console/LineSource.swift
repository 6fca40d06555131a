import NIOCore

/// Where the console's lines come from.
protocol LineSource: Sendable {
    /// Waits for a line; cancelling ends the waiting for good.
    func next(_ prompt: LinePrompt) async throws -> LineEvent
    /// Shows how the session stands now, where somebody looks at a prompt.
    func show(_ status: StatusLine)
    /// Lets something else be said in `body`, without touching what is being typed.
    func aside(_ body: @Sendable () async -> Void) async
    /// Ends the waiting for a line, which then is `interrupted`.
    func interrupt()
}

extension LineSource {
    func show(_ status: StatusLine) {}
    func aside(_ body: @Sendable () async -> Void) async { await body() }
}

/// What stands before a line, and what helps with typing it.
struct LinePrompt: Sendable {
    /// Behind it the line begins.
    var text: String
    /// How the session stands.
    var status: StatusLine?
    /// Completes the word at the cursor; nil where a line is no command, which then is not remembered either.
    var completer: (@Sendable (TypedWord) async -> Candidates)?
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

    func next(_ prompt: LinePrompt) async throws -> LineEvent {
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
