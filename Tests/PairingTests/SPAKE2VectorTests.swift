import Foundation
import Testing

@testable import Pairing

/// RFC 9382, appendix B: SPAKE2-P256-SHA256-HKDF-HMAC. A is the agent's place, B the operator's.
@Suite("SPAKE2 vectors of RFC 9382")
struct SPAKE2VectorTests {
    struct Vector: Decodable, Sendable, CustomTestStringConvertible {
        // The names of RFC 9382.
        // swift-format-ignore
        let A, B, w, x, y, pA, pB, K, TT, HashTT, Ke, KcA, KcB, cA, cB: String

        var testDescription: String { "A=\"\(A)\" B=\"\(B)\"" }
    }

    static let vectors: [Vector] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "vectors.json")
        return (try? JSONDecoder().decode([Vector].self, from: Data(contentsOf: file))) ?? []
    }()

    @Test("there are four")
    func count() { #expect(Self.vectors.count == 4) }

    private func run(_ vector: Vector, _ role: SPAKE2.Role) throws -> SPAKE2 {
        try SPAKE2(
            role: role,
            w: SecretBytes(copying: bytes(vector.w)),
            scalar: SecretBytes(copying: bytes(role == .agent ? vector.x : vector.y)),
            identities: ([UInt8](vector.A.utf8), [UInt8](vector.B.utf8)),
            additionalData: []
        )
    }

    @Test("shares and confirmations are those of the vector, and both ends get one key", arguments: vectors)
    func runs(vector: Vector) throws {
        var agent = try run(vector, .agent)
        var other = try run(vector, .operator)
        #expect(hex(agent.share) == vector.pA)
        #expect(hex(other.share) == vector.pB)
        let confirmationA = try agent.receive(share: other.share)
        #expect(confirmationA.map(hex) == vector.cA)
        #expect(try other.receive(share: agent.share) == nil)
        let confirmationB = try other.receive(confirmation: bytes(vector.cA))
        #expect(confirmationB.map(hex) == vector.cB)
        #expect(try agent.receive(confirmation: bytes(vector.cB)) == nil)
        let keys = try (agent.withKey { [UInt8]($0) }, other.withKey { [UInt8]($0) })
        #expect(keys.0 == keys.1)
        #expect(keys.0.count == 32)
    }

    @Test("shared point, transcript, hash and Ke are those of the vector", arguments: vectors)
    func keySchedule(vector: Vector) throws {
        let w = SecretBytes(copying: bytes(vector.w))
        let shared = try P256().sharedPoint(
            scalar: SecretBytes(copying: bytes(vector.x)),
            w: w,
            peer: bytes(vector.pB),
            blinding: P256.blindingB
        )
        #expect(shared.isEqual(to: bytes(vector.K)))
        let transcript = try SPAKE2.KeySchedule.transcript(
            identities: ([UInt8](vector.A.utf8), [UInt8](vector.B.utf8)),
            shares: (bytes(vector.pA), bytes(vector.pB)),
            shared: shared,
            w: w
        )
        #expect(transcript.isEqual(to: bytes(vector.TT)))
        let keys = try SPAKE2.KeySchedule(transcript: transcript, additionalData: [])
        #expect(keys.transcriptHash.isEqual(to: bytes(vector.HashTT)))
        #expect(keys.encryptionKey.isEqual(to: bytes(vector.Ke)))
    }
}

func bytes(_ hexadecimal: String) -> [UInt8] {
    let digits = Array(hexadecimal.utf8).compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

func hex(_ bytes: [UInt8]) -> String { bytes.map { String(format: "%02x", $0) }.joined() }
