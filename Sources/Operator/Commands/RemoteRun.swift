import FoundationEssentials
import NIOCore
import SupportChannel
import Synchronization
import TerminalText

/// `lotse run`: a command on the client's machine with standard input, output, error and exit status as if it ran here.
///
/// Exit status: the command's own, 128 + signal, 127 not found, 126 not executable, 124 timeout; 255 where the session failed or the
/// client said no; 128 + SIGPIPE where nobody reads the output any more.
public struct RemoteRun: Sendable {
    /// argv, sent as it is.
    public var arguments: [String]
    /// After how many milliseconds the agent stops it.
    public var timeoutMilliseconds: Int64?
    /// Where its standard input comes from; at once at its end where nil.
    public var input: StandardInput?
    /// Where its standard output goes.
    public var output: OutputDescriptor
    /// Where its standard error goes.
    public var errorOutput: OutputDescriptor
    /// Signals to this program while the command runs.
    public var signals: AsyncStream<Int32>

    /// A command.
    public init(
        arguments: [String],
        timeoutMilliseconds: Int64? = nil,
        input: StandardInput?,
        output: OutputDescriptor,
        errorOutput: OutputDescriptor,
        signals: AsyncStream<Int32>
    ) {
        self.arguments = arguments
        self.timeoutMilliseconds = timeoutMilliseconds
        self.input = input
        self.output = output
        self.errorOutput = errorOutput
        self.signals = signals
    }

    /// How it went.
    public struct Outcome: Sendable, Equatable {
        /// The exit status of `lotse run`.
        public var status: Int32
        /// A sentence for standard error, where there is something to say.
        public var message: String?

        /// An outcome.
        public init(status: Int32, message: String? = nil) {
            self.status = status
            self.message = message
        }
    }

    /// Runs it to its end.
    public func perform(on client: HolderClient) async -> Outcome {
        do {
            return try await outcome(on: client)
        } catch let refusal as Refusal {
            return Outcome(status: 255, message: refusal.message)
        } catch is OutputDescriptor.ReaderIsGone {
            return Outcome(status: 128 + 13)
        } catch let error as IOError {
            return Outcome(status: 1, message: "cannot write the output: \(error)")
        } catch {
            return Outcome(
                status: 255,
                message: "the session's holder is gone (lotse sessions shows how the session stands)"
            )
        }
    }

    /// Signals count from the beginning: also while the client thinks about it.
    private func outcome(on client: HolderClient) async throws -> Outcome {
        let acceptance = Acceptance()
        let parameters = RunParameters(arguments: arguments, timeoutMilliseconds: timeoutMilliseconds)
        return try await withThrowingTaskGroup(of: Outcome?.self) { group in
            group.addTask {
                try await client.end.perform("run", parameters) { replies, requests in
                    acceptance.come(requests)
                    return try await exchange(replies, requests)
                }
            }
            group.addTask { await obey(acceptance) }
            group.addTask {
                await acceptance.explain(on: errorOutput)
                return nil
            }
            defer { group.cancelAll() }
            while let outcome = try await group.next() {
                if let outcome { return outcome }
            }
            throw SupportChannelError(kind: .closed, diagnostics: "without a result")
        }
    }

    private func exchange(_ replies: ActionInput, _ requests: ActionRequests) async throws -> Outcome {
        try await withThrowingTaskGroup(of: Outcome?.self) { group in
            group.addTask { try await receive(replies) }
            group.addTask {
                await send(requests)
                return nil
            }
            defer { group.cancelAll() }
            while let outcome = try await group.next() {
                if let outcome { return outcome }
            }
            throw SupportChannelError(kind: .closed, diagnostics: "without a result")
        }
    }

    private func receive(_ replies: ActionInput) async throws -> Outcome {
        while let frame = try await replies.next() {
            switch frame.kind {
            case .output: try await output.write(frame.payload)
            case .errorOutput: try? await errorOutput.write(frame.payload)
            case .result:
                try await output.finish()
                try? await errorOutput.finish()
                let result = try JSONDecoder().decode(RunResult.self, from: Data(frame.payload.readableBytesView))
                return Outcome(status: result.status, message: result.message)
            case .notice:
                if let sentence = Self.sentence(frame) { try? await errorOutput.writeOwn("lotse: \(sentence)\n") }
            default: break
            }
        }
        throw SupportChannelError(kind: .closed, diagnostics: "without a result")
    }

    /// What the session's holder has to say.
    static func sentence(_ frame: ActionFrame) -> String? {
        let notice = try? JSONDecoder().decode(LogNotice.self, from: Data(frame.payload.readableBytesView))
        return notice.map { TerminalText.name($0.message, limit: 400) }
    }

    private func send(_ requests: ActionRequests) async {
        do {
            while let piece = try await input?.next() { try await requests.send(ActionFrame(.input, piece)) }
            try await requests.send(ActionFrame(.inputEnd))
        } catch {
            // The command has ended or the session has: what comes back says which.
        }
    }

    private func obey(_ acceptance: Acceptance) async -> Outcome? {
        var policy = InterruptPolicy()
        for await number in signals {
            // What nobody has taken yet is simply given up.
            guard let requests = await acceptance.soon() else { return Outcome(status: 128 + number) }
            switch policy.received(number) {
            case .forward(let signal):
                // The result may already be on its way; then there is nobody to tell.
                try? await requests.send(ActionFrame(.signal, ByteBuffer(bytes: [signal])))
            case .leave(let status):
                return Outcome(status: status)
            }
        }
        return nil
    }
}
