import NIOCore
import SupportChannel
import TerminalText

extension AgentSession {
    /// Runs one command: shown first, then run from the same argument vector.
    func run(_ action: IncomingAction) async throws {
        let parameters = try action.parameters(as: RunParameters.self)
        let arguments = parameters.arguments
        let line = TerminalText.commandLine(arguments)
        try permit(arguments, line)
        let request: CommandRequest
        do {
            request = try CommandRequest(
                arguments: arguments,
                timeout: parameters.timeoutMilliseconds.map { .milliseconds(max($0, 0)) }
            )
        } catch {
            throw refuse(line, Refusal(status: 400, message: error.description))
        }
        var work = begin()
        try await askForApproval(work, .run, action, work.phrases.asksToRun(work.number, line))
        work.startedAt = time.now
        guard show(work.phrases.runs(work.number, line)) else { throw Self.unseen }
        try await withReader(action, work) { [work] replies, queue, signals in
            let result = await self.result(of: request, work, queue, signals, replies)
            let text = self.told(work, result)
            self.show(text)
            try await replies.send(.result, json: Self.reply(result, text))
        }
    }

    private func permit(_ arguments: [String], _ line: String) throws {
        let offer = try offer(allowing: .run, line, otherwise: "the client does not allow commands")
        // An empty vector is the request's own mistake, and gets its own sentence.
        guard arguments.isEmpty || offer.contract.access.commands.allows(arguments) else {
            let refusal = Refusal(status: 403, message: "the contract does not allow this command")
            throw refuse(line, refusal, phrases.isNotInContract)
        }
    }

    enum Ended: Sendable {
        case result(CommandResult)
        case stopped
    }

    private func result(
        of request: CommandRequest,
        _ work: Work,
        _ queue: CommandInputQueue,
        _ signals: CommandSignals,
        _ replies: ActionReplies
    ) async -> Ended {
        do {
            let result = try await working(work, .run) { [runner] in
                try await runner.run(request, input: queue, signals: signals) { output in
                    switch output {
                    case .standardOutput(let bytes): try await replies.send(ActionFrame(.output, bytes))
                    case .standardError(let bytes): try await replies.send(ActionFrame(.errorOutput, bytes))
                    }
                }
            }
            return .result(result)
        } catch is CancellationError {
            return .stopped
        } catch {
            // The operator's side is gone, or broke off this one action; the runner has ended the command.
            return .stopped
        }
    }

    func told(_ work: Work, _ ended: Ended) -> String {
        let time = work.phrases.elapsed(self.time.now - work.startedAt)
        return switch ended {
        case .stopped: work.phrases.stopped(work.number, after: time)
        case .result(.exited(let status)): work.phrases.exited(work.number, status: status, after: time)
        case .result(.signalled(let signal)): work.phrases.signalled(work.number, signal: signal, after: time)
        case .result(.timedOut): work.phrases.timedOut(work.number, after: time)
        case .result(.notFound(let reason)), .result(.notExecutable(let reason)), .result(.failed(let reason)):
            work.phrases.failed(work.number, TerminalText.name(reason, limit: 400))
        }
    }

    static func reply(_ ended: Ended, _ text: String) -> RunResult {
        switch ended {
        case .stopped: RunResult(status: 255, message: "the session ended while this ran")
        case .result(.signalled(let signal)): RunResult(status: 128 + signal, signal: signal)
        case .result(.timedOut): RunResult(status: 124, message: "its time was up")
        case .result(let result): RunResult(status: result.status, message: result.reason)
        }
    }

    /// Accepts an action, and reads what the operator sends while `body` works.
    ///
    /// The reading goes on until the operator has said everything, also after `body`: a stream whose reader leaves early is reset,
    /// and the last answer with it. Where the stream breaks, the input breaks, and with it the command.
    private func withReader(
        _ action: IncomingAction,
        _ work: Work,
        _ body: @escaping @Sendable (ActionReplies, CommandInputQueue, CommandSignals) async throws -> Void
    ) async throws {
        let queue = CommandInputQueue()
        let signals = CommandSignals()
        let replies = try await accept(action, work)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { queue.close() }
                try await body(replies, queue, signals)
                try await replies.finish()
            }
            group.addTask {
                do {
                    while let frame = try await action.input.next() {
                        switch frame.kind {
                        case .input: await queue.append(frame.payload)
                        case .inputEnd: queue.finish()
                        case .signal:
                            if let signal = frame.payload.getInteger(at: frame.payload.readerIndex, as: UInt8.self),
                                (1...64).contains(signal)
                            {
                                signals.send(Int32(signal))
                            }
                        default: break
                        }
                    }
                    queue.finish()
                } catch {
                    // Also where the command's input had ended before: the error cancels `body`.
                    queue.fail(error)
                    throw error
                }
            }
            // Not `waitForAll`, which lets the others finish before it tells of an error.
            while try await group.next() != nil {}
        }
    }
}
