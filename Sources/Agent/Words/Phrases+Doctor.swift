extension Phrases {
    func wayTo(_ relay: String) -> String {
        say("The way from this computer to \(relay):", "Der Weg von diesem Computer zu \(relay):")
    }
    func title(_ check: Doctor.Check) -> String {
        switch check {
        case .name: say("name", "Name")
        case .connection: say("connection", "Verbindung")
        case .proxy: say("proxy", "Proxy")
        case .interception: say("interception", "Mitleser")
        case .clock: say("clock", "Uhr")
        }
    }
    var inOrder: String { "ok" }
    var wrong: String { "PROBLEM" }
    func looking(_ check: Doctor.Check) -> String {
        say("Looking: \(title(check)) … Ctrl-C leaves.", "Prüfe: \(title(check)) … Strg-C bricht ab.")
    }
    var nothingBlocked: String { say("Nothing is in the way.", "Es ist nichts im Weg.") }
    func blockedBy(_ check: Doctor.Check, notLookedAt rest: [Doctor.Check]) -> String {
        let names = rest.map(title).joined(separator: ", ")
        let more =
            rest.isEmpty
            ? "" : say(" Not looked at before that works: \(names).", " Bis das geht, nicht geprüft: \(names).")
        return say("In the way: \(title(check)).", "Im Weg: \(title(check)).") + more
    }

    /// A sentence that stands for itself: with a capital letter, unless it begins with an address, and a full stop.
    func sentence(_ text: String) -> String {
        let isAddress = text.hasPrefix("https://")
        return (isAddress ? "" : text.prefix(1).uppercased()) + text.dropFirst(isAddress ? 0 : 1) + "."
    }
}

// MARK: - Name and connection

extension Phrases {
    /// What stands in front of a host that is the proxy: that one looks the relay's name up.
    private func role(_ isProxy: Bool) -> String { isProxy ? say("The proxy ", "Der Proxy ") : "" }

    func nameIsAddress(_ host: String, isProxy: Bool) -> String {
        role(isProxy) + say("\(host) is an address already.", "\(host) ist bereits eine Adresse.")
    }
    func nameFound(_ host: String, addresses: [String], isProxy: Bool) -> String {
        let list = addresses.prefix(4).joined(separator: ", ")
        return role(isProxy) + say("\(host) is at \(list).", "\(host) hat die Adresse \(list).")
    }
    func nameUnknown(_ host: String, isProxy: Bool) -> String {
        isProxy
            ? say(
                "There is no host \(host), which is to be the proxy (check its spelling).",
                "Es gibt keinen Rechner \(host), der der Proxy sein soll (Schreibweise prüfen)."
            )
            : say(
                "There is no host \(host) (check its spelling; where only a proxy knows other networks, set HTTPS_PROXY).",
                "Es gibt keinen Rechner \(host) (Schreibweise prüfen; wo nur ein Proxy andere Netze kennt, HTTPS_PROXY setzen)."
            )
    }
    func namesUnavailable(_ host: String) -> String {
        say(
            "Nobody could be asked for the address of \(host) (is this computer connected to the internet? check the network and its name server).",
            "Niemand konnte nach der Adresse von \(host) gefragt werden (ist dieser Computer mit dem Internet verbunden? Netz und "
                + "Nameserver prüfen)."
        )
    }
    func connectionWorks(_ address: String, port: Int, isProxy: Bool, without family: String?) -> String {
        let note =
            family.map {
                say(" \($0) gets nowhere, and is not needed.", " \($0) kommt nicht durch und wird nicht gebraucht.")
            } ?? ""
        return role(isProxy)
            + say("\(address) answers on port \(port).\(note)", "\(address) antwortet auf Port \(port).\(note)")
    }
    func connectionRefused(_ host: String, port: Int, isProxy: Bool) -> String {
        isProxy
            ? say(
                "\(host) does not take connections on port \(port), so it is no proxy now (check the address of the proxy).",
                "\(host) nimmt auf Port \(port) keine Verbindungen an, ist also gerade kein Proxy (Adresse des Proxys prüfen)."
            )
            : say(
                "\(host) does not take connections on port \(port) (check the port in the address; ask your supporter whether the relay runs).",
                "\(host) nimmt auf Port \(port) keine Verbindungen an (Port in der Adresse prüfen; Ihren Helfer fragen, ob das Relay läuft)."
            )
    }
    func connectionBlocked(_ host: String, port: Int, isProxy: Bool) -> String {
        isProxy
            ? say(
                "\(host) does not answer on port \(port) (check the address of the proxy and the network).",
                "\(host) antwortet auf Port \(port) nicht (Adresse des Proxys und Netz prüfen)."
            )
            : say(
                "\(host) does not answer on port \(port), so a firewall may be in between (ask who runs your network to allow outgoing "
                    + "connections to port \(port), or for a proxy to set as HTTPS_PROXY).",
                "\(host) antwortet auf Port \(port) nicht, vielleicht steht eine Firewall dazwischen (bitten Sie den Betreiber Ihres Netzes, "
                    + "ausgehende Verbindungen zu Port \(port) zu erlauben, oder um einen Proxy für HTTPS_PROXY)."
            )
    }
}

