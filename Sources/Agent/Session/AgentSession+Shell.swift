import NIOCore
import SupportChannel
import TerminalText

extension AgentSession {
    /// Opens a shell for the operator, which the client watches and can take back at any moment.
    func shell(_ action: IncomingAction) async throws {
        let parameters = try action.parameters(as: ShellParameters.self)
        let name = phrases.aTerminal
        _ = try offer(allowing: .shell, name, otherwise: "the client does not allow a terminal")
        var work = begin()
        try await askForApproval(work, .shell, action, work.phrases.asksForShell(work.number, operatorName))
        // One at a time: the client watches one screen.
        guard state.withLock({ $0.takeShell(work.number) }) else {
            throw refuse(name, Refusal(status: 409, message: "a terminal is open already"), phrases.isShellOpen)
        }
        work.startedAt = time.now
        let window: ShellWindow
        let replies: ActionReplies
        do {
            window = try open(parameters, work)
            replies = try await accept(action, work)
        } catch {
            leaveShell()
            throw error
        }
        let queue = CommandInputQueue()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [work] in
                defer { queue.close() }
                let ended = await self.result(of: window, parameters.terminal, work, queue, replies)
                self.leaveShell()
                let text = self.told(work, ended)
                self.show(text)
                self.redraw()
                try await replies.send(.result, json: self.reply(ended, text))
                try await replies.finish()
            }
            // Until the operator has said everything: a stream whose reader leaves early is reset, and the last answer with it.
            group.addTask { await self.listen(to: action.input, queue, window, replies) }
            while try await group.next() != nil {}
        }
    }

    /// Gives the screen to the shell, and takes a terminal of the size that both windows have room for.
    private func open(_ parameters: ShellParameters, _ work: Work) throws -> ShellWindow {
        guard show(work.phrases.opensShell(work.number, operatorName)), screen.openShell() else { throw Self.unseen }
        redraw()
        do throws(SystemFailure) {
            return try ShellWindow(parameters.size, within: screen.shellSize())
        } catch {
            let reason = SystemReason.sentence(error.code)
            throw Refusal(status: 500, message: "the client's machine has no terminal to give: \(reason)")
        }
    }

    private func reply(_ ended: Ended, _ text: String) -> RunResult {
        guard case .stopped = ended, !state.withLock({ $0.granted.contains(.shell) }) else {
            return Self.reply(ended, text)
        }
        return RunResult(status: 255, message: "the client took the terminal back")
    }

    private func leaveShell() {
        screen.closeShell()
        state.withLock { $0.shell = nil }
    }

    /// The shell from its start to its end. What the operator sees the client has seen before.
    private func result(
        of window: ShellWindow,
        _ terminal: String,
        _ work: Work,
        _ queue: CommandInputQueue,
        _ replies: ActionReplies
    ) async -> Ended {
        do {
            return .result(
                try await working(work, .shell) { try await self.serve(window, terminal, queue, replies) }
            )
        } catch {
            // Taken back, over, hung up by the operator, or the operator's side is gone.
            return .stopped
        }
    }

    private func serve(
        _ window: ShellWindow,
        _ terminal: String,
        _ queue: CommandInputQueue,
        _ replies: ActionReplies
    ) async throws -> CommandResult {
        try await tell(window, replies)
        // Cancelled when this returns.
        async let _: Void = watch(window, replies)
        let result = try await runner.shell(on: window.terminal, named: terminal, input: queue) { bytes in
            guard self.screen.showShell(bytes.readableBytesView) else { throw Self.unseen }
            self.state.withLock { $0.lastActivity = self.time.now }
            try await replies.send(ActionFrame(.output, bytes))
        }
        return result
    }

    /// The client's window may change at any moment, and nothing tells of it.
    private func watch(_ window: ShellWindow, _ replies: ActionReplies) async {
        while (try? await time.sleep(.seconds(1))) != nil {
            let before = window.current
            window.limit(to: screen.shellSize())
            if window.current != before { try? await tell(window, replies) }
        }
    }

    /// Both ends draw within the rows that the shell's programs know of; else what scrolls there would not scroll here.
    private func tell(_ window: ShellWindow, _ replies: ActionReplies) async throws {
        let size = window.current
        screen.fitShell(size)
        try await replies.send(size.frame)
    }

    /// Takes what the operator types, in order, and what their window's size is.
    ///
    /// While the session is paused nothing is typed: keys that were kept would all come at once when it goes on.
    private func listen(
        to input: ActionInput,
        _ queue: CommandInputQueue,
        _ window: ShellWindow,
        _ replies: ActionReplies
    ) async {
        do {
            while let frame = try await input.next() {
                switch frame.kind {
                case .input:
                    let isPaused = state.withLock { state in
                        state.lastActivity = time.now
                        return state.machine.isPaused
                    }
                    if !isPaused { await queue.append(frame.payload) }
                case .resize:
                    guard let size = TerminalSize(frame.payload) else { continue }
                    window.resize(size)
                    // Also where nothing comes of it: many terminals forget their margins with their size. After the end nobody listens.
                    if screen.shellSize() != nil || !screen.isTerminal { try? await tell(window, replies) }
                case .inputEnd: queue.fail(HungUp())
                default: break
                }
            }
            queue.fail(HungUp())
        } catch {
            queue.fail(error)
        }
    }
}

extension AgentSession.State {
    /// - Returns: Whether there was none.
    fileprivate mutating func takeShell(_ number: Int) -> Bool {
        guard shell == nil else { return false }
        shell = number
        return true
    }
}

// MARK: - What detached itself

extension AgentSession {
    /// Ends what is left of everything that was started, once what runs had its time to end in order.
    func endOffspring() async {
        guard let offspring = runner.offspring else { return }
        // Not a child task: it must not be cut short.
        await Task {
            let clock = ContinuousClock()
            let end = clock.now + self.runner.limits.grace
            while !self.state.withLock({ $0.running.isEmpty }), clock.now < end {
                try? await clock.sleep(for: .milliseconds(5))
            }
            await offspring.end(within: self.runner.limits.patience)
        }.value
    }

    /// Takes away what detached itself and has ended, now and then.
    func tidyOffspring() async {
        guard let offspring = runner.offspring else { return }
        while (try? await Task.sleep(for: .seconds(5))) != nil { offspring.tidy() }
    }
}
