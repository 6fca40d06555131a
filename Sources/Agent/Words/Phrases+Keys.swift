import Contracts

/// What is asked and answered with single keys during a session.
extension Phrases {
    func grant(_ grant: Contract.Grant) -> String {
        switch grant {
        case .run: say("commands", "Befehle")
        case .shell: say("terminal", "Terminal")
        case .logs: say("log files", "Protokolle")
        case .files: say("files", "Dateien")
        case .forward: say("connections", "Verbindungen")
        }
    }

    // MARK: Before an action

    func asksToRun(_ number: Int, _ commandLine: String) -> String {
        say("[\(number)] wants to run: \(commandLine)", "[\(number)] möchte ausführen: \(commandLine)")
    }
    func asksToRead(_ number: Int, _ paths: String, lines: Int?, follow: Bool) -> String {
        let amount = lines.map(last) ?? ""
        let going = follow ? say(", and go on", ", und weiter") : ""
        return say(
            "[\(number)] wants to read: \(paths)\(amount)\(going)",
            "[\(number)] möchte lesen: \(paths)\(amount)\(going)"
        )
    }
    func allow(_ number: Int, _ grant: Contract.Grant) -> String {
        let kind = self.grant(grant)
        let view = grant == .logs ? say("  v see what is sent", "  v zeigt, was gesendet wird") : ""
        return say(
            "Allow [\(number)]?  y yes  n no  a yes to all \(kind)\(view)",
            "[\(number)] erlauben?  j ja  n nein  a ja zu allem: \(kind)\(view)"
        )
    }
    func allowed(_ number: Int) -> String { say("[\(number)] you said yes", "[\(number)] Sie sagten ja") }
    func denied(_ number: Int) -> String { say("[\(number)] you said no", "[\(number)] Sie sagten nein") }
    func unansweredAction(_ number: Int, _ time: String) -> String {
        say("[\(number)] no answer within \(time), so no", "[\(number)] keine Antwort binnen \(time), also nein")
    }
    func nobodyToAsk(_ number: Int) -> String {
        say("[\(number)] nobody can be asked, so no", "[\(number)] niemand kann gefragt werden, also nein")
    }
    func withdrawnAction(_ number: Int) -> String {
        say("[\(number)] was not needed any more", "[\(number)] wurde nicht mehr gebraucht")
    }
    func allAllowed(_ grant: Contract.Grant) -> String {
        let kind = self.grant(grant)
        return say(
            "From now on without asking: \(kind) (r forbids it)",
            "Ab jetzt ohne Nachfrage: \(kind) (r verbietet es)"
        )
    }

    func isNotAllowed(_ grant: Contract.Grant) -> String {
        let kind = self.grant(grant)
        return say("not allowed: \(kind)", "nicht erlaubt: \(kind)")
    }
    func isTakenBack(_ grant: Contract.Grant) -> String {
        let kind = self.grant(grant)
        return say("taken back: \(kind)", "zurückgenommen: \(kind)")
    }
    var isPaused: String { say("paused", "angehalten") }
    var isNotInContract: String { say("not in the contract", "steht nicht im Vertrag") }

    // MARK: Taking back

    func takeBack(_ grants: [Contract.Grant]) -> String {
        let list = grants.enumerated().map { "[\($0.offset + 1)] \(grant($0.element))" }.joined(separator: "  ")
        return say("Take back:  \(list)  (any other key: nothing)", "Zurücknehmen:  \(list)  (andere Taste: nichts)")
    }
    var nothingToTakeBack: String { say("Nothing is allowed that could be taken back.", "Es ist nichts mehr erlaubt.") }
    func tookBack(_ grant: Contract.Grant) -> String {
        let kind = self.grant(grant)
        return say(
            "Taken back: \(kind). What ran of it is stopped.",
            "Zurückgenommen: \(kind). Was davon lief, ist gestoppt."
        )
    }

    // MARK: Pausing

    func pausedByClient(_ clock: String) -> String {
        say(
            "Paused at \(clock): nothing is billed, nothing new begins. p goes on.",
            "Angehalten bei \(clock): nichts wird berechnet. Mit p geht es weiter."
        )
    }
    func resumedByClient(_ clock: String) -> String {
        say("It goes on at \(clock).", "Es geht weiter bei \(clock).")
    }
    func stillPaused(_ name: String) -> String {
        say(
            "\(name) has paused too; it goes on when both do.",
            "\(name) hat auch angehalten; es geht weiter, wenn beide wollen."
        )
    }
    func pauseFailed(_ reason: String) -> String {
        say(
            "The relay could not be told, nothing changed: \(reason)",
            "Das Relay war nicht zu verständigen, nichts geändert: \(reason)"
        )
    }

    // MARK: A new key

    var questionNewKey: String {
        say(
            "Did you ask by telephone, and agree? Type yes in full: ",
            "Haben Sie am Telefon gefragt und stimmen zu? Bitte ja ausschreiben: "
        )
    }
    func keyChangedUnasked(_ name: String, since: String) -> String {
        say(
            "\(name) does not show the key known since \(since); --yes does not agree to that (ask by telephone, then start once without --yes)",
            "\(name) zeigt nicht den seit \(since) bekannten Schlüssel; --yes stimmt dem nicht zu (am Telefon fragen, dann einmal ohne "
                + "--yes starten)"
        )
    }
    func cannotKeep(_ file: String, _ reason: String) -> String {
        say(
            "This could not be kept in \(file): \(reason).",
            "Dies konnte nicht in \(file) aufgehoben werden: \(reason)."
        )
    }
    var notSigned: String {
        say(
            "your supporter's program did not sign in time",
            "das Programm Ihres Helfers hat nicht rechtzeitig unterschrieben"
        )
    }
    var relayLies: String {
        say(
            "the relay did not confirm the session that both of you signed",
            "das Relay hat nicht die Sitzung bestätigt, die beide unterschrieben haben"
        )
    }
}

// The agreed upper limit.
extension Phrases {
    func capReached(_ money: String, isMonth: Bool) -> String {
        isMonth
            ? say(
                "The agreed upper limit of \(money) for this month is reached. Nothing more is billed until you answer.",
                "Die vereinbarte Obergrenze von \(money) für diesen Monat ist erreicht. Bis Sie antworten, kostet es nichts mehr."
            )
            : say(
                "The agreed upper limit of \(money) for a session is reached. Nothing more is billed until you answer.",
                "Die vereinbarte Obergrenze von \(money) für eine Sitzung ist erreicht. Bis Sie antworten, kostet es nichts mehr."
            )
    }
    var capQuestion: String {
        say(
            "Go on beyond the limit? y yes  n no, end  (50 s)",
            "Über die Grenze hinaus weiter? j ja  n nein, beenden  (50 s)"
        )
    }
    var capAccepted: String {
        say("You agreed to go on beyond the limit.", "Sie haben zugestimmt, über die Grenze hinaus weiterzumachen.")
    }
    var capDeclined: String {
        say("Not agreed; the session ends.", "Nicht zugestimmt; die Sitzung endet.")
    }
}
