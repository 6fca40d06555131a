/// Every sentence that a client reads, in both languages.
///
/// Each phrase is written down once with all its languages side by side, so that none can be missing in one of them.
/// Phrases take values that are safe to show: whoever passes something from outside filters it before.
public struct Phrases: Sendable, Equatable {
    /// The language.
    public let language: Language

    /// The phrases in one language.
    public init(_ language: Language) { self.language = language }

    func say(_ english: String, _ german: String) -> String {
        switch language {
        case .english: english
        case .german: german
        }
    }
}

// MARK: - Before the session

extension Phrases {
    var askForCode: String { say("Code: ", "Code: ") }
    var codeIntroduction: String {
        say(
            "Type the code that your supporter tells you (12 to 14 digits).",
            "Geben Sie den Code ein, den Ihr Helfer Ihnen nennt (12 bis 14 Ziffern)."
        )
    }
    var codeNotValid: String {
        say(
            "This code is not valid (any more); ask for a new one.",
            "Dieser Code gilt nicht (mehr); lassen Sie sich einen neuen geben."
        )
    }
    var noCode: String {
        say(
            "no code was given (type it, or write it as the first line of standard input)",
            "kein Code angegeben (eintippen oder als erste Zeile der Standardeingabe schreiben)"
        )
    }
    func mistypedLength(_ digits: String) -> String {
        say(
            "a code has 12 to 14 digits, this has \(digits) (type it again as it was read to you)",
            "ein Code hat 12 bis 14 Ziffern, dieser hat \(digits) (noch einmal eingeben, wie er vorgelesen wurde)"
        )
    }
    var mistypedCharacter: String {
        say(
            "a code has digits only (type it again; spaces, dots and dashes do not matter)",
            "ein Code hat nur Ziffern (noch einmal eingeben; Leerzeichen, Punkte und Striche zählen nicht)"
        )
    }
    var mistypedDigit: String {
        say(
            "there is a typing error in this code (compare the digits and type it again; nothing was sent)",
            "in diesem Code ist ein Tippfehler (Ziffern vergleichen und noch einmal eingeben; nichts wurde gesendet)"
        )
    }
    func tooManyAttempts(_ seconds: Int64) -> String {
        say(
            "Too many attempts; going on by itself in \(seconds) s. Ctrl-C leaves.",
            "Zu viele Versuche; es geht in \(seconds) s von selbst weiter. Strg-C bricht ab."
        )
    }
    func waitingForOperator(_ time: String) -> String {
        say(
            "Waiting for your supporter, at most \(time). Ctrl-C leaves.",
            "Warten auf Ihren Helfer, höchstens \(time). Strg-C bricht ab."
        )
    }
    func operatorMissing(_ time: String) -> String {
        say(
            "your supporter did not come within \(time); nothing was started (ask for a new code)",
            "Ihr Helfer kam nicht innerhalb von \(time); nichts wurde gestartet (lassen Sie sich einen neuen Code geben)"
        )
    }
    var wrongCode: String {
        say(
            "wrong code, or someone guessed; nothing was started and this code is used up (ask for a new code)",
            "falscher Code, oder jemand hat geraten; nichts wurde gestartet, und dieser Code ist verbraucht (lassen Sie sich einen "
                + "neuen Code geben)"
        )
    }
    func pairingFailed(_ reason: String) -> String {
        say(
            "no protected connection to your supporter: \(reason); nothing was started (ask for a new code)",
            "keine geschützte Verbindung zu Ihrem Helfer: \(reason); nichts wurde gestartet (lassen Sie sich einen neuen Code geben)"
        )
    }
    var tunnelClosed: String {
        say(
            "the relay closed the connection before your supporter was there; nothing was started (ask for a new code)",
            "das Relay schloss die Verbindung, bevor Ihr Helfer da war; nichts wurde gestartet (lassen Sie sich einen neuen "
                + "Code geben)"
        )
    }
    var leftBeforeSession: String {
        say("You left; nothing was started.", "Abgebrochen; nichts wurde gestartet.")
    }
}

// MARK: - The relay

