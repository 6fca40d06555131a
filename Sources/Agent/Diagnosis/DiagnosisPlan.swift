import Contracts
import Redaction
import SupportChannel
import TerminalText

/// Which commands of a diagnosis run, and which the contract keeps from running.
struct DiagnosisPlan: Sendable {
    /// What runs, in the operator's order.
    let runs: [CheckRun]
    /// Indices of what the contract does not allow.
    let refused: [Int]
    private let commands: [[String]]

    /// A longer command nobody reads in a list.
    static let longestCommand = 1000

    /// Sorts an operator's commands.
    ///
    /// - Throws: `Refusal` 400 for what no agent takes, 403 where nothing of it is allowed.
    init(
        _ parameters: DiagnoseParameters,
        _ access: Contract.Access,
        _ rules: RedactionRules
    ) throws(Refusal) {
        commands = parameters.checks.map(\.arguments)
        guard (1...DiagnoseParameters.mostChecks).contains(commands.count) else {
            let most = DiagnoseParameters.mostChecks
            throw Refusal(status: 400, message: "a diagnosis is 1 to \(most) commands, not \(commands.count)")
        }
        var runs: [CheckRun] = []
        var refused: [Int] = []
        for (index, arguments) in commands.enumerated() {
            do {
                let request = try CommandRequest(
                    arguments: arguments,
                    timeout: .seconds(DiagnoseParameters.longestSeconds)
                )
                guard TerminalText.commandLine(arguments).utf8.count <= Self.longestCommand else {
                    throw Refusal(status: 400, message: "command \(index + 1) is too long to be shown in a list")
                }
                // What the contract lists as a check of its own both have signed.
                if access.commands.allows(arguments) || access.lists(arguments) {
                    runs.append(CheckRun(index: index, request: request, rules: rules))
                } else {
                    refused.append(index)
                }
            } catch let error as CommandError {
                throw Refusal(status: 400, message: error.description)
            } catch let refusal as Refusal {
                throw refusal
            } catch {
                throw Refusal(status: 400, message: "\(error)")
            }
        }
        guard !runs.isEmpty else { throw Refusal(status: 403, message: "the contract allows none of these commands") }
        self.runs = runs
        self.refused = refused
    }

    /// Every command in full, as it is run.
    func lines(_ phrases: Phrases) -> [String] {
        let refused = Set(refused)
        return commands.enumerated().map { index, arguments in
            let line = "  \(TerminalText.commandLine(arguments))"
            return refused.contains(index) ? "\(line)  (\(phrases.isNotInContract))" : line
        }
    }

    /// Runs a few at a time, and hands each one over as it ends.
    ///
    /// The next one begins while `take` takes its time, so that at most one more than that many are in memory.
    func run(
        by runner: CommandRunner,
        width: Int = DiagnoseParameters.width,
        take: (CheckRun.Outcome) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: CheckRun.Outcome.self) { group in
            var waiting = runs.makeIterator()
            for _ in 0..<width {
                guard let next = waiting.next() else { break }
                group.addTask { try await next.outcome(by: runner) }
            }
            while let outcome = try await group.next() {
                if let next = waiting.next() { group.addTask { try await next.outcome(by: runner) } }
                try await take(outcome)
            }
        }
    }
}

extension Contract.Access {
    /// Whether this is one of the contract's own checks, byte by byte.
    fileprivate func lists(_ arguments: [String]) -> Bool {
        (diagnose ?? []).contains { diagnostic in
            diagnostic.command.count == arguments.count
                && zip(diagnostic.command, arguments).allSatisfy { $0.utf8.elementsEqual($1.utf8) }
        }
    }
}
