// What was blacked out of logs before it left this computer.
extension Phrases {
    func blackedOut(_ number: Int, _ counts: [String: Int64]) -> String {
        let list = redactions(counts)
        return say(
            "[\(number)] blacked out before it was sent: \(list)",
            "[\(number)] vor dem Senden geschwärzt: \(list)"
        )
    }
    func receiptRedactions(_ counts: [String: Int64]) -> String {
        let list = redactions(counts)
        return say("blacked out of logs: \(list)", "in Protokollen geschwärzt: \(list)")
    }
    func previewTitle(_ number: Int) -> String {
        say("[\(number)] this would be sent:", "[\(number)] das würde gesendet:")
    }
    var previewPlain: String { say("Nothing in it was blacked out.", "Geschwärzt wurde darin nichts.") }
    func previewBlackedOut(_ counts: [String: Int64]) -> String {
        let list = redactions(counts)
        return say("Blacked out in it: \(list).", "Darin geschwärzt: \(list).")
    }

    /// `2 passwords, 1 JWT`; a kind that this release does not know, by its name.
    func redactions(_ counts: [String: Int64]) -> String {
        RedactionNames.ordered(counts).map { kind, count in
            let words = RedactionNames.words(kind)
            let english = count == 1 ? words?.english.one : words?.english.many
            let german = count == 1 ? words?.german.one : words?.german.many
            return "\(count) \(say(english ?? kind, german ?? kind))"
        }
        .joined(separator: ", ")
    }
}
