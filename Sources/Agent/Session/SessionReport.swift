import RelayAPI
import TerminalText

/// What the client reads when a session is over.
struct SessionReport {
    /// For the screen.
    let lines: [String]
    /// What it took and comes to, for where no receipt tells.
    let figures: [String]
    /// For standard error, where it failed.
    let complaint: String?

    init(_ outcome: SessionOutcome) {
        let phrases = outcome.phrases
        figures = Self.figures(outcome)
        let failure = outcome.recordFailure.map { [phrases.endNotRecorded($0)] } ?? []
        (lines, complaint) =
            switch outcome.ending {
            case .byOperator(let end):
                (
                    [
                        end.reason.map { phrases.endedByRelay(TerminalText.name($0, limit: 200)) }
                            ?? phrases.endedByOperator(outcome.operatorName)
                    ],
                    nil
                )
            case .byClient: ([phrases.endedByClient] + failure, nil)
            case .idle(let seconds): ([phrases.endedIdle(phrases.duration(seconds))] + failure, nil)
            case .longest(let seconds): ([phrases.endedLongest(phrases.duration(seconds))] + failure, nil)
            case .lost: ([], phrases.lost(Phrases.clock(outcome.connectedSeconds)))
            case .left: ([phrases.leftBeforeSession], nil)
            case .operatorLeft: ([], phrases.operatorLeft)
            case .declined: ([phrases.declined], nil)
            case .unanswered(let seconds): ([phrases.noAnswer(phrases.duration(seconds))], nil)
            case .badTerms(let error): ([], phrases.badTerms(error.diagnostics))
            case .consentFailed(let reason): ([], phrases.consentFailed(reason))
            }
    }

    /// The relay's figures, and by how much this computer's clock differs from them.
    private static func times(_ connected: Int64, _ billed: Int64, _ outcome: SessionOutcome) -> [String] {
        let phrases = outcome.phrases
        let difference = (connected &- outcome.connectedSeconds).magnitude
        let times = phrases.times(connected: Phrases.clock(connected), billed: Phrases.clock(billed))
        guard difference > ReceiptScreen.tolerableDifference else { return [times] }
        let own = Phrases.clock(outcome.connectedSeconds)
        return [times, phrases.clockDiffers(own: own, by: phrases.duration(Int64(clamping: difference)))]
    }

    private static func cost(_ cents: Int64?, _ currency: String?, _ phrases: Phrases) -> [String] {
        guard let cents, let currency else { return [] }
        return [phrases.cost(phrases.money(cents: cents, currency: TerminalText.name(currency, limit: 3)))]
    }

    private static func figures(_ outcome: SessionOutcome) -> [String] {
        let phrases = outcome.phrases
        if case .byOperator(let end) = outcome.ending {
            return (end.summary.map { [phrases.summary(TerminalText.name($0, limit: 1000))] } ?? [])
                + times(end.rawSeconds, end.billedSeconds, outcome) + cost(end.netCents, end.currency, phrases)
        }
        if let record = outcome.record {
            return times(record.rawSeconds, record.billedSeconds, outcome)
                + cost(record.netCents, record.currency, phrases)
        }
        return [phrases.connected(Phrases.clock(outcome.connectedSeconds))]
    }
}
