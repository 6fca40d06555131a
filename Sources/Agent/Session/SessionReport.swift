import RelayAPI
import TerminalText

/// What the client reads when a session is over.
struct SessionReport {
    /// For the screen.
    let lines: [String]
    /// For standard error, where it failed.
    let complaint: String?

    init(_ outcome: SessionOutcome) {
        let phrases = outcome.phrases
        let own = Self.figures(outcome)
        (lines, complaint) =
            switch outcome.ending {
            case .byOperator(let end):
                (
                    [phrases.endedByOperator(outcome.operatorName)]
                        + (end.summary.map { [phrases.summary(TerminalText.name($0, limit: 1000))] } ?? [])
                        + [
                            phrases.times(
                                connected: Phrases.clock(end.rawSeconds),
                                billed: Phrases.clock(end.billedSeconds)
                            )
                        ],
                    nil
                )
            case .byClient: ([phrases.endedByClient] + own, nil)
            case .idle(let seconds): ([phrases.endedIdle(phrases.duration(seconds))] + own, nil)
            case .longest(let seconds): ([phrases.endedLongest(phrases.duration(seconds))] + own, nil)
            case .lost: ([], phrases.lost(Phrases.clock(outcome.connectedSeconds)))
            case .left: ([phrases.leftBeforeSession], nil)
            case .operatorLeft: ([], phrases.operatorLeft)
            case .declined: ([phrases.declined], nil)
            case .unanswered(let seconds): ([phrases.noAnswer(phrases.duration(seconds))], nil)
            case .badTerms(let error): ([], phrases.badTerms(error.diagnostics))
            case .consentFailed(let reason): ([], phrases.consentFailed(reason))
            }
    }

    private static func figures(_ outcome: SessionOutcome) -> [String] {
        let phrases = outcome.phrases
        if let record = outcome.record {
            return [
                phrases.times(connected: Phrases.clock(record.rawSeconds), billed: Phrases.clock(record.billedSeconds))
            ]
        }
        let failure = outcome.recordFailure.map { [phrases.endNotRecorded($0)] } ?? []
        return [phrases.connected(Phrases.clock(outcome.connectedSeconds))] + failure
    }
}
