/// The few words in a recording and in the plain list of actions.
public enum TranscriptWords: Sendable {
    /// English.
    case english
    /// German.
    case german

    private func say(_ english: String, _ german: String) -> String {
        switch self {
        case .english: english
        case .german: german
        }
    }

    func heading(_ about: TranscriptAbout) -> String {
        say(
            "Session \(about.session) of \(about.contract), \(about.operator) at \(about.machine)",
            "Sitzung \(about.session) zu \(about.contract), \(about.operator) an \(about.machine)"
        )
    }

    func allowed(_ approval: ActionRecord.Approval) -> String {
        switch approval {
        case .asked: say("allowed: the client was asked", "erlaubt: der Kunde wurde gefragt")
        case .beforehand:
            say("allowed beforehand, with all of its kind", "vorab erlaubt, mit allen von dieser Art")
        case .option: say("allowed by the client's option --yes", "erlaubt durch die Option --yes des Kunden")
        }
    }

    func ended(_ amounts: String, _ result: String) -> String {
        say("ended: \(result)\(amounts)", "Ende: \(result)\(amounts)")
    }

    var brokenOff: String { say("broken off", "abgebrochen") }
    var done: String { say("done", "erledigt") }
    func status(_ status: Int32) -> String { say("status \(status)", "Status \(status)") }
    func bytes(_ count: Int64) -> String { say("\(count) bytes", "\(count) Bytes") }
    func notRecorded(_ count: Int64) -> String {
        say("\(count) more bytes are not recorded", "\(count) weitere Bytes sind nicht aufgezeichnet")
    }
    var isFull: String {
        say(
            "The recording is full: from here on only what was done is recorded, not what came of it.",
            "Die Aufzeichnung ist voll: Ab hier steht nur da, was getan wurde, nicht was dabei herauskam."
        )
    }
    var sessionOver: String { say("the session is over", "die Sitzung ist zu Ende") }
}
