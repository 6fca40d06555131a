import Contracts
import Receipts

/// A contract's terms in words.
extension Phrases {
    var labelContract: String { say("Contract", "Vertrag") }
    var labelPurpose: String { say("What for", "Wofür") }
    var labelPrice: String { say("Price now", "Preis jetzt") }
    var labelRounding: String { say("Rounding", "Rundung") }
    var labelLimits: String { say("Limits", "Grenzen") }
    var labelAsks: String { say("May", "Darf") }
    var labelWithdrawal: String { say("Withdrawal", "Widerruf") }

    func contract(_ id: String, _ version: Int64, _ title: String) -> String {
        say("\(id), version \(version): \(title)", "\(id), Fassung \(version): \(title)")
    }

    func perHour(_ money: String, vat: Contract.VAT) -> String {
        let tax = percentage(basisPoints: vat.percentBp)
        return switch vat.category {
        case .standard: say("\(money) per hour, plus \(tax) VAT", "\(money) je Stunde, zuzüglich \(tax) USt")
        case .exempt: say("\(money) per hour, no VAT", "\(money) je Stunde, ohne USt")
        case .reverseCharge:
            say(
                "\(money) per hour; you owe the VAT (reverse charge)",
                "\(money) je Stunde; die USt schulden Sie (Reverse-Charge)"
            )
        case .outsideScope: say("\(money) per hour, no German VAT", "\(money) je Stunde, ohne deutsche USt")
        }
    }

    func perHourGross(_ money: String, vat: Contract.VAT) -> String {
        let tax = percentage(basisPoints: vat.percentBp)
        return say("\(money) per hour, \(tax) VAT included", "\(money) je Stunde, \(tax) USt enthalten")
    }

    var warranty: String { say("nothing: this is a warranty case", "nichts: dies ist ein Gewährleistungsfall") }
    var earlyStart: String {
        say(
            "With your yes you ask expressly that the work begins before your 14 days to withdraw are over. What was done until then is to be paid if you withdraw; once all is done, the right to withdraw ends (§ 356, § 357a BGB).",
            "Mit Ihrem Ja verlangen Sie ausdrücklich, dass die Arbeit vor Ablauf Ihrer 14-tägigen Widerrufsfrist beginnt. Widerrufen Sie, ist das bis dahin Geleistete zu bezahlen; ist alles erbracht, erlischt das Widerrufsrecht (§ 356, § 357a BGB)."
        )
    }
    func becauseOf(_ label: String, _ percent: String, base: String) -> String {
        say(" (\(base) and \(percent) \(label))", " (\(base) und \(percent) \(label))")
    }
    func quotaLeft(_ left: String, before: (left: String, day: String)?) -> String {
        let then = before.map { say(" (on \($0.day): \($0.left))", " (am \($0.day): \($0.left))") } ?? ""
        return say(
            "your included time is used first, \(left) of it are left\(then)",
            "zuerst wird Ihr Zeitkontingent verbraucht, davon sind \(left) übrig\(then)"
        )
    }
    func surcharges(_ list: String) -> String { say("at other hours: \(list)", "zu anderen Zeiten: \(list)") }
    var surchargeUnchecked: String {
        say(
            "this computer does not know the contract's time zone and cannot check the surcharge",
            "dieser Computer kennt die Zeitzone des Vertrags nicht und kann den Zuschlag nicht prüfen"
        )
    }
    func clocksDiffer(_ time: String) -> String {
        say(
            "this computer's clock and your supporter's are \(time) apart; the relay's bills",
            "die Uhr dieses Computers und die Ihres Helfers gehen \(time) auseinander; die des Relays zählt"
        )
    }
    func cap(_ limits: String) -> String { say("agreed upper limit: \(limits)", "vereinbarte Obergrenze: \(limits)") }
    func perSession(_ money: String) -> String { say("\(money) a session", "\(money) je Sitzung") }
    func perMonth(_ money: String, soFar: String?) -> String {
        let used = soFar.map { say(" (so far \($0))", " (bisher \($0))") } ?? ""
        return say("\(money) a month\(used)", "\(money) im Monat\(used)")
    }

    func rounding(_ rule: Contract.Rounding) -> String {
        let step = duration(rule.stepSeconds)
        let unit =
            switch rule.per {
            case .session: say("each session", "jede Sitzung")
            case .day: say("the time of a day", "die Zeit eines Tages")
            case .period: say("the time of a month", "die Zeit eines Monats")
            }
        let stepped =
            switch rule.mode {
            case .up:
                say("\(unit) is rounded up in steps of \(step)", "\(unit) wird in Schritten von \(step) aufgerundet")
            case .nearest:
                say(
                    "\(unit) is rounded to the nearest step of \(step)",
                    "\(unit) wird zum nächstliegenden Schritt von \(step) gerundet"
                )
            case .down:
                say("\(unit) is rounded down in steps of \(step)", "\(unit) wird in Schritten von \(step) abgerundet")
            }
        var parts = [
            rule.stepSeconds == 1 ? say("\(unit) counts to the second", "\(unit) zählt sekundengenau") : stepped
        ]
        if rule.minimumSeconds > 0 {
            let time = duration(rule.minimumSeconds)
            parts.append(say("at least \(time)", "mindestens \(time)"))
        }
        if rule.freeUpToSeconds > 0 {
            let time = duration(rule.freeUpToSeconds)
            parts.append(say("up to \(time) is free", "bis \(time) kostenlos"))
        }
        if rule.per == .session, let gap = rule.mergeGapSeconds {
            let time = duration(gap)
            parts.append(
                say(
                    "after a break of more than \(time) rounding begins anew",
                    "nach mehr als \(time) Pause wird neu gerundet"
                )
            )
        }
        return parts.joined(separator: "; ")
    }

    func longest(_ access: Contract.Access) -> String {
        let longest = duration(access.maximumSessionSeconds)
        let idle = duration(access.idleTimeoutSeconds)
        return say(
            "\(longest); ends by itself when nothing happens for \(idle)",
            "\(longest); endet von selbst, wenn \(idle) lang nichts geschieht"
        )
    }

    var asksRun: String {
        say("run commands on this computer", "Befehle auf diesem Computer ausführen")
    }
    func asksRun(only commands: String) -> String {
        say(
            "run these commands on this computer: \(commands)",
            "diese Befehle auf diesem Computer ausführen: \(commands)"
        )
    }
    var asksShell: String { say("open a terminal on this computer", "ein Terminal auf diesem Computer öffnen") }
    func approval(_ approval: ConsentRecord.Approval) -> String {
        switch approval {
        case .each: say("you are asked before each step", "Sie werden vor jedem Schritt gefragt")
        case .session:
            say("each step is shown, you are not asked again", "jeder Schritt wird gezeigt, gefragt wird nicht mehr")
        }
    }
    func asksLogs(_ paths: String) -> String { say("read log files: \(paths)", "Protokolldateien lesen: \(paths)") }
    var asksLogsNowhere: String {
        say(
            "read log files, but none is shared (--logs shares some)",
            "Protokolldateien lesen, freigegeben ist keine (siehe --logs)"
        )
    }
    var asksNothing: String { say("nothing on this computer", "nichts auf diesem Computer") }
    func withheld(_ grants: String) -> String {
        say("asked for and not allowed: \(grants)", "erbeten und nicht erlaubt: \(grants)")
    }
}