extension Phrases {
    func firstContact(_ relay: String, _ authority: String) -> String {
        say(
            "This computer was never at \(relay) before. If you want to be sure, ask your supporter for its fingerprint: \(authority)",
            "Dieser Computer war noch nie bei \(relay). Wenn Sie sichergehen wollen, fragen Sie Ihren Helfer nach dem Fingerabdruck: \(authority)"
        )
    }
    func authorityChanged(_ relay: String, since: String, file: String) -> String {
        say(
            "\(relay) shows another authority than the one remembered since \(since), so somebody may be in between (ask your "
                + "supporter by telephone; if they changed it, give the new one with --pin, or remove the entry from \(file))",
            "\(relay) zeigt eine andere Zertifizierungsstelle als die seit \(since) gemerkte; jemand könnte dazwischen sein "
                + "(fragen Sie Ihren Helfer am Telefon; hat er sie gewechselt, geben Sie die neue mit --pin an oder löschen "
                + "Sie den Eintrag aus \(file))"
        )
    }
    func authorityNotPinned(_ relay: String, source: String) -> String {
        say(
            "\(relay) does not show the authority that \(source) names, so somebody may be in between (ask your supporter for "
                + "the right one by telephone)",
            "\(relay) zeigt nicht die Zertifizierungsstelle aus \(source); jemand könnte dazwischen sein (fragen Sie Ihren "
                + "Helfer am Telefon nach der richtigen)"
        )
    }
    func authorityContradicts(_ relay: String) -> String {
        say(
            "\(relay) names another authority than the one it shows, so somebody may be in between (ask your supporter by telephone)",
            "\(relay) nennt eine andere Zertifizierungsstelle, als es zeigt; jemand könnte dazwischen sein (fragen Sie Ihren "
                + "Helfer am Telefon)"
        )
    }
    func cannotRemember(_ file: String, _ reason: String) -> String {
        say(
            "The relay's authority could not be remembered in \(file): \(reason).",
            "Die Zertifizierungsstelle des Relays konnte nicht in \(file) gemerkt werden: \(reason)."
        )
    }
    func relayUnreachable(_ detail: String) -> String {
        say(
            "the relay cannot be reached: \(detail) (check the address and the network, then start again)",
            "das Relay ist nicht erreichbar: \(detail) (Adresse und Netz prüfen, dann noch einmal starten)"
        )
    }
    func relaySilent(_ detail: String) -> String {
        say(
            "the relay does not answer: \(detail) (check the network, then start again)",
            "das Relay antwortet nicht: \(detail) (Netz prüfen, dann noch einmal starten)"
        )
    }
    func relaySaysNo(_ message: String) -> String {
        say("the relay says no: \(message)", "das Relay lehnt ab: \(message)")
    }
}

// MARK: - Consent

