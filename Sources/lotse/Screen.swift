import ArgumentParser
import FoundationEssentials
import Glibc
import Operator
import RelayAPI
import TerminalText

/// Where the commands print: results to standard output, everything else to standard error.
enum Screen {
    /// A result.
    static func print(_ text: String) async throws {
        do {
            try await OutputDescriptor.standard.writeOwn(text.utf8.last == UInt8(ascii: "\n") ? text : text + "\n")
        } catch is OutputDescriptor.ReaderIsGone {
            throw ExitCode(128 + SIGPIPE)
        }
    }

    /// A sentence for the person at the terminal.
    @Sendable static func tell(_ sentence: String) async { tellNow(sentence) }

    /// The same without waiting. A list below the sentence, one line for each thing, stays a list.
    @Sendable static func tellNow(_ sentence: String) {
        let texts = sentence.split(separator: "\n").prefix(100).enumerated().map { index, line in
            (index == 0 ? "lotse: " : "  ") + TerminalText.name(String(line), limit: 2000)
        }
        let isTerminal = isatty(STDERR_FILENO) == 1
        let lines = isTerminal ? texts.flatMap { TerminalText.wrapped($0, columns: columns) } : texts
        let bytes = Array(lines.map { $0 + "\n" }.joined().utf8)
        _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    /// A page for the person at the terminal, where standard output belongs to the result.
    static func show(_ page: String) {
        _ = Array("\(page)\n".utf8).withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    /// Writes a page to a file of the person's choice.
    static func save(_ text: String, to file: String) throws { try save(Array(text.utf8), to: file) }

    /// The same with bytes.
    static func save(_ bytes: [UInt8], to file: String) throws {
        do {
            try Data(bytes).write(to: URL(fileURLWithPath: file))
        } catch {
            throw OperatorError(.home, "\(file) cannot be written (check the folder and the disk)")
        }
    }

    /// The width of the terminal behind standard error; 80 where nobody knows.
    private static var columns: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// The relay of the login, with warnings on standard error. Transcripts whose days are over go.
    static func relay() async throws -> Relay {
        let relay = try await Relay.open(OperatorHome.standard(), warn: tellNow)
        relay.home.transcripts.forgetOld(at: Timestamp.now.seconds)
        return relay
    }

    /// Leaves with the status of a command that ran on the client's machine.
    static func leave(with outcome: RemoteRun.Outcome) throws {
        if let message = outcome.message { tellNow(message) }
        if outcome.status != 0 { throw ExitCode(outcome.status) }
    }
}

/// `--session`, for the commands that mean a live session.
struct SessionOption: ParsableArguments {
    @Option(name: .long, help: "Which live session; may be left out where there is only one.")
    var session: String?

    /// Performs a command in that session, with the signals that come meanwhile, and leaves with its status.
    func perform(_ command: (HolderClient, AsyncStream<Int32>) async -> RemoteRun.Outcome) async throws {
        let signals = Signals()
        let numbers = signals.numbers
        let client = try await HolderClient.connect(OperatorHome.standard(), session: session)
        try Screen.leave(with: await command(client, numbers))
    }
}

/// `--json`.
struct JSONFlag: ParsableArguments {
    @Flag(name: .long, help: "Print JSON.")
    var json = false
}
