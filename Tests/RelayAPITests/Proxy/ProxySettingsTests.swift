import Testing

@testable import RelayAPI

@Suite("Which proxy leads to a relay")
struct ProxySettingsTests {
    private static let relay = RelayEndpoint(host: "relay.example.org", port: 4470)

    private static func proxy(_ environment: [String: String], to relay: RelayEndpoint = relay) throws -> Proxy? {
        try ProxySettings(environment: environment).proxy(for: relay)
    }

    @Test("the variables count as curl reads them, small letters first, and what is empty is not set")
    func precedence() throws {
        func port(_ environment: [String: String]) throws -> Int? { try Self.proxy(environment)?.port }
        var environment: [String: String] = [:]
        #expect(try port(environment) == nil)
        environment["ALL_PROXY"] = "http://p:1"
        #expect(try port(environment) == 1)
        environment["all_proxy"] = "http://p:2"
        #expect(try port(environment) == 2)
        environment["HTTPS_PROXY"] = "http://p:3"
        #expect(try port(environment) == 3)
        environment["https_proxy"] = "http://p:4"
        #expect(try port(environment) == 4)
        environment["https_proxy"] = ""
        #expect(try port(environment) == 3)
        environment["http_proxy"] = "http://p:5"
        #expect(try port(environment) == 3)
        environment["NO_PROXY"] = "example.org"
        #expect(try port(environment) == nil)
        environment["no_proxy"] = "example.com"
        #expect(try port(environment) == 3)
    }

    @Test("what a file says takes the place of the environment, also that there is none")
    func file() throws {
        let environment = ["HTTPS_PROXY": "http://p:1", "NO_PROXY": "10.0.0.0/8"]
        let other = ProxySettings(environment: environment, address: "http://q:2")
        #expect(try other.proxy(for: Self.relay)?.description == "http://q:2")
        #expect(try other.proxy(for: RelayEndpoint(host: "10.1.2.3", port: 1)) == nil)
        #expect(try ProxySettings(environment: environment, address: "none").proxy(for: Self.relay) == nil)
    }

    @Test(
        "addresses of proxies are read, user name and password with their escapes",
        arguments: [
            ("http://proxy.example:3128", "http://proxy.example:3128", nil),
            ("http://proxy.example:3128/", "http://proxy.example:3128", nil),
            ("HTTP://proxy.example:80/a?b", "http://proxy.example:80", nil),
            ("proxy.example:8080", "http://proxy.example:8080", nil),
            (" http://proxy.example \n", "http://proxy.example:1080", nil),
            ("http://[2001:db8::1]:3128", "http://[2001:db8::1]:3128", nil),
            ("[::1]", "http://[::1]:1080", nil),
            ("http://10.0.0.1:3128", "http://10.0.0.1:3128", nil),
            // Values as `printf USER:PASSWORD | base64` prints them.
            ("http://jana:secret@p:3128", "http://p:3128", "Basic amFuYTpzZWNyZXQ="),
            ("http://jana:a%40b%3Ac@p:3128", "http://p:3128", "Basic amFuYTphQGI6Yw=="),
            ("jana:a@b@p:3128", "http://p:3128", "Basic amFuYTphQGI="),
            ("http://jana:50%off@p:3128", "http://p:3128", "Basic amFuYTo1MCVvZmY="),
            ("http://jana@p:3128", "http://p:3128", "Basic amFuYTo="),
            ("http://j%C3%A4nner:x@p:3128", "http://p:3128", "Basic asOkbm5lcjp4"),
        ] as [(String, String, String?)]
    )
    func address(url: String, description: String, authorization: String?) throws {
        let proxy = try #require(try Self.proxy(["HTTPS_PROXY": url]))
        #expect(proxy.description == description)
        #expect(proxy.authorization == authorization)
        #expect(!"\(proxy) \(String(reflecting: proxy)) \([proxy])".contains("secret"))
    }

