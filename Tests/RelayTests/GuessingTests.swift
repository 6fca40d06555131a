import Ledger
import RelayAPI
import Testing

@testable import Relay

/// Numbers that are the same in every run.
private struct Seeded: RandomNumberGenerator {
    var state: UInt64

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func digits(_ count: Int) -> String {
        (0..<count).map { _ in String(UInt8.random(in: 0...9, using: &self)) }.joined()
    }
}

@Suite("Guessing", .timeLimit(.minutes(5)))
struct GuessingTests {
    /// What became of one guess.
    private enum Outcome: Hashable {
        case noRoom, wait, confirmation
    }

    /// A stranger who knows the room tries a secret; the operator's end says whether it fits.
    private func guess(
        _ stage: DeskStage,
        room: String,
        invitation: String,
        fits: Bool,
        from address: AddressBlock
    ) async throws -> Outcome {
        do {
            _ = try await stage.desk.join(JoinRequest(room: room), from: address)
        } catch let refusal as Refusal {
            return refusal.problem.code == "tooManyAttempts" ? .wait : .noRoom
        }
        await stage.desk.pretendThatTheyMet(invitation)
        _ = try await stage.desk.report(PairingOutcome(paired: fits), invitation: invitation, by: stage.jana)
        return .confirmation
    }

    @Test(
        "100,000 guesses from as many addresses, all with the right room, admit nobody: each code takes one, and secrets grow"
    )
    func manyAddresses() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            var random = Seeded(state: 4821)
            var (invitations, lengths, admitted) = (0, Set<Int>(), 0)
            var outcomes: [Outcome: Int] = [:]
            var open = try await stage.invite()
            var secret = random.digits(open.secretDigits)
            invitations += 1
            for number in 0..<100_000 {
                // The operator invites again every five minutes, as often as somebody burns the code.
                if number % 1000 == 0, number > 0 {
                    stage.hands.advance(300)
                    await stage.desk.tick()
                    open = try await stage.invite()
                    secret = random.digits(open.secretDigits)
                    invitations += 1
                }
                lengths.insert(open.secretDigits)
                let fits = random.digits(open.secretDigits) == secret
                let address = AddressBlock(
                    "2001:db8:\(String(number >> 16, radix: 16)):\(String(number & 0xFFFF, radix: 16))::1"
                )
                let outcome = try await guess(
                    stage,
                    room: open.room,
                    invitation: open.invitation,
                    fits: fits,
                    from: address
                )
                outcomes[outcome, default: 0] += 1
                if fits, outcome == .confirmation { admitted += 1 }
            }
            #expect(admitted == 0)
            #expect(outcomes[.confirmation] == invitations, "each code takes exactly one guess")
            #expect(outcomes[.noRoom] == 100_000 - invitations)
            #expect(lengths == [7, 8], "after 50 failures a day secrets have 8 digits")
            #expect(try await stage.ledger.sessions().isEmpty)
            // Whoever has the code is let in at once, whatever went before.
            open = try await stage.invite()
            let honest = try await guess(
                stage,
                room: open.room,
                invitation: open.invitation,
                fits: true,
                from: AddressBlock("198.51.100.7")
            )
            #expect(honest == .confirmation)
        }
    }

    @Test("100,000 guesses from one address are a handful: it waits longer each time, up to ten minutes")
    func oneAddress() async throws {
        let stage = try await DeskStage()
        try await stage.with {
            var random = Seeded(state: 730)
            var heard = 0
            // Ten a second, for nearly three hours.
            for number in 0..<100_000 {
                if number % 10 == 0 { stage.hands.advance(1) }
                let outcome = try await guess(
                    stage,
                    room: random.digits(4),
                    invitation: "none",
                    fits: false,
                    from: AddressBlock("203.0.113.7")
                )
                if outcome != .wait { heard += 1 }
            }
            // 5 + 10 + … + 320 s, then every 600 s.
            #expect(heard <= 8 + 10_000 / 600)
            #expect(await stage.desk.penalties.count == 1)
        }
    }
}
