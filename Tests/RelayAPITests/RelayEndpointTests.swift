import Testing

@testable import RelayAPI

@Suite("RelayEndpoint and tokens")
struct RelayEndpointTests {
    @Test(
        "addresses are read and written",
        arguments: [
            ("https://relay.example.org:4470", "relay.example.org", 4470),
            ("https://relay.example.org", "relay.example.org", 443),
            ("https://127.0.0.1:1/", "127.0.0.1", 1), ("https://[::1]:8443", "::1", 8443),
        ]
    )
    func read(url: String, host: String, port: Int) throws {
        let endpoint = try RelayEndpoint(url: url)
        #expect(endpoint == RelayEndpoint(host: host, port: port))
        #expect(try RelayEndpoint(url: endpoint.description) == endpoint)
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", "relay.example.org", "http://relay.example.org", "https://", "https://a:0", "https://a:65536",
            "https://a:b",
            "https://a:1:2", "https://[::1", "https://a/b", "https://user@a", "https://a?b",
        ]
    )
    func refused(url: String) {
        #expect(throws: RelayAPIError.self) { try RelayEndpoint(url: url) }
    }

    @Test("an enrolment token survives being printed and pasted with line breaks")
    func token() throws {
        let token = try #require(EnrolmentToken(authority: Array(0..<32), secret: Array(100..<132)))
        #expect(EnrolmentToken(text: token.text) == token)
        #expect(EnrolmentToken(text: "  " + token.text.prefix(70) + "\n" + token.text.dropFirst(70) + "\n") == token)
        #expect(EnrolmentToken(text: String(token.text.dropLast())) == nil)
        #expect(EnrolmentToken(text: "lotse-") == nil)
        #expect(EnrolmentToken(text: token.text.replacing("lotse-", with: "")) == nil)
    }

    @Test("what stands in a path is escaped")
    func escaped() {
        #expect(RelayRoute.contract("a b/ü?") == "/v1/contracts/a%20b%2F%C3%BC%3F")
        #expect(RelayRoute.sessions(contract: "a&b", live: true) == "/v1/sessions?contract=a%26b&live=true")
    }

    @Test("hexadecimal digits are bytes, nothing else is")
    func hexadecimal() {
        #expect(Hexadecimal.decode("00ffAb") == [0, 255, 171])
        #expect(Hexadecimal.encode([0, 255, 171]) == "00ffab")
        #expect(Hexadecimal.decode("0") == nil)
        #expect(Hexadecimal.decode("zz") == nil)
    }
}
