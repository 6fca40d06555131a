import Receipts

// What the client reads of a receipt.
extension Phrases {
    func receiptTitle(_ session: String) -> String {
        say("Receipt of session \(session)", "Leistungsnachweis der Sitzung \(session)")
    }
    func receiptTime(connected: String, paused: String?) -> String {
        let pause = paused.map { say(", paused \($0)", ", Pause \($0)") } ?? ""
        return say("connected \(connected)\(pause)", "verbunden \(connected)\(pause)")
    }
    func receiptBilled(_ billed: String, cost: String) -> String {
        say("billed \(billed), \(cost) net", "berechnet \(billed), \(cost) netto")
    }
    func receiptBilledGross(_ billed: String, cost: String, gross: String) -> String {
        say(
            "billed \(billed), \(gross) VAT included (\(cost) net)",
            "berechnet \(billed), \(gross) inklusive USt (\(cost) netto)"
        )
    }
    func receiptBand(_ time: String, _ percent: String, _ label: String) -> String {
        say("\(time) of it with \(percent) \(label)", "davon \(time) mit \(percent) \(label)")
    }
    func receiptQuota(used: String, left: String) -> String {
        say(
            "\(used) of it from your included time, \(left) are left",
            "davon \(used) aus Ihrem Zeitkontingent, \(left) sind übrig"
        )
    }
    func receiptClockAgrees(_ own: String) -> String {
        say("this computer's clock counted \(own)", "die Uhr dieses Computers zählte \(own)")
    }
    var receiptComputed: String {
        say(
            "time and cost were computed again on this computer and are right",
            "Zeit und Kosten wurden auf diesem Computer nachgerechnet und stimmen"
        )
    }
    var receiptNotComputed: String {
        say(
            "this computer does not know the contract's time zone and could not compute the surcharges again",
            "dieser Computer kennt die Zeitzone des Vertrags nicht und konnte Zuschläge nicht nachrechnen"
        )
    }
    var receiptBetween: String {
        say(
            "since the last session on this computer there was another one (on another computer of yours?)",
            "seit der letzten Sitzung auf diesem Computer gab es eine andere (an einem anderen Ihrer Computer?)"
        )
    }
    func receiptQuestion(_ seconds: Int64) -> String {
        say(
            "Sign this receipt? y yes  n no  d sign with an objection (\(seconds) s) ",
            "Leistungsnachweis unterschreiben? j ja  n nein  d mit Einwand (\(seconds) s) "
        )
    }
    var receiptReasonQuestion: String { say("What is not right? ", "Was stimmt nicht? ") }
    func receiptSigned(_ file: String) -> String {
        say("You signed the receipt. It is kept in \(file)", "Sie haben unterschrieben. Aufbewahrt in \(file)")
    }
    func receiptDisputed(_ reason: String, _ file: String) -> String {
        say(
            "You signed with an objection: \(reason). It is kept in \(file)",
            "Sie haben mit einem Einwand unterschrieben: \(reason). Aufbewahrt in \(file)"
        )
    }
    var receiptRefused: String {
        say(
            "You did not sign. That does not change the bill, but the receipt says so; talk to your supporter.",
            "Sie haben nicht unterschrieben. Das ändert die Rechnung nicht, aber der Nachweis sagt es; sprechen Sie mit Ihrem Helfer."
        )
    }
    func receiptRefusedByItself(_ reason: String) -> String {
        say(
            "CAUTION: the receipt is not right and was NOT signed: \(reason). Ask your supporter about it.",
            "VORSICHT: Der Leistungsnachweis stimmt nicht und wurde NICHT unterschrieben: \(reason). Fragen Sie Ihren Helfer danach."
        )
    }
    var receiptUnanswered: String {
        say("There was no answer, so nothing was signed.", "Keine Antwort, daher wurde nichts unterschrieben.")
    }
    func receiptMissing(_ reason: String?) -> String {
        let why = reason.map { ": \($0)" } ?? ""
        return say(
            "There is no receipt of this session\(why).",
            "Von dieser Sitzung gibt es keinen Leistungsnachweis\(why)."
        )
    }

    /// One thing that is not so.
    func finding(_ finding: ReceiptReview.Finding, currency: String) -> String {
        switch finding {
        case .anotherSession:
            say(
                "it is about another session or other terms than those agreed to here",
                "er handelt von einer anderen Sitzung oder anderen Bedingungen, als hier vereinbart"
            )
        case .notSigned(let signer):
            switch signer {
            case .relay: say("the relay did not sign it", "das Relay hat ihn nicht unterschrieben")
            case .operator: say("your supporter did not sign it", "Ihr Helfer hat ihn nicht unterschrieben")
            case .client: say("this computer did not sign it", "dieser Computer hat ihn nicht unterschrieben")
            }
        case .contradiction(let words): say("it contradicts itself: \(words)", "er widerspricht sich: \(words)")
        case .anotherClosing:
            say(
                "it does not say what this computer said when the session was over",
                "er sagt nicht, was dieser Computer am Ende der Sitzung gesagt hat"
            )
        case .anotherStart:
            say(
                "it begins at another moment than the relay said at the start",
                "er beginnt zu einem anderen Zeitpunkt, als das Relay am Anfang sagte"
            )
        case .idle(let said, let told):
            say(
                "it leaves out \(Phrases.clock(said)) of idle time, but nothing happened for \(Phrases.clock(told))",
                "er lässt \(Phrases.clock(said)) Leerlauf aus, es geschah aber \(Phrases.clock(told)) lang nichts"
            )
        case .dearerCategory:
            say(
                "it is for a kind of work that costs more than the one agreed to",
                "er ist für eine Art von Arbeit, die mehr kostet als vereinbart"
            )
        case .notBillable(let words):
            say("it cannot be computed: \(words)", "er lässt sich nicht nachrechnen: \(words)")
        case .time(let said, let computed):
            say(
                "it says \(Phrases.clock(said)), but it is \(Phrases.clock(computed))",
                "er sagt \(Phrases.clock(said)), es sind aber \(Phrases.clock(computed))"
            )
        case .surcharges:
            say("its surcharges are not those of the contract", "seine Zuschläge sind nicht die des Vertrags")
        case .quota(let said, let computed):
            say(
                "it takes \(Phrases.clock(said)) of your included time, but it is \(Phrases.clock(computed))",
                "er nimmt \(Phrases.clock(said)) von Ihrem Zeitkontingent, es sind aber \(Phrases.clock(computed))"
            )
        case .cost(let said, let computed):
            say(
                "it costs \(money(cents: said, currency: currency)), but it is \(money(cents: computed, currency: currency))",
                "er kostet \(money(cents: said, currency: currency)), es sind aber \(money(cents: computed, currency: currency))"
            )
        }
    }

    func findings(_ findings: [ReceiptReview.Finding], currency: String) -> String {
        findings.map { finding($0, currency: currency) }.joined(separator: "; ")
    }
}
