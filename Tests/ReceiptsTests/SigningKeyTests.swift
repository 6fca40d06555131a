import Contracts
import Receipts
import TLS
import Testing

struct SigningKeyTests {
    private let message = SignedBytes(domain: .ledgerHead, statement: ["a": 1])

    @Test("the secret of RFC 8032 §7.1 test 2 has the RFC's public key")
    func knownKey() throws {
        // PKCS #8 around the RFC's 32 secret bytes (RFC 8410 §7); public test data, not anybody's key.
        let secret = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"
        let pem = try PEM.ed25519(secretHex: secret)
        let key = try SigningKey(pem: pem)
        #expect(key.verifyingKey.hex == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    }

    @Test("a signature is valid for its message and its key alone")
    func validity() throws {
        let key = try SigningKey.generate()
        let signature = try key.sign(message)
        #expect(key.verifyingKey.isValid(signature, for: message))
        #expect(!key.verifyingKey.isValid(signature, for: SignedBytes(domain: .ledgerEntry, statement: ["a": 1])))
        #expect(!key.verifyingKey.isValid(signature, for: SignedBytes(domain: .ledgerHead, statement: ["a": 2])))
        #expect(try !SigningKey.generate().verifyingKey.isValid(signature, for: message))
        #expect(!key.verifyingKey.isValid(Array(signature.dropLast()), for: message))
        #expect(!key.verifyingKey.isValid([], for: message))
        for index in signature.indices {
            var broken = signature
            broken[index] ^= 1
            #expect(!key.verifyingKey.isValid(broken, for: message))
        }
    }

    @Test("a key survives its PEM form")
    func pem() throws {
        let key = try SigningKey.generate()
        let pem = try key.withPEM { Array($0) }
        #expect(String(decoding: pem, as: UTF8.self).hasPrefix("-----BEGIN PRIVATE KEY-----\n"))
        let again = try SigningKey(pem: pem)
        #expect(again.verifyingKey == key.verifyingKey)
        #expect(try again.sign(message) == key.sign(message))
    }

    @Test(
        "what is not an unencrypted Ed25519 key is refused",
        arguments: [
            "", "\0", "no key",
            "-----BEGIN PRIVATE KEY-----\nMAAA\n-----END PRIVATE KEY-----\n",
        ]
    )
    func wrongKeys(text: String) {
        #expect { try SigningKey(pem: Array(text.utf8)) } throws: { ($0 as? ReceiptsError)?.kind == .badKey }
    }

    @Test("a key of the right form for another algorithm is refused")
    func otherAlgorithm() throws {
        // The object identifier of X25519 (RFC 8410 §3) in the place of Ed25519's.
        let pem = try PEM.key(algorithm: "06032b656e", secretHex: String(repeating: "00", count: 32))
        #expect { try SigningKey(pem: pem) } throws: { ($0 as? ReceiptsError)?.kind == .badKey }
    }

    @Test("an operator's P-256 key verifies what it signed, and nothing else")
    func p256() throws {
        let pair = try PrivateKey.generate(.p256)
        let key = try #require(VerifyingKey(p256SubjectPublicKeyInfo: pair.publicKey.der))
        #expect(key.algorithm == .p256)
        #expect(VerifyingKey(hex: key.hex) == key)
        let signature = try Signature(by: .operator, of: message, key: key) { try pair.sign($0) }
        #expect(signature.isValid(for: message, by: key))
        #expect(!signature.isValid(for: SignedBytes(domain: .consent, statement: ["a": 1]), by: key))
        let other = try #require(VerifyingKey(p256SubjectPublicKeyInfo: PrivateKey.generate(.p256).publicKey.der))
        #expect(!signature.isValid(for: message, by: other))
        #expect(!key.isValid([], for: message))
        #expect(!key.isValid([UInt8](repeating: 0, count: 64), for: message))
    }

    @Test("what is no point on the curve, or written otherwise, is no P-256 key")
    func badPoints() throws {
        let der = try PrivateKey.generate(.p256).publicKey.der
        let point = try #require(VerifyingKey(p256SubjectPublicKeyInfo: der)).bytes
        var off = point
        off[64] ^= 1
        #expect(VerifyingKey(bytes: off) == nil)
        #expect(VerifyingKey(bytes: Array(point.dropLast())) == nil)
        #expect(VerifyingKey(bytes: [0x02] + point.dropFirst()) == nil)
        #expect(VerifyingKey(bytes: [0x02] + point[1...32]) == nil)
        #expect(VerifyingKey(p256SubjectPublicKeyInfo: Array(der.dropFirst())) == nil)
        #expect(try VerifyingKey(p256SubjectPublicKeyInfo: PrivateKey.generate(.ed25519).publicKey.der) == nil)
    }

    @Test(
        "a key of small order, under which one signature fits any message, is no key",
        arguments: [
            "0100000000000000000000000000000000000000000000000000000000000000",
            "0100000000000000000000000000000000000000000000000000000000000080",
            "0000000000000000000000000000000000000000000000000000000000000000",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        ]
    )
    func smallOrder(hex: String) {
        #expect(VerifyingKey(hex: hex) == nil)
    }

    @Test("one key signs on many threads at once")
    func concurrency() async throws {
        let (key, message) = (try SigningKey.generate(), message)
        let valid = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<64 {
                group.addTask { key.verifyingKey.isValid(try key.sign(message), for: message) }
            }
            return try await group.reduce(true) { $0 && $1 }
        }
        #expect(valid)
    }
}

enum PEM {
    static func ed25519(secretHex: String) throws -> [UInt8] { try key(algorithm: "06032b6570", secretHex: secretHex) }

    static func key(algorithm: String, secretHex: String) throws -> [UInt8] {
        let prefix = "302e0201003005\(algorithm)04220420"
        let digits = Array((prefix + secretHex).utf8)
        var der: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            der.append(try #require(UInt8(String(decoding: digits[index...index + 1], as: UTF8.self), radix: 16)))
        }
        return Array("-----BEGIN PRIVATE KEY-----\n\(base64(der))\n-----END PRIVATE KEY-----\n".utf8)
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let word = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for index in 0..<4 {
                text.append(index <= group.count ? alphabet[word >> (18 - 6 * index) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
