import Testing

@testable import Operator

@Suite("Leaving a shell") struct EscapeKeysTests {
    private func take(_ pieces: String...) -> (keys: String, leaves: Bool) {
        var escape = EscapeKeys()
        var keys: [UInt8] = []
        for piece in pieces {
            let taken = escape.take(Array(piece.utf8))
            keys += taken.keys
            if taken.leaves { return (String(decoding: keys, as: UTF8.self), true) }
        }
        return (String(decoding: keys, as: UTF8.self), false)
    }

    @Test("~. leaves at the beginning and behind Enter, also where it comes in pieces")
    func leaves() {
        #expect(take("~.") == ("", true))
        #expect(take("ls\r~.more") == ("ls\r", true))
        #expect(take("ls\r", "~", ".") == ("ls\r", true))
        #expect(take("ls\n~.") == ("ls\n", true))
    }

    @Test("anywhere else it is what it is")
    func stays() {
        #expect(take("cd ~./x\r") == ("cd ~./x\r", false))
        #expect(take("~x\r~/bin\r") == ("~x\r~/bin\r", false))
        #expect(take("a~.") == ("a~.", false))
        #expect(take("~\r~.") == ("~\r", true))
    }

    @Test("two tildes type one")
    func tilde() {
        #expect(take("~~.") == ("~.", false))
        #expect(take("~") == ("", false))
        #expect(take("~", "~") == ("~", false))
    }
}
