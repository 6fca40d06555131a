import Contracts

/// A contract's terms in words.
extension Phrases {
    var labelContract: String { say("Contract", "Vertrag") }
    var labelClient: String { say("Client", "Kunde") }
    var labelPurpose: String { say("What for", "Wofür") }
    var labelCategory: String { say("Category", "Kategorie") }
    var labelPrice: String { say("Price", "Preis") }
    var labelRounding: String { say("Rounding", "Rundung") }
    var labelLongest: String { say("Longest", "Höchstens") }
    var labelAsks: String { say("May", "Darf") }

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

    var warranty: String { say("nothing: this is a warranty case", "nichts: dies ist ein Gewährleistungsfall") }
    var quotaFirst: String { say("your included time is used first", "zuerst wird Ihr Zeitkontingent verbraucht") }
    func surcharges(_ list: String) -> String { say("surcharges: \(list)", "Zuschläge: \(list)") }

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
        say(
            "run commands on this computer, each shown first",
            "Befehle auf diesem Computer ausführen, jeder wird vorher gezeigt"
        )
    }
    func asksRun(only commands: String) -> String {
        say(
            "run these commands on this computer, each shown first: \(commands)",
            "diese Befehle auf diesem Computer ausführen, jeder wird vorher gezeigt: \(commands)"
        )
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