extension Phrases {
    func offer(operator: String) -> String {
        say(
            "\(`operator`) wants to help you on this computer.",
            "\(`operator`) möchte Ihnen auf diesem Computer helfen."
        )
    }
    func checked(relay: String) -> String {
        say("Verified with the certificate of \(relay).", "Geprüft mit dem Zertifikat von \(relay).")
    }
    func knownOperator(_ name: String, since: String) -> String {
        say("Known on this computer since \(since).", "Auf diesem Computer bekannt seit \(since).")
    }
    func newOperator(_ name: String) -> String {
        say(
            "You have not worked with \(name) on this computer before.",
            "Mit \(name) haben Sie auf diesem Computer noch nicht gearbeitet."
        )
    }
    func keyChanged(_ name: String, since: String) -> String {
        say(
            "CAUTION: this is not the key that \(name) has had since \(since). Somebody else may use the name. Ask \(name) by telephone before you agree.",
            "VORSICHT: Das ist nicht der Schlüssel, den \(name) seit \(since) hat. Jemand anders könnte den Namen benutzen. Fragen Sie "
                + "\(name) am Telefon, bevor Sie zustimmen."
        )
    }
    func contractChanged(before: Int64, now: Int64) -> String {
        say(
            "NEW: version \(now) of the contract; the last session was under version \(before).",
            "NEU: Fassung \(now) des Vertrags; die letzte Sitzung war unter Fassung \(before)."
        )
    }
    var clockStarts: String {
        say(
            "The clock starts when you agree. You can pause it, take things back, and end it at any time.",
            "Die Zeit läuft ab Ihrer Zustimmung. Sie können jederzeit anhalten, Erlaubtes zurücknehmen und beenden."
        )
    }
    var question: String { say("Do you agree? [y/N] ", "Sind Sie einverstanden? [j/N] ") }
    var questionAgain: String {
        say("Please answer with y (yes) or n (no).", "Bitte mit j (ja) oder n (nein) antworten.")
    }
    var agreedByOption: String { say("Agreed by --yes.", "Zugestimmt durch --yes.") }
    var declined: String {
        say("You did not agree; nothing was started.", "Sie haben nicht zugestimmt; nichts wurde gestartet.")
    }
    func noAnswer(_ time: String) -> String {
        say(
            "There was no answer within \(time); nothing was started.",
            "Keine Antwort innerhalb von \(time); nichts wurde gestartet."
        )
    }
    func consentFailed(_ reason: String) -> String {
        say(
            "the relay did not record your consent, so nothing was started: \(reason)",
            "das Relay hat Ihre Zustimmung nicht festgehalten, daher wurde nichts gestartet: \(reason)"
        )
    }
    func badTerms(_ reason: String) -> String {
        say(
            "the operator's offer cannot be trusted, so nothing was started: \(reason) (ask your supporter)",
            "dem Angebot ist nicht zu trauen, daher wurde nichts gestartet: \(reason) (fragen Sie Ihren Helfer)"
        )
    }
    var operatorLeft: String {
        say(
            "the operator left before the session began; nothing was started (ask for a new code)",
            "Ihr Helfer ging, bevor die Sitzung begann; nichts wurde gestartet (lassen Sie sich einen neuen Code geben)"
        )
    }
}

// MARK: - The session

extension Phrases {
    func started(_ session: String) -> String {
        say("Session \(session) runs. Ctrl-C ends it.", "Sitzung \(session) läuft. Strg-C beendet sie.")
    }
    var keys: String {
        say("Keys: p pauses, r takes something back, q ends.", "Tasten: p hält an, r nimmt etwas zurück, q beendet.")
    }
    var statusHint: String { say("p pause  r take back  q end", "p Pause  r zurücknehmen  q Ende") }
    var statusPaused: String { say("PAUSED", "PAUSE") }
    var statusDisconnected: String { say("NO CONNECTION, not billed", "KEINE VERBINDUNG, wird nicht berechnet") }
    var disconnected: String {
        say(
            "The connection is lost. Nothing is billed until it is back; what runs here goes on. Trying again ...",
            "Die Verbindung ist unterbrochen. Bis sie wieder da ist, wird nichts berechnet; was hier läuft, läuft weiter. Neuer Versuch ..."
        )
    }
    func reconnected(after time: String) -> String {
        say("The connection is back after \(time).", "Die Verbindung ist nach \(time) wieder da.")
    }
    func runs(_ number: Int, _ commandLine: String) -> String {
        say("[\(number)] runs: \(commandLine)", "[\(number)] führt aus: \(commandLine)")
    }
    func reads(_ number: Int, _ paths: String, lines: Int?, follow: Bool) -> String {
        let amount = lines.map(last) ?? ""
        let going = follow ? say(", and goes on", ", und weiter") : ""
        return say("[\(number)] reads: \(paths)\(amount)\(going)", "[\(number)] liest: \(paths)\(amount)\(going)")
    }
    func exited(_ number: Int, status: Int32, after time: String) -> String {
        say(
            "[\(number)] ended with status \(status) after \(time)",
            "[\(number)] endete mit Status \(status) nach \(time)"
        )
    }
    func signalled(_ number: Int, signal: Int32, after time: String) -> String {
        say(
            "[\(number)] was ended by signal \(signal) after \(time)",
            "[\(number)] wurde durch Signal \(signal) beendet nach \(time)"
        )
    }
    func timedOut(_ number: Int, after time: String) -> String {
        say(
            "[\(number)] was stopped: its time was up after \(time)",
            "[\(number)] wurde angehalten: Zeit um nach \(time)"
        )
    }
    func failed(_ number: Int, _ reason: String) -> String {
        say("[\(number)] did not run: \(reason)", "[\(number)] lief nicht: \(reason)")
    }
    func stopped(_ number: Int, after time: String) -> String {
        say("[\(number)] was stopped after \(time)", "[\(number)] wurde angehalten nach \(time)")
    }
    func readEnded(_ number: Int, after time: String) -> String {
        say("[\(number)] was read after \(time)", "[\(number)] gelesen nach \(time)")
    }
    func logNotice(_ number: Int, _ sentence: String) -> String { "[\(number)] \(sentence)" }
    func refusedAction(_ what: String, _ reason: String) -> String {
        say("refused: \(what) (\(reason))", "abgelehnt: \(what) (\(reason))")
    }
    func pausedLine(_ clock: String) -> String {
        say(
            "paused at \(clock); nothing is billed until it goes on",
            "Pause bei \(clock); bis es weitergeht, kostet es nichts"
        )
    }
    func resumedLine(_ clock: String) -> String { say("goes on at \(clock)", "es geht weiter bei \(clock)") }
    func noteLine(_ text: String) -> String { say("note: \(text)", "Notiz: \(text)") }
}

