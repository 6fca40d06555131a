import CEditLine
import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// Lines typed on a terminal, with the system's line editor, a history, completion, and a status line above the prompt.
///
/// The status line is there only while somebody looks at a prompt: it is drawn anew in its place, and taken away when the line is
/// finished, so that nothing of it comes between a command and its output. Whatever else has to be said meanwhile is said above it.
///
/// `@unchecked Sendable`: the editor, its history, its input and `drawn` belong to `thread`, which has one thread; everything that
/// touches them runs there. Others only reach `state`, which is a mutex, and write to the wake descriptor, which is a constant.
final class EditedLines: LineSource, @unchecked Sendable {
    private let thread = NIOThreadPool(numberOfThreads: 1)
    private let wakeUp: (read: CInt, write: CInt)
    private let editor: OpaquePointer
    private let history: LineHistory
    private let input: UnsafeMutablePointer<lotse_line_input>
    private let isDumb: Bool
    private let hasColour: Bool
    private let state = Mutex(State())

    private struct State {
        /// Whether somebody looks at a prompt.
        var isReading = false
        /// Ctrl-C came, or nobody waits any more.
        var isInterrupted = false
        var isLeaving = false
        var isResized = false
        var status: StatusLine?
        /// What waits to be said.
        var asides: [Aside] = []
    }

    /// What is on the screen: how wide the prompt is, and what stands above it. Belongs to `thread`.
    private var drawn = Drawing()
    private var completer: (@Sendable (TypedWord) async -> Candidates)?

    private struct Drawing {
        var prompt = 0
        var status: String?
        var isPaused: Bool?
        var columns = 80
    }

    /// An editor on the terminal of standard input, with the history in the file at `historyPath`.
    init(historyPath: String) throws {
        var ends: [CInt] = [-1, -1]
        guard pipe(&ends) == 0 else { throw IOError(errnoCode: errno, reason: "pipe") }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        // libedit converts lines by the locale; the terminal speaks UTF-8 whatever the locale says.
        setlocale(LC_CTYPE, "C.UTF-8")
        guard let editor = lotse_line_editor() else {
            throw OperatorError(
                .usage,
                "the line editor does not work on this terminal (use lotse connect --background)"
            )
        }
        do {
            history = try LineHistory(path: historyPath)
        } catch {
            el_end(editor)
            throw error
        }
        self.wakeUp = (ends[0], ends[1])
        self.editor = editor
        self.input = .allocate(capacity: 1)
        let terminal = getenv("TERM").map { String(cString: $0) } ?? ""
        isDumb = terminal.isEmpty || terminal == "dumb" || isatty(STDOUT_FILENO) == 0
        hasColour = getenv("NO_COLOR").map { $0.pointee == 0 } ?? true
        input.initialize(to: lotse_line_input())
        input.pointee.input = STDIN_FILENO
        input.pointee.wake = ends[0]
        input.pointee.owner = Unmanaged.passUnretained(self).toOpaque()
        input.pointee.woken = { owner in EditedLines.of(owner).map { $0.woken() ? 1 : 0 } ?? 0 }
        input.pointee.tab = { owner in EditedLines.of(owner)?.complete() ?? CC_ERROR }
        lotse_line_set_up(editor, input, history.handle)
        thread.start()
    }

    deinit {
        // No task waits here any more: each holds a reference to this object.
        el_end(editor)
        history.release()
        input.deallocate()
        Glibc.close(wakeUp.read)
        Glibc.close(wakeUp.write)
        thread.shutdownGracefully { _ in }
    }

    private static func of(_ owner: UnsafeMutableRawPointer?) -> EditedLines? {
        owner.map { Unmanaged<EditedLines>.fromOpaque($0).takeUnretainedValue() }
    }

    // MARK: - From any thread

    func next(_ prompt: LinePrompt) async throws -> LineEvent {
        try await withTaskCancellationHandler {
            try Task.checkCancellation()
            let event = try await thread.runIfActive { self.read(prompt) }
            try Task.checkCancellation()
            return event
        } onCancel: {
            state.withLock { $0.isLeaving = true }
            interrupt()
        }
    }

    func interrupt() {
        state.withLock { $0.isInterrupted = true }
        wake()
    }

    func show(_ status: StatusLine) {
        let isNew = state.withLock { state in
            guard state.isReading, state.status != status, !isDumb else { return false }
            state.status = status
            return true
        }
        if isNew { wake() }
    }

    /// The window has another size.
    func resize() {
        state.withLock { $0.isResized = true }
        wake()
    }