    @Test(
        "what is no address of an HTTP proxy is one sentence without the address, which may hold a password",
        arguments: [
            "http://", "http://:3128", "http://p:0", "http://p:65536", "http://p:x", "http://jana:se/cret@p:1",
            "http://a b:1",
            "http://jana%3A:secret@p:1", "http://jana:secret%0a@p:1", "http://jana:secret@p:1:2", "a;b:1",
            "://secret:1",
            "http:secret",
        ]
    )
    func malformed(url: String) throws {
        let error = try #require(throws: RelayAPIError.self) { try Self.proxy(["HTTPS_PROXY": url]) }
        #expect(error.kind == .badProxy(source: "HTTPS_PROXY", scheme: nil))
        #expect(error.description.hasPrefix("HTTPS_PROXY is not the address of a proxy (write http://"))
        #expect(!error.description.contains("secret"))
    }

    @Test("a proxy of another kind is named", arguments: ["socks5", "https", "socks5h"])
    func scheme(_ scheme: String) throws {
        let environment = ["all_proxy": "\(scheme)://jana:secret@p:1080"]
        let error = try #require(throws: RelayAPIError.self) { try Self.proxy(environment) }
        #expect(
            error.description
                == "all_proxy names a \(scheme) proxy, and only HTTP proxies are supported (write http://HOST:PORT)"
        )
        // Nobody needs it where it is not used.
        #expect(try Self.proxy(environment.merging(["no_proxy": "*"]) { $1 }) == nil)
    }

    @Test(
        "NO_PROXY names hosts, domains, addresses, networks and ports",
        arguments: [
            ("relay.example.org", "relay.example.org", true), ("example.org", "relay.example.org", true),
            (".example.org", "relay.example.org", true), (".example.org", "example.org", true),
            ("*.example.org", "relay.example.org", true), ("EXAMPLE.org", "Relay.Example.ORG", true),
            ("example.org.", "relay.example.org", true), ("example.org", "relay.example.org.", true),
            ("xample.org", "relay.example.org", false), ("relay.example", "relay.example.org", false),
            ("sub.relay.example.org", "relay.example.org", false), ("*", "relay.example.org", true),
            ("*", "::1", true), ("a, ,b  example.org\tc", "relay.example.org", true), ("", "relay.example.org", false),
            (",", "relay.example.org", false), (".", "relay.example.org", false), ("*.", "relay.example.org", false),
            ("relay*", "relay.example.org", false), ("example.org:4470", "relay.example.org", true),
            ("example.org:443", "relay.example.org", false), ("example.org:x", "relay.example.org", false),
            ("10.1.2.3", "10.1.2.3", true), ("10.1.2.3", "10.1.2.30", false), ("10.1.2.3:4470", "10.1.2.3", true),
            ("10.1.2.3:1", "10.1.2.3", false), ("10.0.0.0/8", "10.200.3.4", true), ("10.0.0.0/8", "11.0.0.1", false),
            ("10.0.0.0/8", "10.example.org", false), ("192.168.4.0/22", "192.168.7.255", true),
            ("192.168.4.0/22", "192.168.8.0", false), ("0.0.0.0/0", "8.8.8.8", true), ("0.0.0.0/0", "::1", false),
            ("10.0.0.0/33", "10.0.0.1", false), ("10.0.0.0/x", "10.0.0.1", false), ("10.0.0.0/-1", "10.0.0.1", false),
            ("example.org/8", "relay.example.org", false), ("::1", "::1", true), ("[::1]", "::1", true),
            ("[::1]:4470", "::1", true), ("[::1]:443", "::1", false), ("[::1", "::1", false), ("[::1]x", "::1", false),
            ("2001:db8::/32", "2001:db8:1::5", true), ("[2001:db8::]/32", "2001:db8:1::5", true),
            ("2001:db8::/33", "2001:db8:8000::1", false), ("::1", "0:0:0:0:0:0:0:1", true),
            ("1.2.3", "10.1.2.3", false),
        ]
    )
    func exceptions(list: String, host: String, isException: Bool) throws {
        let environment = ["HTTPS_PROXY": "http://p:1", "NO_PROXY": list]
        #expect(try (Self.proxy(environment, to: RelayEndpoint(host: host, port: 4470)) == nil) == isException)
    }
}
