import NIOCore
import SupportChannel
import TerminalText

extension AgentSession {
    /// Reads journald's log by its own program, which the client sees.
    ///
    /// - Parameter source: under which number it goes to the operator.
    func read(
        _ journal: LogJournal,
        as source: Int,
        _ request: LogRequest,
        _ access: LogAccess,
        _ delivery: LogDelivery,
        _ work: Work
    ) async throws {
        try await delivery.notice(
            SupportChannel.LogNotice(source: source, message: "", isFailure: false, name: journal.path)
        )
        let name = TerminalText.name(journal.path, limit: 300)
        guard journal.isShared(by: access) else {
            let problem = LogProblem(kind: .notShared, path: name)
            return try await fail(work.phrases.logNotice(.problem(problem), path: name), problem.description)
        }
        guard journal.isValid, let command = try? CommandRequest(arguments: journal.arguments(request)) else {
            return try await fail(
                work.phrases.noSuchUnit(name),
                "\(name): no name of a service (journal:nginx.service)"
            )
        }
        guard show(work.phrases.runs(work.number, TerminalText.commandLine(command.arguments))) else {
            throw Self.unseen
        }
        let (input, end) = AsyncStream.makeStream(of: CommandInput.self)
        end.finish()
        let complaint = OneShot<String>()
        let result = try await runner.run(command, input: input) { output in
            switch output {
            case .standardOutput(let bytes): try await delivery.deliver(bytes, of: source)
            case .standardError(let bytes):
                complaint.resolve(String(decoding: bytes.readableBytesView.prefix(500), as: UTF8.self))
            }
            if request.follow { try await delivery.flush() }
        }
        switch result {
        case .exited(0), .signalled, .timedOut: return
        case .notFound, .notExecutable:
            try await fail(work.phrases.noJournal(name), "\(name): there is no journalctl on the client's machine")
        case .exited, .failed:
            let reason = TerminalText.name(complaint.current ?? "journalctl failed", limit: 300)
            try await fail(work.phrases.journalFailed(name, reason), "\(name): \(reason)")
        }

        func fail(_ own: String, _ message: String) async throws {
            show(work.phrases.logNotice(work.number, own))
            try await delivery.notice(SupportChannel.LogNotice(source: source, message: message, isFailure: true))
        }
    }
}
