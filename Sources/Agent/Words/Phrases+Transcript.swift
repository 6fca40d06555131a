import Transcripts

// What the client reads of a session's transcript.
extension Phrases {
    var transcriptWords: TranscriptWords {
        switch language {
        case .english: .english
        case .german: .german
        }
    }

    var labelTranscript: String { say("Recording", "Mitschrift") }

    private func days(_ count: Int64) -> String {
        count == 1 ? say("1 day", "1 Tag") : say("\(count) days", "\(count) Tagen")
    }

    func transcriptTerms(days count: Int64) -> String {
        guard count > 0 else {
            return say("none; only the receipt is kept", "keine; nur der Leistungsnachweis bleibt")
        }
        return say(
            "of what happens, kept by both of you, deleted after \(days(count))",
            "was geschieht, bei beiden aufgezeichnet, nach \(days(count)) gelöscht"
        )
    }

    func transcriptIsKept(_ folder: String, days count: Int64) -> String {
        say(
            "What happened is recorded in \(folder) (deleted after \(days(count)))",
            "Mitgeschrieben in \(folder) (wird nach \(days(count)) gelöscht)"
        )
    }

    func transcriptFailed(_ reason: String) -> String {
        say(
            "What happens is not recorded (any more) on this computer: \(reason). The session goes on.",
            "Auf diesem Computer wird nicht (mehr) mitgeschrieben: \(reason). Die Sitzung geht weiter."
        )
    }

    /// What `verify` says of a transcript that is kept beside a receipt; nil where nothing is.
    func transcriptVerdict(_ verdict: TranscriptVerdict, folder: String) -> (text: String, isRight: Bool)? {
        switch verdict {
        case .absent: nil
        case .whole:
            (
                say(
                    "the recording in \(folder) is the one that both signed for",
                    "die Mitschrift in \(folder) ist die, für die beide unterschrieben haben"
                ), true
            )
        case .listAlone:
            (
                say(
                    "the list of what was done in \(folder) is the one that both signed for; there is no recording",
                    "die Liste in \(folder) ist die, für die beide unterschrieben haben; eine Aufzeichnung gibt es nicht"
                ), true
            )
        case .unproven:
            (
                say(
                    "there is a recording in \(folder), but nobody signed for it: the session broke off",
                    "in \(folder) liegt eine Mitschrift, aber niemand hat für sie unterschrieben: die Sitzung brach ab"
                ), true
            )
        case .otherList:
            (
                say(
                    "the list of what was done in \(folder) is NOT the one that the receipt is about",
                    "die Liste in \(folder) ist NICHT die, von der der Leistungsnachweis handelt"
                ), false
            )
        case .otherRecording:
            (
                say(
                    "the recording in \(folder) is NOT the one that both signed for",
                    "die Aufzeichnung in \(folder) ist NICHT die, für die beide unterschrieben haben"
                ), false
            )
        }
    }
}
