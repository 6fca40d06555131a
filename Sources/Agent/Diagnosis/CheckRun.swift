import NIOCore
import Redaction
import SupportChannel
import Synchronization

/// One check of a diagnosis on its way: bounded in time and output, blacked out before anything of it leaves.
struct CheckRun: Sendable {
    let index: Int
    let request: CommandRequest
    let rules: RedactionRules

    /// What came of it.
    struct Outcome: Sendable {
        var notice: CheckNotice
        var output: [UInt8] = []
        var errorOutput: [UInt8] = []
        var redactions = RedactionCounts()
    }

    /// So much was written that the rest is not read.
    private struct IsFull: Error {}

    fileprivate struct Collected: Sendable {
        var output: [UInt8] = []
        var errorOutput: [UInt8] = []
    }

    /// Runs it to its end.
    ///
    /// - Throws: `CancellationError` where it was stopped from outside.
    func outcome(by runner: CommandRunner) async throws -> Outcome {
        let collected = Mutex(Collected())
        let start = ContinuousClock.now
        var notice = CheckNotice(index: index, outcome: .ended)
        do {
            // Their standard input is at its end from the beginning.
            let input = AsyncStream<CommandInput> { $0.finish() }
            let result = try await runner.run(request, input: input) { output in
                let isFull = collected.withLock { $0.take(output) }
                if isFull { throw IsFull() }
            }
            notice.describe(result)
        } catch is IsFull {
            notice.outcome = .cut
        }
        notice.milliseconds = Int64((ContinuousClock.now - start) / .milliseconds(1))
        var outcome = Outcome(notice: notice)
        let bytes = collected.withLock { $0 }
        outcome.output = blackOut(bytes.output, &outcome.redactions)
        outcome.errorOutput = blackOut(bytes.errorOutput, &outcome.redactions)
        return outcome
    }

    private func blackOut(_ bytes: [UInt8], _ counts: inout RedactionCounts) -> [UInt8] {
        // What a check prints may begin in the middle of a key, as the last lines of a file do.
        var redactor = Redactor(rules, startsInside: true)
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count + 64)
        redactor.append(bytes, into: &output)
        redactor.finish(into: &output)
        counts += redactor.counts
        return output
    }
}

extension CheckRun.Collected {
    /// - Returns: whether there is no room for more.
    fileprivate mutating func take(_ piece: CommandOutput) -> Bool {
        let room = DiagnoseParameters.longestOutput - output.count - errorOutput.count
        switch piece {
        case .standardOutput(let bytes):
            output.append(contentsOf: bytes.readableBytesView.prefix(room))
            return bytes.readableBytes > room
        case .standardError(let bytes):
            errorOutput.append(contentsOf: bytes.readableBytesView.prefix(room))
            return bytes.readableBytes > room
        }
    }
}

extension CheckNotice {
    fileprivate mutating func describe(_ result: CommandResult) {
        status = result.status
        reason = result.reason
        switch result {
        case .exited, .signalled: outcome = .ended
        case .timedOut: outcome = .timedOut
        case .notFound: outcome = .absent
        case .notExecutable, .failed: outcome = .failed
        }
    }
}

extension CommandRunner {
    /// The same, for programs whose words a program reads: in English, whatever language the client's machine speaks.
    var inPlainEnglish: CommandRunner {
        var environment = environment
        environment.variables["LANGUAGE"] = nil
        environment.variables["LC_ALL"] = "C"
        environment.variables["COLUMNS"] = "200"
        return CommandRunner(
            environment: environment,
            limits: limits,
            commandGuard: commandGuard,
            offspring: offspring,
            eventLoopGroup: eventLoopGroup
        )
    }
}
