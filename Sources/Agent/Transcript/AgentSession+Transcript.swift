import Contracts
import NIOCore
import Receipts
import RelayAPI
import SupportChannel
import TerminalText
import Transcripts

/// What the client's side keeps of a session: what was done, and what the operator was sent.
extension AgentSession {
    /// Begins to take down what happens; the clock has just started.
    func beginTranscript(_ session: SessionStarted, _ offer: Offer) {
        let phrases = phrases
        let about = TranscriptAbout(
            session: session.session,
            contract: TerminalText.name(offer.contract.contract),
            operator: operatorName,
            machine: settings.machine,
            startedAt: time.epochSeconds,
            retentionDays: offer.contract.privacy.transcriptRetentionDays
        )
        let clock = TranscriptClock(
            now: { [time] in time.now },
            epochSeconds: { [time] in time.epochSeconds }
        )
        let recorder = TranscriptRecorder(about, words: phrases.transcriptWords, clock: clock)
        recorder.keep(in: folder.transcripts) { [screen, time] error in
            screen.line(
                "\(time.wallClock)  \(phrases.transcriptFailed(TerminalText.name(error.description, limit: 200)))"
            )
        }
        state.withLock { $0.transcript = recorder }
    }

    /// Says yes to an action; what is sent from here on is taken down.
    func accept(_ action: IncomingAction, _ work: Work) async throws -> ActionReplies {
        let (recorder, asked) = state.withLock { state in
            (state.transcript, state.approvals.removeValue(forKey: work.number))
        }
        // Who starts the program with `--yes` is asked all the same where they want to be.
        let unasked: ActionRecord.Approval =
            settings.agrees && settings.approval == .session ? .option : .beforehand
        let entry = recorder?.begin(
            action.name,
            parameters: action.parameters,
            number: work.number,
            approval: asked ?? unasked
        )
        if let entry { action.gone.whenComplete { _ in entry.end() } }
        return try await action.accept(observedBy: entry)
    }

    /// Shows a line that belongs into the transcript too.
    func showAndKeep(_ text: String) {
        show(text)
        state.withLock { $0.transcript }?.note(text)
    }

    /// The list of what was done, for the closing statement. What is still under way is being stopped and has a moment to come to its end.
    ///
    /// - Parameter recording: SHA-256 of what the operator's end recorded.
    func sealTranscript(with recording: String?) async throws -> SessionTranscript {
        guard let recorder = state.withLock({ $0.transcript }) else {
            throw Refusal(status: 403, message: "the client has not agreed to a session yet")
        }
        await recorder.settle(within: Self.settlingTime)
        var recordings: [SessionTranscript.End: Digest] = [:]
        recordings[.client] = await recorder.finish()
        if let recording {
            guard let digest = Digest(hex: recording) else {
                throw Refusal(status: 400, message: "the parameters of closing make no sense")
            }
            recordings[.operator] = digest
        }
        let (record, startedAt) = state.withLock { ($0.record, $0.startedAt) }
        return try SessionTranscript(
            salt: SessionTranscript.newSalt(),
            session: record?.session ?? "",
            startedAt: startedAt?.rfc3339 ?? "",
            recordings: recordings,
            actions: recorder.actions
        )
    }

    /// Keeps the list: both have signed for it.
    func keepTranscript() {
        let (recorder, list) = state.withLock { ($0.transcript, $0.closing.list) }
        guard let recorder, let list else { return }
        do {
            try recorder.keep(list)
        } catch {
            show(phrases.transcriptFailed(TerminalText.name(error.description, limit: 200)))
        }
    }

    /// How long actions that are being stopped may take to say how they ended.
    private static let settlingTime: Duration = .seconds(2)

    /// The session is over, also where nobody closed it: what is there stays, and the client hears where.
    func endTranscript() async {
        guard let recorder = state.withLock({ $0.transcript }) else { return }
        await recorder.finish()
        guard let folder = recorder.folder else { return }
        show(phrases.transcriptIsKept(TerminalText.name(folder.path, limit: 4096), days: recorder.retentionDays))
    }
}
