import Receipts
import Testing

struct DigestTests {
    @Test(
        "SHA-256 of known messages",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ]
    )
    func knownMessages(message: String, hex: String) {
        #expect(Digest.sha256(message).hex == hex)
    }

    @Test("pieces hash to the same as the whole")
    func pieces() {
        let message = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
        for cut in [0, 1, 63, 64, 65, 999, 1000] {
            var hash = SHA256()
            hash.update(Array(message[..<cut]))
            hash.update([])
            hash.update(Array(message[cut...]))
            #expect(hash.finish() == Digest.sha256(message))
        }
    }

    @Test("hexadecimal is read in one spelling only")
    func spelling() {
        let hex = Digest.sha256("x").hex
        #expect(Digest(hex: hex)?.hex == hex)
        #expect(Digest(hex: hex.uppercased()) == nil)
        #expect(Digest(hex: String(hex.dropLast())) == nil)
        #expect(Digest(hex: String(hex.dropLast(2))) == nil)
        #expect(Digest(hex: hex + "00") == nil)
        #expect(Digest(hex: "zz" + hex.dropFirst(2)) == nil)
        #expect(Digest.zero.hex == String(repeating: "0", count: 64))
    }
}
