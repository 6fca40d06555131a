import Glibc
import NIOCore
import RelayAPI
import SupportChannel
import TerminalText
import Transcripts

extension SessionHolder {
    /// Does what one command asks for.
    @Sendable func perform(_ action: IncomingAction) async throws {
        if let end { throw Refusal(status: 410, message: end.sentence) }
        do {
            switch action.name {
            case "run", "shell", "logs", "diagnose": try await forward(action)
            case "get", "put", "forward": try await forward(action)
            case "connection": try await carryConnection(action)
            case "names": try await names(action)
            case "status": try await answer(action, await distantStatus())
            case "pause": try await pause(action)
            case "resume": try await resume(action)
            case "note": try await note(action)
            case "category": try await category(action)
            case "end": try await end(action)
            default: throw Refusal(status: 404, message: "there is no such action: \(TerminalText.name(action.name))")
            }
        } catch let problem as RelayAPI.Problem {
            throw Refusal(status: 409, message: problem.message)
        } catch let error as RelayAPIError {
            throw Refusal(status: 502, message: error.description)
        } catch let error as OperatorError {
            throw Refusal(status: 409, message: error.description)
        } catch let error where !(error is Refusal || error is CancellationError) {
            await settle()
            throw Refusal(status: 410, message: end?.sentence ?? OperatorError.sentence(for: error))
        }
    }

    private func distantStatus() async -> HolderStatus {
        var status = status
        let time = await session.connection?.roundTrip()
        status.roundTripMilliseconds = time.map { max(1, ($0.nanoseconds + 500_000) / 1_000_000) }
        return status
    }

    private func answer(_ action: IncomingAction, _ value: some Encodable) async throws {
        try await action.accept().send(.result, json: value)
    }

    /// Names for the Tab key: nothing of the client's is shown, so it is no action of the closing statement at either end.
    private func names(_ action: IncomingAction) async throws {
        let parameters = try action.parameters(as: NamesParameters.self)
        try await answer(action, try await session.agent.ask("names", parameters, as: NamesResult.self))
    }

    private func pause(_ action: IncomingAction) async throws {
        state.withLock { $0.isPausing = true }
        defer { state.withLock { $0.isPausing = false } }
        let record = try await askingAgain { try await relay.pause(session: session.id) }
        setPaused(true, byClient: false)
        recorder.note("paused by the operator")
        try await tell("pause", Empty())
        try await answer(action, record)
    }

    private func resume(_ action: IncomingAction) async throws {
        let record = try await relay.resume(session: session.id)
        setPaused(false, byClient: false)
        recorder.note("the operator let it go on")
        try await tell("resume", Empty())
        try await answer(action, record)
    }

    private func note(_ action: IncomingAction) async throws {
        let parameters = try action.parameters(as: NoteParameters.self)
        let record = try await relay.note(session: session.id, text: parameters.text)
        recorder.note("note: \(TerminalText.name(parameters.text, limit: 1000))")
        try await tell("note", parameters)
        try await answer(action, record)
    }

    private func category(_ action: IncomingAction) async throws {
        let category = try action.parameters(as: CategoryRequest.self).category
        guard session.categories.contains(category) else {
            let known = session.categories.joined(separator: ", ")
            throw Refusal(status: 404, message: "the contract has no category \"\(category)\" (it has \(known))")
        }
        let record = try await askingAgain { try await relay.category(session: session.id, category: category) }
        // What the client pays may be less from now on, and that is theirs to know.
        let note = NoteParameters(text: "kind of work: \(category)")
        recorder.note("note: \(note.text)")
        try await tell("note", note)
        try await answer(action, record)
    }

    private func end(_ action: IncomingAction) async throws {
        let outcome = try await end(action.parameters(as: EndRequest.self))
        defer { leave() }
        try await answer(action, outcome)
    }

    /// Tells the agent something that it shows to the client.
    private func tell(_ name: String, _ parameters: some Encodable & Sendable) async throws {
        try await session.agent.tell(name, parameters)
    }

    /// Lets an action through to the agent: frames both ways, each waiting until the one before was taken.
    private func forward(_ action: IncomingAction) async throws {
        noteAsked(.init(name: action.name, parameters: Array(action.parameters.readableBytesView)))
        try await session.agent.perform(action.name, parameters: action.parameters) { replies, requests in
            let entry = recorder.begin(action.name, parameters: action.parameters)
            defer { entry.end() }
            let answers = try await action.accept()
            try await withThrowingTaskGroup(of: Void.self) { group in
                // A command that vanished shows here first: the error ends the group, and with it the agent's work.
                group.addTask { try await Self.pump(action.input, to: requests) }
                group.addTask { await self.tell(action.name, answers) }
                group.addTask {
                    do {
                        try await Self.pass(
                            replies,
                            to: answers,
                            entry,
                            isSilent: ["run", "shell"].contains(action.name)
                        )
                        throw Finished()
                    } catch let error as Finished {
                        throw error
                    } catch {
                        try await self.sayGoodbye(to: answers, action.name, error)
                        throw Finished()
                    }
                }
                do {
                    while try await group.next() != nil {}
                } catch is Finished {
                    group.cancelAll()
                }
            }
        }
    }

    /// Whoever typed a command reads what happens to the session meanwhile.
    private func tell(_ name: String, _ answers: ActionReplies) async {
        guard ["run", "shell", "logs"].contains(name) else { return }
        for await sentence in sentences.sentences() {
            let notice = LogNotice(source: -1, message: sentence, isFailure: false)
            guard (try? await answers.send(.notice, json: notice)) != nil else { return }
        }
    }

    /// The agent's answers go to the command, to the result that ends them.
    ///
    /// - Throws: `SupportChannelError` (`closed`) where the stream ends before: a connection that this side closes ends its streams in
    ///   silence.
    ///
    /// - Parameter isSilent: whether the agent has no notices to give for this action: what it says all the same would be taken for this
    ///   program's word.
    private static func pass(
        _ replies: ActionInput,
        to answers: ActionReplies,
        _ entry: RecordedAction,
        isSilent: Bool
    ) async throws {
        var hasResult = false
        while let frame = try await replies.next() {
            hasResult = frame.kind == .result
            entry.take(frame)
            if isSilent, frame.kind == .notice { continue }
            try await answers.send(frame)
        }
        guard hasResult else { throw SupportChannelError(kind: .closed, diagnostics: "without a result") }
    }

    /// Input of the command goes to the agent. An agent that takes none any more is no failure: what it answers says how it went.
    private static func pump(_ input: ActionInput, to requests: ActionRequests) async throws {
        var isTaken = true
        while let frame = try await input.next() {
            guard isTaken else { continue }
            do {
                try await requests.send(frame)
            } catch {
                isTaken = false
            }
        }
    }

    /// The agent's side has said everything, or is gone.
    private struct Finished: Error {}

    /// The stream to the agent broke while the command is still there: it learns why, in the form in which it waits for an answer.
    private func sayGoodbye(to answers: ActionReplies, _ name: String, _ error: any Error) async throws {
        try Task.checkCancellation()
        await settle()
        let sentence = end?.sentence ?? "the client's program broke off: \(OperatorError.sentence(for: error))"
        if name == "logs" {
            try await answers.send(.notice, json: LogNotice(source: -1, message: sentence, isFailure: true))
        } else {
            try await answers.send(.result, json: RunResult(status: 255, message: sentence))
        }
    }

    /// Streams break a moment before it is known why: gives the reason that moment.
    private func settle() async {
        for _ in 0..<20 where end == nil {
            try? await Task.sleep(for: .milliseconds(25))
        }
    }
}
