import RelayAPI
import TerminalText
import Transcripts

extension SessionHolder {
    /// Begins to write down what happens, where the contract lets it be kept. A disk that cannot take it is told of once.
    func keepTranscript(in home: OperatorHome) {
        recorder.keep(in: home.transcripts) { [heard] error in
            let sentence = "what happens is not recorded (any more): \(error); the session goes on"
            Task { await heard(sentence) }
        }
    }
}

extension TranscriptRecorder {
    /// A recorder of a session whose clock starts now, or started in an earlier process.
    static func of(_ session: OpenSession) -> TranscriptRecorder {
        let start = ContinuousClock.now - session.elapsedBefore
        let about = TranscriptAbout(
            session: session.id,
            contract: TerminalText.name(session.contract),
            operator: TerminalText.name(session.consent.operator.name),
            machine: session.machine,
            startedAt: session.startedAt.seconds,
            retentionDays: session.transcriptRetentionDays
        )
        let clock = TranscriptClock(
            now: { ContinuousClock.now - start },
            epochSeconds: { Timestamp.now.seconds }
        )
        return TranscriptRecorder(about, words: .english, clock: clock)
    }
}
