import Dispatch
import Testing

@Suite("Readers of strangers' bytes", .timeLimit(.minutes(5)))
struct FuzzTests {
    /// How long one reader is tried, and over how many inputs at most; they are the same each time.
    private static let time = Duration.seconds(1)
    private static let most = 5000

    @Test("whatever bytes come, a reader of them keeps its promises", arguments: FuzzTarget.all.map(\.name))
    func mutations(name: String) async throws {
        let target = try #require(FuzzTarget.named(name))
        try #require(!target.seeds.isEmpty)
        // Not in a thread of the concurrency runtime's: a reader may wait for one.
        let finding = await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: Self.finding(of: target)) }
        }
        #expect(finding == nil)
    }

    /// The first that there is, with its input.
    private static func finding(of target: FuzzTarget) -> String? {
        func finding(_ input: [UInt8]) -> String? {
            do {
                try target.read(input)
                return nil
            } catch {
                return "\(error); the input is \(input.map { String($0, radix: 16) }.joined(separator: " "))"
            }
        }
        for seed in target.seeds { if let finding = finding(seed) { return finding } }
        var mutation = Mutation(of: target, seed: 1)
        let end = ContinuousClock.now + time
        for _ in 0..<most where ContinuousClock.now < end {
            if let finding = finding(mutation.next()) { return finding }
        }
        return nil
    }

    @Test(
        "the rules for a terminal that the filter is held against see what must not pass",
        arguments: [
            "\u{1b}]0;x\u{07}", "\u{1b}[6n", "\u{1b}[?1004h", "\u{1b}[3J", "\u{1b}", "\u{1b}[", "\u{1b}[>c", "\u{9b}",
            "\u{202e}",
            "\u{1b}[99999b", "\u{1b}(C", "\u{05}",
        ]
    )
    func grammar(text: String) {
        var grammar = TerminalGrammar(.terminal)
        #expect(throws: Finding.self) { try grammar.check(Array(text.utf8)) }
    }
}
