import Compression
import FoundationEssentials
import Glibc
import NIOCore
import SupportChannel
import TerminalText

/// `lotse logs`: lines of log files on the client's machine.
///
/// Of several files each change of file is announced with `==> path <==`, as tail(1) does. What is to be said about a file goes
/// to standard error, at the end also what was blacked out before it left the client's machine. Exit status: 0; 1 where a file could not be read or the session failed. Ctrl-C while following is how one
/// stops, so it ends with 0; before that with 130.
public struct RemoteLogs: Sendable {
    /// Absolute paths, also with `*`, `?` and `[…]`; `journal` or `journal:UNIT` for journald.
    public var paths: [String]
    /// How many lines from the end of each.
    public var lines: Int?
    /// Whether to go on as the files grow.
    public var follow: Bool
    /// From when on.
    public var since: LogSince?
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
        since: LogSince? = nil,
        output: OutputDescriptor,
        errorOutput: OutputDescriptor,
        signals: AsyncStream<Int32>
    ) {
        self.paths = paths
        self.lines = lines
        self.follow = follow
        self.since = since
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
        } catch let error as CompressionError {
            return .init(status: 1, message: "\(error) (use the same release at both ends)")
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
        let parameters = LogsParameters(
            paths: paths,
            lines: lines,
            follow: follow,
            since: since?.moment,
            lastSeconds: since?.seconds,
            encodings: [ZstdPacking.name]
        )
        return try await withThrowingTaskGroup(of: RemoteRun.Outcome?.self) { group in
            group.addTask {
                try await client.end.perform("logs", parameters) { replies, requests in
                    acceptance.come(requests)
                    return try await receive(replies)
                }
            }
            group.addTask {
                for await number in signals {
                    if follow, number == SIGINT, let requests = await acceptance.soon() {
                        // The agent then says how it ends.
                        try? await requests.send(ActionFrame(.inputEnd))
                        try await Task.sleep(for: Self.lastWordLimit)
                    }
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
        var page = LogPage(paths: paths)
        var unpacking: (expansion: ZstdExpansion, decoder: ActionFrameDecoder)?
        while let frame = try await replies.next() {
            switch frame.kind {
            case .output:
                var (expansion, decoder) = try unpacking ?? (ZstdExpansion(), ActionFrameDecoder())
                expansion.feed(Array(frame.payload.readableBytesView))
                while let part = try expansion.next() {
                    decoder.append(ByteBuffer(bytes: part))
                    while let frame = try decoder.next() { try await take(frame, &page) }
                }
                unpacking = (expansion, decoder)
            case .result:
                try await output.finish()
                let result = try? JSONDecoder().decode(LogsResult.self, from: Data(frame.payload.readableBytesView))
                if let redactions = result?.redactions, !redactions.isEmpty {
                    let list = RedactionText.list(redactions)
                    try? await errorOutput.writeOwn("lotse: blacked out on the client's machine: \(list)\n")
                }
                return .init(status: page.status)
            default: try await take(frame, &page)
            }
        }
        // The holder says a last word before it ends without a result; without one something broke.
        guard page.status != 0 else { throw SupportChannelError(kind: .closed, diagnostics: "") }
        return .init(status: page.status)
    }

    /// What was said so far.
    private struct LogPage {
        var names: [Int: String]
        var isNamed = false
        var status: Int32 = 0
        var current: Int?

        init(paths: [String]) { names = Dictionary(uniqueKeysWithValues: paths.enumerated().map { ($0, $1) }) }
    }

    private func take(_ frame: ActionFrame, _ page: inout LogPage) async throws {
        switch frame.kind {
        case .source:
            var payload = frame.payload
            guard let source = payload.readInteger(as: UInt16.self).map(Int.init) else { return }
            if paths.count > 1 || page.isNamed, source != page.current, let name = page.names[source] {
                let gap = page.current == nil ? "" : "\n"
                try await output.writeOwn("\(gap)==> \(TerminalText.name(name, limit: 4096)) <==\n")
            }
            page.current = source
            try await output.write(payload)
        case .notice:
            let notice = try JSONDecoder().decode(LogNotice.self, from: Data(frame.payload.readableBytesView))
            if let name = notice.name, page.names.count < Self.mostNames {
                page.names[notice.source] = name
                page.isNamed = true
            }
            if notice.isFailure { page.status = 1 }
            guard !notice.message.isEmpty else { return }
            try? await errorOutput.writeOwn("lotse: \(TerminalText.name(notice.message, limit: 1000))\n")
        default: break
        }
    }

    /// How long the agent may take to say how following ended.
    private static let lastWordLimit: Duration = .seconds(2)

    /// More files no agent reads at once.
    private static let mostNames = 4096
}
