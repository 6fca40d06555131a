import NIOCore
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
        let allowed = filter.withLock { $0.append(bytes.readableBytesView) }
        try await output.writeOwn(allowed)
    }

    /// Gives the terminal back as it was found.
    func leave() async {
        // First the mode, which needs nobody to take anything; then what the programs over there left behind.
        RawTerminal.leave()
        let rest = filter.withLock { $0.finish() + $0.restoration }
        try? await withDeadline(.seconds(1)) { [output] in try await output.writeOwn(rest) }
    }
}
