import Testing

@testable import Pairing

@Suite("SPAKE2")
struct SPAKE2Tests {
    /// What one end believes. Everything has to be the same at both.
    struct Belief: Sendable {
        var room = "4821"
        var secret = "7305519"
        var authority = [UInt8](repeating: 7, count: 32)
        var versions = "lotse/1"

        func code() throws -> StretchedCode {
            try StretchedCode(Code(room: room, secret: secret), authority: authority)
        }

        func run(_ role: SPAKE2.Role) throws -> SPAKE2 { try SPAKE2(code(), as: role, versions: versions) }
    }

    /// An agent and an operator who were told the same, up to the point where the shares are exchanged.
    private func exchange(_ agent: inout SPAKE2, _ other: inout SPAKE2) throws -> [UInt8] {
        let confirmation = try agent.receive(share: other.share)
        _ = try other.receive(share: agent.share)
        return try #require(confirmation)
    }

    private func kind<Value>(_ body: () throws -> Value) -> PairingError.Kind? {
        do {
            _ = try body()
            return nil
        } catch { return (error as? PairingError)?.kind }
    }

    @Test("two ends with the same code get the same key, and another one each time")
    func agree() throws {
        var keys: Set<[UInt8]> = []
        for _ in 0..<2 {
            var agent = try Belief().run(.agent)
            var other = try Belief().run(.operator)
            let answer = try other.receive(confirmation: exchange(&agent, &other))
            _ = try agent.receive(confirmation: try #require(answer))
            let key = try agent.withKey { [UInt8]($0) }
            #expect(try other.withKey { [UInt8]($0) } == key)
            keys.insert(key)
        }
        #expect(keys.count == 2)
    }

    static let others: [Belief] =
        (0..<7).map { position in
            var digits = Array("7305519".utf8)
            digits[position] = digits[position] == UInt8(ascii: "9") ? UInt8(ascii: "0") : digits[position] + 1
            return Belief(secret: String(decoding: digits, as: UTF8.self))
        } + [
            Belief(room: "4822"),
            Belief(authority: [UInt8](repeating: 7, count: 31) + [6]),
            Belief(versions: "lotse/1,lotse/2"),
        ]

    @Test("one digit, the room, the authority or the version differs: neither end gets a key", arguments: others)
    func differ(belief: Belief) throws {
        var agent = try Belief().run(.agent)
        var other = try belief.run(.operator)
        let confirmation = try exchange(&agent, &other)
        #expect(kind { try other.receive(confirmation: confirmation) } == .wrongCode)
        #expect(kind { try other.withKey { _ in } } == .outOfOrder)
        // An operator who answers although the confirmation is wrong does not get further.
        #expect(kind { try agent.receive(confirmation: confirmation) } == .wrongCode)
        #expect(kind { try agent.withKey { _ in } } == .outOfOrder)
    }

    @Test("two ends in the same role do not agree", arguments: [SPAKE2.Role.agent, .operator])
    func swappedRoles(role: SPAKE2.Role) throws {
        var one = try Belief().run(role)
        var two = try Belief().run(role)
        let confirmation = try one.receive(share: two.share) ?? [UInt8](repeating: 0, count: 32)
        let other = try two.receive(share: one.share) ?? [UInt8](repeating: 0, count: 32)
        #expect(kind { try one.receive(confirmation: other) } == .wrongCode)
        #expect(kind { try two.receive(confirmation: confirmation) } == .wrongCode)
    }

    @Test("an end's own share and own confirmation are refused", arguments: [SPAKE2.Role.agent, .operator])
    func reflected(role: SPAKE2.Role) throws {
        var run = try Belief().run(role)
        let share = run.share
        #expect(kind { try run.receive(share: share) } == .badMessage)

        var agent = try Belief().run(.agent)
        var other = try Belief().run(.operator)
        let confirmation = try exchange(&agent, &other)
        #expect(kind { try agent.receive(confirmation: confirmation) } == .wrongCode)
    }

    static func badShares() throws -> [[UInt8]] {
        let good = try P256().share(
            scalar: SecretBytes(copying: [UInt8](repeating: 1, count: 32)),
            w: SecretBytes(copying: [UInt8](repeating: 2, count: 32)),
            blinding: P256.blindingB
        )
        var off = good
        off[64] ^= 1
        var hybrid = good
        hybrid[0] = 0x06
        let compressed = [0x02 + (good[64] & 1)] + good[1...32]
        return [
            off, hybrid, compressed, [0x00], [], [0x04], good.dropLast(), good + [0], [0x05] + good.dropFirst(),
            [0x04] + [UInt8](repeating: 0, count: 64), [0x04] + [UInt8](repeating: 0xff, count: 64),
            [UInt8](repeating: 0, count: 65),
        ].map { [UInt8]($0) }
    }

    @Test("what is no uncompressed point of the curve is refused, and costs no answer", arguments: try badShares())
    func badShare(share: [UInt8]) throws {
        for role in [SPAKE2.Role.agent, .operator] {
            let code = try Belief().code()
            var run = try SPAKE2(code, as: role, versions: "lotse/1")
            #expect(kind { try run.receive(share: share) } == .badMessage)
            #expect(!code.isForgotten)
            #expect(kind { try run.receive(confirmation: [UInt8](repeating: 0, count: 32)) } == .outOfOrder)
        }
    }

    @Test("a share that leads to infinity is refused", arguments: [SPAKE2.Role.agent, .operator])
    func infinity(role: SPAKE2.Role) throws {
        let w = SecretBytes(copying: [UInt8](repeating: 3, count: 32))
        // 0 · P: the other end's blinding alone, which this end subtracts.
        let share = try P256().share(
            scalar: SecretBytes(copying: [UInt8](repeating: 0, count: 32)),
            w: w,
            blinding: role == .agent ? P256.blindingB : P256.blindingA
        )
        var run = try SPAKE2(role: role, w: w, scalar: P256().scalar(), identities: ([], []), additionalData: [])
        #expect(kind { try run.receive(share: share) } == .badMessage)
    }

    @Test("a confirmation of another length is wrong", arguments: [0, 1, 31, 33, 64])
    func confirmationLength(count: Int) throws {
        var agent = try Belief().run(.agent)
        var other = try Belief().run(.operator)
        let right = try exchange(&agent, &other)
        let confirmation = [UInt8]((right + right).prefix(count))
        #expect(kind { try other.receive(confirmation: confirmation) } == .wrongCode)
    }

    @Test("each bit of a confirmation counts")
    func confirmationBits() throws {
        for bit in 0..<256 where bit % 37 == 0 || bit == 255 {
            var agent = try Belief().run(.agent)
            var other = try Belief().run(.operator)
            var confirmation = try exchange(&agent, &other)
            confirmation[bit / 8] ^= 1 << (bit % 8)
            #expect(kind { try other.receive(confirmation: confirmation) } == .wrongCode)
        }
    }

    @Test("steps out of order end the run")
    func outOfOrder() throws {
        var early = try Belief().run(.operator)
        #expect(kind { try early.receive(confirmation: [UInt8](repeating: 0, count: 32)) } == .outOfOrder)

        var agent = try Belief().run(.agent)
        var other = try Belief().run(.operator)
        let confirmation = try exchange(&agent, &other)
        #expect(kind { try other.receive(share: agent.share) } == .outOfOrder)
        #expect(kind { try other.receive(confirmation: confirmation) } == .outOfOrder)

        var third = try Belief().run(.agent)
        var fourth = try Belief().run(.operator)
        let right = try exchange(&third, &fourth)
        _ = try fourth.receive(confirmation: right)
        #expect(kind { try fourth.receive(confirmation: right) } == .outOfOrder)
        #expect(kind { try fourth.withKey { _ in } } == .outOfOrder)
    }

    // MARK: The ends burn the code

    @Test("the agent forgets the code when it answers")
    func agentForgets() throws {
        let code = try Belief().code()
        var agent = try SPAKE2(code, as: .agent, versions: "lotse/1")
        #expect(!code.isForgotten)
        _ = try agent.receive(share: Belief(secret: "0000000").run(.operator).share)
        #expect(code.isForgotten)
        #expect(kind { try SPAKE2(code, as: .agent, versions: "lotse/1").share } == .spent)
    }

    @Test("the operator forgets the code when it has checked an answer, right or wrong", arguments: [true, false])
    func operatorForgets(isRight: Bool) throws {
        let code = try Belief().code()
        var other = try SPAKE2(code, as: .operator, versions: "lotse/1")
        var agent = try (isRight ? Belief() : Belief(secret: "7305518")).run(.agent)
        let confirmation = try exchange(&agent, &other)
        #expect(!code.isForgotten)
        #expect((kind { try other.receive(confirmation: confirmation) } == nil) == isRight)
        #expect(code.isForgotten)
        #expect(kind { try SPAKE2(code, as: .operator, versions: "lotse/1").share } == .spent)
    }

    @Test("two runs of one code that overlap get one answer", arguments: [SPAKE2.Role.agent, .operator])
    func overlapping(role: SPAKE2.Role) throws {
        let code = try Belief().code()
        var one = try SPAKE2(code, as: role, versions: "lotse/1")
        var two = try SPAKE2(code, as: role, versions: "lotse/1")
        if role == .agent {
            _ = try one.receive(share: Belief().run(.operator).share)
            #expect(kind { try two.receive(share: Belief().run(.operator).share) } == .spent)
        } else {
            var agent = try Belief().run(.agent)
            let confirmation = try exchange(&agent, &one)
            _ = try two.receive(share: agent.share)
            _ = try one.receive(confirmation: confirmation)
            #expect(kind { try two.receive(confirmation: confirmation) } == .spent)
        }
    }

    @Test("runs that end before the answer cost nothing, three times")
    func threeRuns() throws {
        let code = try Belief().code()
        for _ in 0..<3 { _ = try SPAKE2(code, as: .agent, versions: "lotse/1").share }
        #expect(kind { try SPAKE2(code, as: .agent, versions: "lotse/1").share } == .spent)
        #expect(code.isForgotten)
    }

    // MARK: Scalars

    @Test("a scalar that is 0, or not below the order, is drawn again")
    func rejectionSampling() throws {
        let order = bytes("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551")
        var below = order
        below[31] -= 1
        var draws: [[UInt8]] = [
            [UInt8](repeating: 0, count: 32), order, [UInt8](repeating: 0xff, count: 32), below,
        ]
        let scalar = try P256().scalar { buffer in
            buffer.copyBytes(from: draws.removeFirst())
            return true
        }
        #expect(scalar.isEqual(to: below))
        #expect(draws.isEmpty)
    }

    @Test("no random numbers is an error")
    func noRandom() {
        #expect(kind { try P256().scalar { _ in false } } == .cryptoFailed)
        #expect(kind { try P256().scalar { _ in true } } == .cryptoFailed)
    }

    @Test("w is 1 + (x mod (n - 1))")
    func reduction() throws {
        // n - 1 in 48 bytes gives 1, n - 2 gives n - 1, and 0 gives 1.
        let order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc6325"
        func w(_ last: String) throws -> SecretBytes {
            try P256().nonZeroScalar(
                from: SecretBytes(copying: bytes(String(repeating: "00", count: 16) + order + last))
            )
        }
        let one = [UInt8](repeating: 0, count: 31) + [1]
        #expect(try w("50").isEqual(to: one))
        #expect(try w("4f").isEqual(to: bytes(order + "50")))
        #expect(try P256().nonZeroScalar(from: SecretBytes(copying: [UInt8](repeating: 0, count: 48))).isEqual(to: one))
    }

    /// Computed with Python's `hashlib.scrypt` and integers.
    @Test("w comes from the secret by scrypt, with room and authority as the salt")
    func stretching() async throws {
        let code = try await StretchedCode.stretching(
            Code(room: "4821", secret: "7305519"),
            authority: [UInt8](repeating: 7, count: 32)
        )
        #expect(try code.begin().isEqual(to: bytes("7e654579ce019d667ce0a5fbfcb424497bdeaecd2fbcbadde0d51607dd505d50")))
    }

    @Test("an authority that is no SHA-256 is refused")
    func badAuthority() {
        #expect(kind { try Belief(authority: [1, 2, 3]).code() } == .invalidInput)
    }
}