    func aside(_ body: @Sendable () async -> Void) async {
        let aside = state.withLock { state -> Aside? in
            guard state.isReading else { return nil }
            let aside = Aside()
            state.asides.append(aside)
            return aside
        }
        guard let aside else {
            // What runs may have left the cursor inside of a row.
            _ = Glibc.write(STDERR_FILENO, "\n", 1)
            return await body()
        }
        wake()
        await aside.say(body)
    }

    /// Where the pipe is full there is a reason to look already.
    private func wake() { _ = Glibc.write(wakeUp.write, [0], 1) }

    // MARK: - On the editor's thread

    private func read(_ prompt: LinePrompt) -> LineEvent {
        completer = prompt.completer
        drain()
        let isInterrupted = state.withLock { state in
            guard !state.isInterrupted else {
                state.isInterrupted = false
                return true
            }
            state.isReading = true
            state.isResized = false
            state.status = isDumb ? nil : prompt.status
            return false
        }
        guard !isInterrupted else { return .interrupted }
        defer { finishReading() }
        el_resize(editor)
        setPrompt(isDumb ? (prompt.status.map { $0.clock } ?? "") + prompt.text : prompt.text)
        beginRow()
        drawStatus()
        var count: CInt = 0
        guard let line = el_gets(editor, &count) else {
            guard count < 0 else {
                removeStatus()
                lotse_line_flush()
                return .end
            }
            if state.withLock({ $0.isLeaving }) { clear() } else { removeStatus() }
            lotse_line_flush()
            el_reset(editor)
            state.withLock { $0.isInterrupted = false }
            return .interrupted
        }
        removeStatus(isFinished: true)
        lotse_line_flush()
        var text = String(cString: line)
        if text.hasSuffix("\n") { text.removeLast() }
        if completer != nil { history.remember(text) }
        return .line(text)
    }

    /// Nobody looks at a prompt any more; what still waits to be said has its turn now.
    private func finishReading() {
        let asides = state.withLock { state in
            defer { (state.isReading, state.asides, state.status) = (false, [], nil) }
            return state.asides
        }
        for aside in asides { aside.begin() }
    }

    private func setPrompt(_ prompt: String) {
        withUnsafeMutableBytes(of: &input.pointee.prompt) { room in
            let text = Array(prompt.utf8.prefix(room.count - 1)) + [0]
            room.copyBytes(from: text)
        }
        drawn.prompt = prompt.count
    }

    private func drain() {
        var bytes: [UInt8] = Array(repeating: 0, count: 64)
        while Glibc.read(wakeUp.read, &bytes, bytes.count) > 0 {}
    }

    /// Something wants the screen, or the line is given up.
    ///
    /// - Returns: Whether the line goes on.
    private func woken() -> Bool {
        drain()
        let (isInterrupted, asides, status, isResized) = state.withLock { state in
            defer { (state.asides, state.isResized) = ([], false) }
            return (state.isInterrupted, state.asides, state.status, state.isResized)
        }
        let text = status.map { $0.text(columns: columns) }
        // A window may be wider for a moment than anybody was told, and a line of several rows be fewer: for the clock's next second alone
        // nothing is risked that stands above.
        let isShort = lotse_line_row(editor, CInt(drawn.prompt), CInt(columns), 1) == 0
        let ticks = text != drawn.status && (isShort || status?.isPaused != drawn.isPaused)
        if !asides.isEmpty || isResized || ticks {
            above {
                guard !asides.isEmpty else { return }
                lotse_line_flush()
                for aside in asides { aside.begin() }
            }
        }
        return !isInterrupted
    }

    // MARK: - The screen

    private var size: (columns: Int, rows: Int) {
        let size = RawTerminal.size
        return (max(size.columns, 2), max(size.rows, 2))
    }
    private var columns: Int { size.columns }

    /// Takes status, prompt and line off the screen, lets `body` write in their place, and draws them below that.
    private func above(_ body: () -> Void) {
        el_resize(editor)
        clear()
        body()
        drawStatus()
        lotse_line_redraw(editor)
    }

    /// The cursor is where the status line stood, and nothing is below it.
    private func clear() {
        if isDumb { return lotse_line_write("\n") }
        let size = size
        let anew = rows(in: size.columns)
        // Where nobody knows whether rows were broken anew or cut, less is taken away: what stands above is not ours.
        let rise = breaksRowsAnew ? anew : min(rows(in: drawn.columns), anew)
        lotse_line_write(rise < size.rows ? Self.up(rise) + "\r\u{1b}[J" : "\r\n")
        drawn.status = nil
    }

