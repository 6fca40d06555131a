import Foundation
import Glibc
import RelayAPI
import Testing

extension Mishaps {
    /// `scripts/stress disk` lets every call fail; a test run takes a few of them, by chance.
    @Suite("A disk that fails", .enabled(if: DiskFault.isPossible, "strace(1) is not there, or may not trace"))
    struct DiskErrorTests {
        @Test(
            "calls of the relay's that fail: what was acknowledged is there after a restart, the rest failed with a sentence, and the ledger is whole"
        )
        func calls() async throws {
            let environment = ProcessInfo.processInfo.environment
            let seed = environment["LOTSE_SEED"].flatMap(UInt64.init) ?? .random(in: 0...UInt64(UInt32.max))
            let seconds = environment["LOTSE_DISK_SECONDS"].flatMap { Int($0) }
            let deadline = ContinuousClock.now + .seconds(seconds ?? 4)
            var random = SeededGenerator(seed: seed)
            try await Stage.with(isReady: false) { stage in
                var trial = try await DiskTrial(on: stage)
                let faults = try await trial.faults(counts: seconds != nil, using: &random)
                var injected: [String: Int] = [:]
                var tried = 0
                for fault in faults where tried == 0 || ContinuousClock.now < deadline {
                    injected["\(fault.calls) \(fault.error)", default: 0] += try await trial.run(fault)
                    tried += 1
                    guard trial.findings.count < 5 else { break }
                }
                let sums = injected.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
                print(
                    "seed \(seed): \(tried) of \(faults.count) sessions on a failing disk, \(sums.joined(separator: ", ")); \(trial.sentence)"
                )
                for finding in trial.findings { Issue.record("LOTSE_SEED=\(seed): \(finding)") }
            }
        }
    }
}
