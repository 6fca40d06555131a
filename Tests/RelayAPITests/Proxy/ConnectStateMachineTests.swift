import Testing

@testable import RelayAPI

@Suite("A proxy's answer")
struct ConnectStateMachineTests {
    private typealias Machine = ConnectHandler.StateMachine

    private static func asked(password: Bool = false) -> Machine {
        var machine = Machine(givesPassword: password)
        let asks = machine.connected()
        let asksAgain = machine.connected()
        #expect(asks)
        #expect(!asksAgain)
        return machine
    }

    /// What happens next where this has happened.
    private static func next(_ event: (inout Machine) -> Any?, after answers: String...) -> String {
        var machine = asked()
        for answer in answers { _ = machine.received(answer.utf8) }
        return event(&machine).map { "\($0)" } ?? "nothing"
    }

    /// What the answer comes to where it arrives in pieces of `size` bytes.
    private static func outcome(_ answer: String, pieces size: Int = .max, password: Bool = false) -> Machine.Action {
        var machine = asked(password: password)
        var rest = Array(answer.utf8)[...]
        var action = Machine.Action.wait
        var passed: [UInt8] = []
        while !rest.isEmpty {
            let piece = rest.prefix(size)
            rest = rest.dropFirst(size)
            let next = machine.received(piece)
            if next == .pass { passed += piece } else if next != .wait { action = next }
        }
        if case .open(let first) = action { return .open(first + passed) }
        return action
    }

    @Test(
        "any 2xx opens the way, wherever it is split, and what follows belongs to TLS",
        arguments: [
            "HTTP/1.1 200 Connection established\r\n\r\n", "HTTP/1.0 200 OK\r\nProxy-agent: tinyproxy/1.11.1\r\n\r\n",
            "HTTP/1.1 200\r\n\r\n", "HTTP/1.1 204 \nA: b\n\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
        ]
    )
    func open(head: String) {
        for rest in ["", "\u{16}\u{3}\u{3}", "\r\n\r\nHTTP/1.1 407 No\r\n\r\n"] {
            for size in 1...head.utf8.count + rest.utf8.count {
                #expect(Self.outcome(head + rest, pieces: size) == .open(Array(rest.utf8)), "pieces of \(size)")
            }
        }
    }

    @Test(
        "a 407 says whether a password helps",
        arguments: [
            (["Basic realm=\"a, b\""], false, ProxyFailure.passwordNeeded),
            (["basic realm=x"], true, .passwordRefused),
            (["Negotiate", "NTLM"], true, .passwordUnusable(["Negotiate", "NTLM"])),
            (["Negotiate, NTLM, Basic realm=\"x\""], false, .passwordNeeded),
            (["Digest realm=\"Basic, Basic\", nonce=\"x,y\", algorithm = MD5"], true, .passwordUnusable(["Digest"])),
            (["NTLM TlRMTVNTUAAC=="], true, .passwordUnusable(["NTLM"])),
            (["Negotiate realm=\"\\\"\", Basic realm=x"], false, .passwordUnusable(["Negotiate"])),
            ([], true, .passwordUnusable([])),
            (["\u{1b}[31mEvil, , =, \u{202e}x, ThisIsLongerThanAnySchemeThereIs"], false, .passwordUnusable([])),
            (["a,b,c,d,e,f,Basic"], false, .passwordUnusable(["a", "b", "c", "d", "e"])),
        ] as [([String], Bool, ProxyFailure)]
    )
    func password(fields: [String], password: Bool, failure: ProxyFailure) {
        let head =
            "HTTP/1.1 407 Proxy Authentication Required\r\nDate: today\r\n"
            + fields.map { "proxy-Authenticate: \($0)\r\n" }.joined() + "Content-Length: 5\r\n\r\nhello"
        for size in [1, 7, .max] {
            #expect(Self.outcome(head, pieces: size, password: password) == .fail(failure))
        }
    }

    @Test("a 401 is taken for what tinyproxy means by it")
    func unauthorized() {
        #expect(Self.outcome("HTTP/1.0 401 Unauthorized\r\n\r\n", password: true) == .fail(.passwordRefused))
    }

    @Test("any other status is told", arguments: [301, 400, 403, 404, 500, 502, 503, 504, 599])
    func refused(status: Int) {
        #expect(Self.outcome("HTTP/1.1 \(status) \u{1b}[2J\r\n\r\n<html>") == .fail(.refused(status: status)))
    }

    @Test(
        "what is no HTTP is known by its first bytes",
        arguments: [
            "SSH-2.0-OpenSSH_9.2\r\n", "220 mail.example ESMTP\r\n", "\u{15}\u{3}\u{1}\0\u{2}", "HTTP/2 200 OK\r\n\r\n",
            "HTTP/1.1200 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n",
            "HTTP/1.1 099 OK\r\n\r\n", "HTTP/1.1 999 OK\r\n\r\n", "HTTP/1.1 +20 OK\r\n\r\n", "HTTP/1.1\r\n\r\n",
            "HTTP/1.9 200 OK\r\n\r\n", "\r\n\r\n", "http/1.1 200 OK\r\n\r\n", "\0",
            "HTTP/1.1 100 Continue\r\n\r\nSSH",
        ]
    )
    func nonsense(answer: String) {
        for size in [1, .max] { #expect(Self.outcome(answer, pieces: size) == .fail(.nonsense)) }
    }

    @Test("an answer without an end is given up at 16 KiB, also one of interim answers", arguments: [1, 1000, .max])
    func endless(size: Int) {
        let limit = Machine.longestHead
        let start = "HTTP/1.1 200 OK\r\nA: "
        let filling = String(repeating: "a", count: limit - start.utf8.count - 4)
        #expect(Self.outcome(start + filling + "\r\n\r\nrest", pieces: size) == .open(Array("rest".utf8)))
        #expect(Self.outcome(start + filling + "a\r\n\r\n", pieces: size) == .fail(.nonsense))
        let interim = String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: limit / 25 + 1)
        #expect(Self.outcome(interim + "HTTP/1.1 200 OK\r\n\r\n", pieces: size) == .fail(.nonsense))
    }

    @Test("an end and a deadline are failures before the answer, and nobody's business after it")
    func end() {
        #expect(Self.next({ $0.ended() }) == "closed")
        #expect(Self.next({ $0.timedOut() }) == "silent")
        #expect(Self.next({ $0.ended() }, after: "HTTP/1.1 200") == "closed")
        #expect(Self.next({ $0.timedOut() }, after: "HTTP/1.1 200") == "silent")
        for over in ["HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 502 No\r\n\r\n"] {
            #expect(Self.next({ $0.ended() }, after: over) == "nothing")
            #expect(Self.next({ $0.timedOut() }, after: over) == "nothing")
        }
        var late = Self.asked()
        _ = late.timedOut()
        let answer = late.received("HTTP/1.1 200 OK\r\n\r\n".utf8)
        #expect(answer == .wait)
    }
}
