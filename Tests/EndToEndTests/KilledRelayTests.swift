import Foundation
import Glibc
import Receipts
import RelayAPI
import Testing

extension Mishaps {
    @Suite("Killed while it issues")
    struct KilledRelayTests {
        /// How often a relay is killed, at the least; `scripts/stress issuing` asks for 200.
        private static let count = ProcessInfo.processInfo.environment["LOTSE_ISSUING_KILLS"].flatMap { Int($0) } ?? 50
        private static let rounds = 25

        @Test(
            "kills at random moments: no half invoice, no number lost or given twice, and asked again it gives the same bytes",
            arguments: 0..<UInt64((max(1, count) + 2 * rounds - 1) / (2 * rounds))
        )
        func kills(part: UInt64) async throws {
            let seed =
                (ProcessInfo.processInfo.environment["LOTSE_SEED"].flatMap(UInt64.init) ?? .random(in: .min ... .max))
                &+ 2 * part
            // Two relays at once, since there are two cores.
            async let first = played(seed, rounds: Self.rounds)
            async let second = played(seed &+ 1, rounds: Self.rounds)
            let (lost, kept) = (try await first.lost + second.lost, try await first.kept + second.kept)
            #expect(lost + kept == 2 * Self.rounds)
            // The kills must have come before the commit and after it, or they have shown nothing.
            #expect(lost > 2 && kept > 2, "\(lost) before the commit, \(kept) after it")
        }

        private func played(_ seed: UInt64, rounds: Int) async throws -> Issuing {
            var random = SeededGenerator(seed: seed)
            var history = Issuing()
            try await Stage.with(isReady: false) { stage in
                let month = try await stage.makePast(contracts: rounds, sessions: rounds)
                for round in 1...rounds {
                    try await history.round(round, month, stage, &random)
                    // Each round would find what an earlier one broke; the first that does ends the test.
                    guard history.isWhole else { break }
                }
                #expect(history.isWhole, "with LOTSE_SEED=\(seed), in round \(history.rounds)")
            }
            return history
        }
    }
}

/// What became of the invoices so far.
private struct Issuing {
    /// How many rounds were played.
    private(set) var rounds = 0
    /// Rounds in which the kill came before the commit.
    private(set) var lost = 0
    /// Rounds in which it came after the commit.
    private(set) var kept = 0
    private(set) var isWhole = true
    /// How long the relay takes for one invoice.
    private var window = Duration.milliseconds(60)

    /// Asks for one contract's invoice, kills the relay meanwhile, starts it and asks again.
    mutating func round(
        _ round: Int,
        _ month: String,
        _ stage: Stage,
        _ random: inout SeededGenerator
    ) async throws {
        rounds = round
        let digits = "\(round)"
        let contract = "client-" + String(repeating: "0", count: 6 - digits.count) + digits
        let request = InvoiceRequest(contract: contract, month: month, isDryRun: false)
        let first = try await killed(request, stage, after: window * Double.random(in: 0...1.2, using: &random))

        try await stage.serve()
        // As the crash left it, while the relay goes on.
        async let isWhole = stage.ledgerIsWhole()
        let client = try stage.client()
        let before: [InvoiceSummary] = try await client.send(.GET, RelayRoute.invoices)
        expect(before.count == round - 1 || before.count == round)
        if before.count == round { kept += 1 } else { lost += 1 }

        let start = ContinuousClock.now
        let second: InvoiceAnswer = try await client.send(.POST, RelayRoute.invoices, body: request)
        if before.count < round { window = ContinuousClock.now - start }
        let third: InvoiceAnswer = try await client.send(.POST, RelayRoute.invoices, body: request)
        expect(second == third)
        expect(second.invoices.count == 1)
        for file in second.invoices { expect(Digest.sha256(file.xml).hex == file.summary.xmlHash) }
        if let first {
            expect(first == second)
            expect(before.count == round)
        }
        let after: [InvoiceSummary] = try await client.send(.GET, RelayRoute.invoices)
        expect(after.map { $0.number.split(separator: "-").last.flatMap { Int($0) } } == Array(1...round))
        expect(after.dropLast() == before.prefix(round - 1))
        expect(after.last == second.invoices.first?.summary)
        expect(try await isWhole)
    }

    /// The answer, where it came before the kill.
    private func killed(_ request: InvoiceRequest, _ stage: Stage, after delay: Duration) async throws -> InvoiceAnswer?
    {
        let relay = try #require(stage.relay)
        let client = try stage.client()
        let asking = Task { try await client.send(.POST, RelayRoute.invoices, body: request, as: InvoiceAnswer.self) }
        try await Task.sleep(for: delay, tolerance: .zero)
        relay.signal(SIGKILL)
        try await relay.ended()
        return try? await asking.value
    }

    private mutating func expect(_ isTrue: Bool, sourceLocation: SourceLocation = #_sourceLocation) {
        if !isTrue { isWhole = false }
        #expect(isTrue, sourceLocation: sourceLocation)
    }
}

/// SplitMix64: the same seed, the same moments.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