// MARK: - The end

extension Phrases {
    var ending: String { say("Ending the session …", "Die Sitzung wird beendet …") }
    func endedByOperator(_ name: String) -> String {
        say("\(name) ended the session.", "\(name) hat die Sitzung beendet.")
    }
    var endedByClient: String { say("You ended the session.", "Sie haben die Sitzung beendet.") }
    func endedIdle(_ time: String) -> String {
        say("The session ended: nothing happened for \(time).", "Die Sitzung ist zu Ende: \(time) geschah nichts.")
    }
    func endedLongest(_ time: String) -> String {
        say(
            "The session ended: it may last \(time) at most.",
            "Die Sitzung ist zu Ende: sie darf höchstens \(time) dauern."
        )
    }
    func summary(_ text: String) -> String { say("Done: \(text)", "Erledigt: \(text)") }
    func times(connected: String, billed: String) -> String {
        say("Connected \(connected), billed \(billed).", "Verbunden \(connected), berechnet \(billed).")
    }
    func connected(_ time: String) -> String {
        say("Connected \(time) by this computer's clock.", "Verbunden \(time) nach der Uhr dieses Computers.")
    }
    func cost(_ money: String) -> String {
        say("It comes to \(money) net.", "Das macht \(money) netto.")
    }
    /// Reasons of the relay that are known here are said in the client's language.
    func endedByRelay(_ reason: String) -> String {
        let known = [
            "the agreed upper limit is reached": "die vereinbarte Obergrenze ist erreicht",
            "the operator's access was revoked": "Ihrem Helfer wurde der Zugang entzogen",
            "the longest session was over": "die längste vereinbarte Dauer ist erreicht",
            "the relay was stopped": "das Relay wurde angehalten",
        ]
        return say("The session has ended: \(reason).", "Die Sitzung ist beendet: \(known[reason] ?? reason).")
    }
    func clockDiffers(own: String, by difference: String) -> String {
        say(
            "CAUTION: this computer's clock counted \(own), which is \(difference) apart. Ask your supporter about it.",
            "VORSICHT: Die Uhr dieses Computers zählte \(own), das weicht um \(difference) ab. Fragen Sie Ihren Helfer danach."
        )
    }
    func endNotRecorded(_ reason: String) -> String {
        say(
            "The relay could not be told (\(reason)); it ends the session when this connection closes.",
            "Das Relay war nicht zu verständigen (\(reason)); es beendet die Sitzung mit dieser Verbindung."
        )
    }
    func lost(_ clock: String) -> String {
        say(
            "the connection was lost after \(clock); everything that ran was stopped (ask for a new code to go on)",
            "die Verbindung brach nach \(clock) ab; alles, was lief, wurde angehalten (mit einem neuen Code geht es weiter)"
        )
    }
}
