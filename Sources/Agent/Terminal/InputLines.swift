import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The lines that the client types or a script writes. One task at a time waits for the next.
public final class InputLines: Sendable {
    private struct State {
        var lines: [String] = []
        var isAtEnd = false
        var readsKeys = false
        var arrival = OneShot<Void>()
    }

    /// Whether somebody sits in front of it.
    public let isTerminal: Bool
    private let state = Mutex(State())

    /// Longer lines are cut here, in bytes: neither codes nor answers are long.
    static let longestLine = 256
    /// Lines that nobody waits for; what comes beyond them is dropped.
    static let mostWaiting = 64

    /// Lines that are handed in with ``append(_:)``.
    public init(isTerminal: Bool) { self.isTerminal = isTerminal }

    /// A line came.
    public func append(_ line: String) {
        state.withLock { state in
            guard !state.isAtEnd, state.lines.count < Self.mostWaiting else { return }
            state.lines.append(line)
            state.arrival.trigger()
        }
    }

    /// No more will come.
    public func finish() {
        state.withLock { state in
            state.isAtEnd = true
            state.arrival.trigger()
        }
    }

    /// The next line; `nil` at the end.
    ///
    /// - Throws: `CancellationError`.
    func next() async throws -> String? {
        while true {
            let arrival: OneShot<Void> = state.withLock { state in
                if state.lines.isEmpty && !state.isAtEnd { state.arrival = OneShot() }
                return state.arrival
            }
            if let line = take() { return line }
            if state.withLock({ $0.isAtEnd }) { return nil }
            _ = await arrival.wait()
            try Task.checkCancellation()
        }
    }

    /// From now on every key counts by itself, or again every line. Without a terminal lines stay lines.
    func readKeys(_ reads: Bool) {
        guard isTerminal else { return }
        state.withLock { $0.readsKeys = reads }
        if reads { KeyMode.enter() } else { KeyMode.leave() }
    }

    fileprivate var readsKeys: Bool { state.withLock { $0.readsKeys } }

    /// Forgets what was typed before a question was asked.
    func discardWaiting() { state.withLock { $0.lines = [] } }

    private func take() -> String? {
        state.withLock { $0.lines.isEmpty ? nil : $0.lines.removeFirst() }
    }
}

extension InputLines {
    /// Standard input, read by a thread of its own: a blocking read can be interrupted by nothing else, and the descriptor is
    /// shared with other programs, so that it must not be made non-blocking.
    public static func standardInput() -> InputLines {
        let input = InputLines(isTerminal: isatty(0) == 1)
        let isRead = DetachedThread.run {
            var line: [UInt8] = []
            var block = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = systemRead(0, &block)
                if count < 0 && errno == EINTR { continue }
                if count < 0 && errno == EAGAIN {
                    var wait = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
                    _ = poll(&wait, 1, -1)
                    continue
                }
                if count <= 0 { break }
                if input.readsKeys {
                    // One key is one byte. More at once is a pasted text or an arrow key, and neither answers a question.
                    if count == 1, (0x20..<0x7F).contains(block[0]) {
                        input.append(String(decoding: block[..<1], as: UTF8.self))
                    }
                    continue
                }
                for byte in block[..<count] {
                    if byte == 0x0A {
                        input.append(String(decoding: line, as: UTF8.self))
                        line = []
                    } else if line.count < longestLine {
                        line.append(byte)
                    }
                }
            }
            if !line.isEmpty { input.append(String(decoding: line, as: UTF8.self)) }
            input.finish()
        }
        if !isRead { input.finish() }
        return input
    }
}
