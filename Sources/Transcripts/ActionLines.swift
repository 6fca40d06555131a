import RelayAPI

/// An action in the plain list, for people.
extension ActionRecord {
    /// What it was, and who said yes to it.
    func beginning(_ words: TranscriptWords) -> [String] {
        let title = ActionTitle(name: name, parameters: Array((parameters ?? "").utf8)).text
        // What is too long for the list is in it by its digest.
        let what = parameters == nil ? "\(title) (SHA-256 \(parametersDigest))" : title
        return ["\(number)  \(what)"] + (approval.map { ["\(number)  \(words.allowed($0))"] } ?? [])
    }

    /// How it ended.
    func ending(_ words: TranscriptWords) -> String { "\(number)  \(words.ended(amounts(words), outcome(words)))" }

    /// Status and message, or that there was no end.
    func outcome(_ words: TranscriptWords) -> String {
        guard endedSeconds != nil else { return words.brokenOff }
        let result = AnyResult(result)
        let status = result?.status.map { words.status($0) } ?? words.done
        return [status, result?.safeMessage].compactMap(\.self).joined(separator: ", ")
    }

    private func amounts(_ words: TranscriptWords) -> String {
        let sent = streams.filter { ["output", "errorOutput", "source"].contains($0.key) }.values
        return sent.isEmpty ? "" : ", \(words.bytes(sent.reduce(0) { $0 + $1.bytes }))"
    }
}

extension SessionTranscript {
    /// The actions as a plain list, one line each for beginning, permission and end.
    public func page(_ words: TranscriptWords) -> String {
        let start = Timestamp(rfc3339: startedAt)?.seconds ?? 0
        func line(_ seconds: Int64, _ text: String) -> String {
            "\(Timestamp(seconds: start + min(max(seconds, 0), Self.longestSeconds)).rfc3339)  \(text)\n"
        }
        return actions.map { action in
            let begun = action.beginning(words).map { line(action.beganSeconds, $0) }.joined()
            return begun + line(action.endedSeconds ?? action.beganSeconds, action.ending(words))
        }.joined()
    }

    /// A year.
    private static let longestSeconds: Int64 = 366 * 86_400
}
