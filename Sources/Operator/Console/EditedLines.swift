import CEditLine
import Glibc
import NIOCore
import NIOPosix

/// Lines typed on a terminal, with the system's line editor and a history.
///
/// `@unchecked Sendable`: the editor, its history and its input belong to `thread`, which has one thread; everything that
/// touches them runs there. Others only write to the wake descriptor, which is a constant.
final class EditedLines: LineSource, @unchecked Sendable {
    private let thread = NIOThreadPool(numberOfThreads: 1)
    private let wakeUp: (read: CInt, write: CInt)
    private let historyPath: String
    private let editor: OpaquePointer
    private let history: OpaquePointer
    private let input: UnsafeMutablePointer<lotse_line_input>

    /// How many lines are remembered.
    private static let historySize: CInt = 1000

    /// An editor on the terminal of standard input, with the history in the file at `historyPath`.
    init(historyPath: String) throws {
        var ends: [CInt] = [-1, -1]
        guard pipe(&ends) == 0 else { throw IOError(errnoCode: errno, reason: "pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        // libedit converts lines by the locale; the terminal speaks UTF-8 whatever the locale says.
        setlocale(LC_CTYPE, "C.UTF-8")
        guard let editor = lotse_line_editor() else {
            throw OperatorError(
                .usage,
                "the line editor does not work on this terminal (use lotse connect --background)"
            )
        }
        guard let history = history_init() else {
            el_end(editor)
            throw IOError(errnoCode: ENOMEM, reason: "history")
        }
        self.wakeUp = (ends[0], ends[1])
        self.historyPath = historyPath
        self.editor = editor
        self.history = history
        self.input = .allocate(capacity: 1)
        input.initialize(to: lotse_line_input())
        input.pointee.input = STDIN_FILENO
        input.pointee.wake = ends[0]
        _ = lotse_history_size(history, Self.historySize)
        _ = lotse_history_load(history, historyPath)
        lotse_line_set_up(editor, input, history)
        thread.start()
    }

    deinit {
        // No task waits here any more: each holds a reference to this object.
        el_end(editor)
        history_end(history)
        input.deallocate()
        close(wakeUp.read)
        close(wakeUp.write)
        thread.shutdownGracefully { _ in }
    }

    func next(prompt: String) async throws -> LineEvent {
        try await withTaskCancellationHandler {
            try Task.checkCancellation()
            let event = try await thread.runIfActive { self.read(prompt) }
            try Task.checkCancellation()
            return event
        } onCancel: {
            interrupt()
        }
    }

    func interrupt() { _ = Glibc.write(wakeUp.write, [0], 1) }

    private func read(_ prompt: String) -> LineEvent {
        withUnsafeMutableBytes(of: &input.pointee.prompt) { room in
            let text = Array(prompt.utf8.prefix(room.count - 1)) + [0]
            room.copyBytes(from: text)
        }
        el_resize(editor)
        var count: CInt = 0
        guard let line = el_gets(editor, &count) else {
            guard count < 0 else { return .end }
            el_reset(editor)
            drain()
            return .interrupted
        }
        var text = String(cString: line)
        if text.hasSuffix("\n") { text.removeLast() }
        if text.contains(where: { !$0.isWhitespace }) {
            _ = lotse_history_enter(history, line)
            _ = lotse_history_save(history, historyPath)
            chmod(historyPath, 0o600)
        }
        return .line(text)
    }

    private func drain() {
        var event = pollfd(fd: wakeUp.read, events: Int16(POLLIN), revents: 0)
        var byte: UInt8 = 0
        while poll(&event, 1, 0) > 0, Glibc.read(wakeUp.read, &byte, 1) == 1 {}
    }
}