    /// Rows from the status line's first to the cursor's, where a window has so many columns.
    private func rows(in columns: Int) -> Int {
        let status = drawn.status.map { Self.rows(of: $0, in: columns) } ?? 0
        return status + Int(lotse_line_row(editor, CInt(drawn.prompt), CInt(columns), 0))
    }

    private static func rows(of text: String, in columns: Int) -> Int { max((text.count + columns - 1) / columns, 1) }

    /// Whether the terminal is one of those that break long rows anew when the window's width changes; others cut them.
    private let breaksRowsAnew = [
        "TMUX", "VTE_VERSION", "KITTY_WINDOW_ID", "KONSOLE_VERSION", "WEZTERM_PANE", "ALACRITTY_WINDOW_ID",
        "ITERM_SESSION_ID", "WT_SESSION",
    ]
    .contains { (name: String) in getenv(name) != nil }

    /// Goes to a row of its own where something stands in this one: a row of blanks wraps then, and else it does not (xterm's pending
    /// wrap, which the common terminals have).
    private func beginRow() {
        guard !isDumb else { return }
        lotse_line_write(String(repeating: " ", count: columns) + "\r\u{1b}[K")
    }

    private func drawStatus() {
        let size = size
        drawn.columns = size.columns
        let line = state.withLock { $0.status }
        drawn.isPaused = line?.isPaused
        drawn.status = line?.text(columns: size.columns)
        guard let status = drawn.status else { return }
        lotse_line_write(hasColour ? "\u{1b}[2m\(status)\u{1b}[m\r\n" : "\(status)\r\n")
    }

    /// The line stays, the status above it goes, and the cursor stands behind it.
    ///
    /// - Parameter isFinished: whether the cursor is in the row below the line already.
    private func removeStatus(isFinished: Bool = false) {
        guard let status = drawn.status else { return }
        drawn.status = nil
        let size = size
        guard size.columns == drawn.columns || breaksRowsAnew else { return }
        let above = Self.rows(of: status, in: size.columns)
        let last = Int(lotse_line_row(editor, CInt(drawn.prompt), CInt(size.columns), 1))
        let now = isFinished ? last : Int(lotse_line_row(editor, CInt(drawn.prompt), CInt(size.columns), 0))
        guard last + above < size.rows else { return }
        lotse_line_write(Self.up(now + above) + "\r\u{1b}[\(above)M" + (last > 0 ? "\u{1b}[\(last)B" : ""))
    }

    private static func up(_ rows: Int) -> String { rows > 0 ? "\u{1b}[\(rows)A" : "" }

    // MARK: - Completion

    private func complete() -> CInt {
        guard let completer, let info = el_line(editor)?.pointee, let buffer = info.buffer, let cursor = info.cursor
        else {
            return CC_ERROR
        }
        let bytes = UnsafeRawBufferPointer(start: buffer, count: max(cursor - buffer, 0))
        guard let word = TypedWord(String(decoding: bytes, as: UTF8.self)),
            let candidates = candidates(completer, word)
        else { return CC_ERROR }
        if let note = candidates.note {
            above { lotse_line_write("lotse: \(note)\n") }
            return CC_NORM
        }
        switch candidates.effect(on: word) {
        case .nothing: return CC_ERROR
        case .replace(let text):
            el_deletestr(editor, CInt(word.raw.unicodeScalars.count))
            return el_insertstr(editor, text) == 0 ? CC_REFRESH : CC_ERROR
        case .list(let names):
            let size = size
            above { lotse_line_write(NameColumns.text(names, columns: size.columns, rows: size.rows - 6)) }
            return CC_NORM
        }
    }

    /// Waits for what a word could become, while the status line goes on; Ctrl-C gives up, and with it the line.
    private func candidates(
        _ completer: @escaping @Sendable (TypedWord) async -> Candidates,
        _ word: TypedWord
    ) -> Candidates? {
        let answer = Answer()
        // The editor's thread is no task; this one ends with the answer, or when nobody waits for it.
        let task = Task {
            let candidates = await completer(word)
            answer.value.withLock { $0 = candidates }
            wake()
        }
        defer { task.cancel() }
        while true {
            if let candidates = answer.value.withLock({ $0 }) { return candidates }
            var event = pollfd(fd: wakeUp.read, events: Int16(POLLIN), revents: 0)
            guard poll(&event, 1, -1) > 0 || errno == EINTR else { return nil }
            guard woken() else {
                // For the editor to see too.
                wake()
                return nil
            }
        }
    }

    private final class Answer: Sendable {
        let value = Mutex<Candidates?>(nil)
    }
}
