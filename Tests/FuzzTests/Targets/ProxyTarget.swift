@testable import RelayAPI

extension FuzzTarget {
    /// What a proxy answers, and what is written about proxies in the environment.
    static let proxy = FuzzTarget(
        "proxy",
        longest: 20_000,
        seeds: [
            .input(0, "HTTP/1.1 200 Connection established\r\nServer: x\r\n\r\n\u{16}\u{3}\u{1}"),
            .input(0, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\n\nrest"),
            .input(
                0,
                "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Negotiate, Basic realm=\"a, b\"\r\n"
                    + "Proxy-authenticate: NTLM\r\n\r\n"
            ),
            .input(1, "HTTP/1.1 403 Forbidden\r\n\r\n"),
            .input(2, "http://user:p%40ss@proxy.example:3128/path"), .input(2, "[::1]:8080"), .input(2, "socks5://x"),
            .input(3, ".example.org, 10.0.0.0/8 [2001:db8::]/32,*.x:8443,[::1]:8443,*"),
        ],
        words: [
            "HTTP/1.1 ", "200", "407", "\r\n", "\n\n", "Proxy-Authenticate: ", "Basic", "Digest realm=\"", ",",
            "http://", "@", ":",
            "[", "]", "/", "*.", "%40", "%",
        ]
    ) { input in
        let bytes = Array(input.dropFirst())
        let text = String(decoding: bytes, as: UTF8.self)
        switch input.first {
        case 0, 1:
            let givesPassword = input.first == 0
            let whole = try ProxySamples.ask(givesPassword, [bytes[...]])
            let cut = try ProxySamples.ask(givesPassword, bytes.pieces(upTo: 200))
            try hold(whole == cut, "\(whole) in one piece, \(cut) in many")
        case 2: try ProxySamples.readAddress(text)
        case 3:
            let exceptions = ProxyExceptions(text)
            for host in ["relay.example.org", "10.1.2.3", "2001:db8::1", "x"] {
                let (relay, other) = (
                    RelayEndpoint(host: host, port: 8443), RelayEndpoint(host: host + ".", port: 8443)
                )
                let isListed = exceptions.contains(relay)
                try hold(
                    host.contains(":") || exceptions.contains(other) == isListed || host.contains("10."),
                    "a final dot counts"
                )
                try hold(isListed || !bytes.contains(UInt8(ascii: "*")) || text != "*", "* is not everything")
            }
        default: return
        }
    }
}

private enum ProxySamples {
    enum Outcome: Equatable {
        case waits
        case opens(with: [UInt8])
        case fails(ProxyFailure)
    }

    static func ask(_ givesPassword: Bool, _ pieces: [ArraySlice<UInt8>]) throws -> Outcome {
        var machine = ConnectHandler.StateMachine(givesPassword: givesPassword)
        try hold(machine.connected(), "the proxy is not asked")
        var outcome = Outcome.waits
        for piece in pieces {
            switch machine.received(piece) {
            case .wait: break
            case .open(let bytes):
                try hold(outcome == .waits, "opens after \(outcome)")
                outcome = .opens(with: bytes)
            case .pass:
                guard case .opens(let bytes) = outcome else { throw Finding("passes bytes on before the way is open") }
                outcome = .opens(with: bytes + piece)
            case .fail(let failure):
                try hold(outcome == .waits, "fails after \(outcome)")
                let sentence = failure.sentence("http://proxy.example:3128")
                try hold(sentence.isSafeToShow && !sentence.contains("\n"), "says \(sentence)")
                try hold(sentence.utf8.count < 1000, "a sentence of \(sentence.utf8.count) bytes")
                outcome = .fails(failure)
            }
        }
        let length = pieces.reduce(0) { $0 + $1.count }
        try hold(outcome != .waits || length < ConnectHandler.StateMachine.longestHead, "\(length) bytes wait")
        try hold(machine.timedOut() == (outcome == .waits ? .silent : nil), "the deadline after \(outcome)")
        return outcome
    }

    static func readAddress(_ text: String) throws {
        guard case .success(let proxy) = outcome(of: { () throws(Proxy.Mistake) in try Proxy(url: text) }) else {
            return
        }
        try hold((1...65_535).contains(proxy.port) && !proxy.host.isEmpty, "\(proxy)")
        try hold(proxy.description.isSafeToShow && proxy.debugDescription == proxy.description, "\(proxy)")
        // What stands between user and host is nowhere to be seen.
        guard case .success(let again) = outcome(of: { () throws(Proxy.Mistake) in try Proxy(url: proxy.description) })
        else {
            throw Finding("does not read \(proxy) again")
        }
        try hold(
            again.host == proxy.host && again.port == proxy.port && !again.hasPassword,
            "reads \(proxy) as \(again)"
        )
        let header = proxy.authorization ?? ""
        try hold(header.utf8.allSatisfy { (0x20..<0x7f).contains($0) }, "a header of \(header)")
    }
}
