import RelayAPI
import Testing

@testable import Operator

@Suite("Login")
struct LoginTests {
    @Test(
        "what is no token is refused before anybody is asked",
        arguments: ["", "lotse-", "lotse-00", "4821-730-5519-4"]
    )
    func badToken(text: String) async throws {
        let temporary = try TemporaryHome()
        await #expect { try await temporary.home.logIn(relay: "https://127.0.0.1:1", tokenText: text) } throws: {
            ($0 as? OperatorError)?.kind == .login
        }
        #expect(try temporary.home.read("login.pending.json") == nil)
    }

    @Test("the login to another relay is not given up without a word")
    func otherRelay() async throws {
        let temporary = try TemporaryHome()
        let login = Login(
            relay: "https://one:443",
            operator: "jan",
            role: .owner,
            authority: "",
            certificate: "",
            privateKey: ""
        )
        try temporary.home.write(login, to: Login.file)
        let token = "lotse-" + String(repeating: "ab", count: 64)
        await #expect { try await temporary.home.logIn(relay: "https://two:1", tokenText: token) } throws: { error in
            "\(error)".contains("https://one:443") && "\(error)".contains("--replace")
        }
    }

    @Test("a relay that cannot be reached keeps the key for the next try")
    func unreachable() async throws {
        let temporary = try TemporaryHome()
        let token = "  lotse-" + String(repeating: "ab", count: 64) + "\n"
        var keys: [[UInt8]?] = []
        for _ in 0..<2 {
            await #expect(throws: RelayAPIError.self) {
                try await temporary.home.logIn(relay: "https://127.0.0.1:1", tokenText: token)
            }
            keys.append(try temporary.home.read("login.pending.json"))
        }
        #expect(keys[0] != nil)
        #expect(keys[0] == keys[1])
    }

    @Test("without a login the sentence says what to do")
    func notLoggedIn() async throws {
        let temporary = try TemporaryHome()
        await #expect { try await Relay.open(temporary.home) } throws: { "\($0)".contains("lotse login") }
    }
}
