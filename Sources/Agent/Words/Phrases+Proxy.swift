import RelayAPI

extension Phrases {
    /// Why a proxy did not let the agent through. Both addresses are without user name and password.
    func proxyFailed(_ failure: ProxyFailure, proxy: String, relay: String) -> String {
        switch failure {
        case .unreachable(let reason):
            say(
                "the proxy \(proxy) cannot be reached: \(reason) (check its address and the network)",
                "der Proxy \(proxy) ist nicht erreichbar: \(reason) (seine Adresse und das Netz prüfen)"
            )
        case .silent:
            say(
                "the proxy \(proxy) does not answer (check its address and the network)",
                "der Proxy \(proxy) antwortet nicht (seine Adresse und das Netz prüfen)"
            )
        case .closed:
            say(
                "the proxy \(proxy) closed the connection without an answer (is that an HTTP proxy? check its address)",
                "der Proxy \(proxy) schloss die Verbindung ohne Antwort (ist das ein HTTP-Proxy? Adresse prüfen)"
            )
        case .nonsense:
            say(
                "what \(proxy) answers is no answer of an HTTP proxy (check the proxy's address)",
                "was \(proxy) antwortet, ist keine Antwort eines HTTP-Proxys (Adresse des Proxys prüfen)"
            )
        case .passwordNeeded:
            say(
                "the proxy \(proxy) asks for a user name and a password (write http://USER:PASSWORD@HOST:PORT into HTTPS_PROXY, or as proxy into agent.yaml)",
                "der Proxy \(proxy) verlangt Benutzername und Passwort (http://NAME:PASSWORT@HOST:PORT in HTTPS_PROXY schreiben, oder als proxy in agent.yaml)"
            )
        case .passwordRefused:
            say(
                "the proxy \(proxy) does not accept this user name and password (check both; special characters are written as in %40)",
                "der Proxy \(proxy) nimmt diesen Benutzernamen mit diesem Passwort nicht an (beides prüfen; Sonderzeichen schreibt man wie in %40)"
            )
        case .passwordUnusable(let ways):
            passwordUnusable(ways.joined(separator: ", "), proxy: proxy, relay: relay)
        case .refused(403), .refused(405):
            say(
                "the proxy \(proxy) does not allow connections to \(relay) (ask who runs your network to allow it)",
                "der Proxy \(proxy) erlaubt keine Verbindungen zu \(relay) (bitten Sie den Betreiber Ihres Netzes darum)"
            )
        case .refused(let status):
            say(
                "the proxy \(proxy) does not get through to \(relay), status \(status) (check the relay's address, or ask your supporter)",
                "der Proxy \(proxy) kommt nicht zu \(relay) durch, Status \(status) (Adresse des Relays prüfen, oder Ihren Helfer fragen)"
            )
        }
    }

    private func passwordUnusable(_ ways: String, proxy: String, relay: String) -> String {
        let english =
            ways.isEmpty
            ? "wants another way to sign in than user name and password" : "wants you to sign in by \(ways)"
        let german =
            ways.isEmpty
            ? "verlangt eine andere Anmeldung als Benutzername und Passwort" : "verlangt eine Anmeldung mit \(ways)"
        return say(
            "the proxy \(proxy) \(english), which this program cannot do (ask who runs your network to allow \(relay) without)",
            "der Proxy \(proxy) \(german), die dieses Programm nicht beherrscht (bitten Sie den Betreiber Ihres Netzes, \(relay) ohne zu erlauben)"
        )
    }
}