// MARK: - Proxy, interception and clock

extension Phrases {
    func proxyPassed(_ proxy: String?) -> String {
        proxy.map { say("\($0) lets the connection through.", "\($0) lässt die Verbindung durch.") }
            ?? say("None is used.", "Es wird keiner benutzt.")
    }
    var notIntercepted: String {
        say("It is the relay itself that answers.", "Es antwortet das Relay selbst.")
    }
    func unknownAuthority(_ pin: String) -> String {
        say(
            "A relay answers that this computer does not know yet; to be sure, ask your supporter for its fingerprint: \(pin)",
            "Es antwortet ein Relay, das dieser Computer noch nicht kennt; um sicherzugehen, fragen Sie Ihren Helfer nach dem "
                + "Fingerabdruck: \(pin)"
        )
    }
    func intercepted(by issuer: String, relay: String) -> String {
        let who =
            issuer.isEmpty
            ? say("somebody who does not say their name", "jemandem, der seinen Namen nicht nennt") : "\"\(issuer)\""
        return say(
            "In place of the relay's certificate comes one from \(who), so something in between opens the connection, such as a firewall or a "
                + "virus scanner (ask who runs it to leave \(relay) alone).",
            "Statt des Zertifikats des Relays kommt eines von \(who); etwas dazwischen öffnet also die Verbindung, etwa eine Firewall oder "
                + "ein Virenscanner (bitten Sie den Betreiber, \(relay) auszunehmen)."
        )
    }
    func otherHost(_ names: String, relay: String) -> String {
        say(
            "The certificate that comes is for \(names) and not for \(relay) (check the address of the relay).",
            "Das Zertifikat, das kommt, ist für \(names) und nicht für \(relay) (Adresse des Relays prüfen)."
        )
    }
    func noSecureConnection(_ relay: String) -> String {
        say(
            "No secure connection to \(relay) can be agreed: something in between may not let TLS 1.3 through, or no relay is there (ask who "
                + "runs your network to let it through unopened, and check the address).",
            "Mit \(relay) lässt sich keine sichere Verbindung vereinbaren: etwas dazwischen lässt TLS 1.3 nicht durch, oder dort ist kein Relay "
                + "(bitten Sie den Betreiber Ihres Netzes, es ungeöffnet durchzulassen, und prüfen Sie die Adresse)."
        )
    }
    func noRelay(_ relay: String, detail: String) -> String {
        say(
            "\(relay) does not answer as a relay does: \(detail).",
            "\(relay) antwortet nicht wie ein Relay: \(detail)."
        )
    }
    func clockRight(_ seconds: Int64) -> String {
        let apart = duration(Int64(seconds.magnitude))
        return seconds.magnitude < 5
            ? say("This computer's clock is right.", "Die Uhr dieses Computers geht richtig.")
            : say(
                "This computer's clock is right (\(apart) apart).",
                "Die Uhr dieses Computers geht richtig (\(apart) Unterschied)."
            )
    }
    func clockWrong(_ seconds: Int64) -> String {
        let apart = duration(Int64(clamping: seconds.magnitude))
        let (english, german) = seconds > 0 ? ("fast", "vor") : ("slow", "nach")
        return say(
            "This computer's clock is \(apart) \(english) (set it, best by network time).",
            "Die Uhr dieses Computers geht \(apart) \(german) (stellen Sie sie, am besten über das Netz)."
        )
    }
    func clockOutside(_ now: String, from: String?, to: String?) -> String {
        let (start, end) = (from ?? "?", to ?? "?")
        return say(
            "This computer's clock says \(now), but the relay's certificate is valid from \(start) to \(end) (set the clock; if it is "
                + "right, tell your supporter).",
            "Die Uhr dieses Computers sagt \(now), aber das Zertifikat des Relays gilt von \(start) bis \(end) (Uhr stellen; geht sie "
                + "richtig, sagen Sie es Ihrem Helfer)."
        )
    }
}
