import FoundationEssentials
import Glibc
import NIOCore
import SupportChannel
import TerminalText

/// `lotse logs`: lines of log files on the client's machine.
///
/// Of several files each change of file is announced with `==> path <==`, as tail(1) does. What is to be said about a file goes
/// to standard error. Exit status: 0; 1 where a file could not be read or the session failed. Ctrl-C while following is how one
/// stops, so it ends with 0; before that with 130.
public struct RemoteLogs: Sendable {
    /// Absolute paths.
    public var paths: [String]
    /// How many lines from the end of each.
    public var lines: Int?
    /// Whether to go on as the files grow.
    public var follow: Bool
    /// Where lines go.
    public var output: OutputDescriptor
    /// Where notices go.
    public var errorOutput: OutputDescriptor
    /// Signals to this program meanwhile.
    public var signals: AsyncStream<Int32>

    /// A request for log lines.
    public init(
        paths: [String],
        lines: Int?,
        follow: Bool,
        output: OutputDescriptor,
        errorOutput: OutputDescriptor,
        signals: AsyncStream<Int32>
    ) {
        self.paths = paths
        self.lines = lines
        self.follow = follow
        self.output = output
        self.errorOutput = errorOutput
        self.signals = signals
    }

    /// Prints until the end.
    public func perform(on client: HolderClient) async -> RemoteRun.Outcome {
        do {
            return try await outcome(on: client)
        } catch let refusal as Refusal {
            return .init(status: 1, message: refusal.message)
        } catch is OutputDescriptor.ReaderIsGone {
            return .init(status: 128 + SIGPIPE)
        } catch let error as IOError {
            return .init(status: 1, message: "cannot write the output: \(error)")
        } catch {
            return .init(
                status: 1,
                message: "the session's holder is gone (lotse sessions shows how the session stands)"
            )
        }
    }

    /// Signals count from the beginning: also while the client thinks about it.
    private func outcome(on client: HolderClient) async throws -> RemoteRun.Outcome {
        let acceptance = Acceptance()
        let parameters = LogsParameters(paths: paths, lines: lines, follow: follow)
        return try await withThrowingTaskGroup(of: RemoteRun.Outcome?.self) { group in
            group.addTask {
                try await client.end.perform("logs", parameters) { replies, requests in
                    acceptance.come(requests)
                    return try await receive(replies)
                }
            }
            group.addTask {
                for await number in signals {
                    return .init(status: follow && number == SIGINT ? 0 : 128 + number)
                }
                return nil
            }
            group.addTask {
                await acceptance.explain(on: errorOutput)
                return nil
            }
            defer { group.cancelAll() }
            while let outcome = try await group.next() {
                if let outcome { return outcome }
            }
            return .init(status: 1)
        }
    }

    private func receive(_ replies: ActionInput) async throws -> RemoteRun.Outcome {
        var status: Int32 = 0
        var current: UInt16?
        var isFirst = true
        while let frame = try await replies.next() {
            switch frame.kind {
            case .source:
                var payload = frame.payload
                guard let source = payload.readInteger(as: UInt16.self) else { continue }
                if paths.count > 1, source != current, paths.indices.contains(Int(source)) {
                    let header = "\(isFirst ? "" : "\n")==> \(TerminalText.name(paths[Int(source)], limit: 4096)) <==\n"
                    try await output.writeOwn(header)
                }
                (current, isFirst) = (source, false)
                try await output.write(payload)
            case .notice:
                let notice = try JSONDecoder().decode(LogNotice.self, from: Data(frame.payload.readableBytesView))
                if notice.isFailure { status = 1 }
                try? await errorOutput.writeOwn("lotse: \(TerminalText.name(notice.message, limit: 1000))\n")
            case .result:
                try await output.finish()
                return .init(status: status)
            default: break
            }
        }
        // The holder says a last word before it ends without a result; without one something broke.
        guard status != 0 else { throw SupportChannelError(kind: .closed, diagnostics: "") }
        return .init(status: status)
    }
}
