import FoundationEssentials
import Glibc
import NIOCore
import SupportChannel

/// `lotse shell`: the client's own shell in this terminal.
///
/// It ends with the shell, with `~.` at the start of a line, when the client takes it back, or with the session. However it ends, the
/// terminal is as it was. Exit status: the shell's own; 0 after `~.`; 255 where the session failed or the client said no; 128 + signal;
/// 64 where there is no terminal.
public struct RemoteShell: Sendable {
    /// Where sentences go.
    public var errorOutput: OutputDescriptor
    /// Signals to this program meanwhile.
    public var signals: AsyncStream<Int32>

    /// A shell in the terminal of standard input and output.
    public init(errorOutput: OutputDescriptor = .standardError, signals: AsyncStream<Int32>) {
        self.errorOutput = errorOutput
        self.signals = signals
    }

    /// Serves the shell to its end.
    public func perform(on client: HolderClient) async -> RemoteRun.Outcome {
        guard RawTerminal.isPossible else {
            return .init(status: 64, message: "a shell needs a terminal (lotse run -- CMD does without one)")
        }
        let terminal = ShellTerminal(.standard)
        let windows = Signals([SIGWINCH])
        let outcome: RemoteRun.Outcome
        do {
            outcome = try await self.outcome(on: client, terminal, windows)
        } catch let refusal as Refusal {
            outcome = .init(status: 255, message: refusal.message)
        } catch is OutputDescriptor.ReaderIsGone {
            outcome = .init(status: 128 + SIGHUP)
        } catch {
            outcome = .init(
                status: 255,
                message: "the session's holder is gone (lotse sessions shows how the session stands)"
            )
        }
        windows.stop()
        await terminal.leave()
        return outcome
    }

    /// Signals count from the beginning: also while the client thinks about it.
    private func outcome(
        on client: HolderClient,
        _ terminal: ShellTerminal,
        _ windows: Signals
    ) async throws -> RemoteRun.Outcome {
        let acceptance = Acceptance()
        let parameters = ShellParameters(size: RawTerminal.size, terminal: RawTerminal.name)
        return try await withThrowingTaskGroup(of: RemoteRun.Outcome?.self) { group in
            group.addTask {
                try await client.end.perform("shell", parameters) { replies, requests in
                    acceptance.come(requests)
                    guard terminal.enter() else {
                        return .init(status: 1, message: "the terminal cannot be made raw (is it still there?)")
                    }
                    return try await exchange(replies, requests, terminal, windows)
                }
            }
            group.addTask {
                for await number in signals { return .init(status: 128 + number) }
                return nil
            }
            group.addTask {
                await acceptance.explain(on: errorOutput)
                return nil
            }
            return try await Self.first(of: &group)
        }
    }

    private func exchange(
        _ replies: ActionInput,
        _ requests: ActionRequests,
        _ terminal: ShellTerminal,
        _ windows: Signals
    ) async throws -> RemoteRun.Outcome {
        let input = try StandardInput()
        let (keys, typed) = AsyncStream<[UInt8]>.makeStream()
        return try await withThrowingTaskGroup(of: RemoteRun.Outcome?.self) { group in
            group.addTask { try await Self.receive(replies, terminal) }
            // Apart from sending, so that whoever cannot get anything through gets away.
            group.addTask { try await Self.passKeys(of: input, to: typed) }
            group.addTask {
                for await piece in keys { try? await requests.send(ActionFrame(.input, ByteBuffer(bytes: piece))) }
                return nil
            }
            group.addTask {
                // The window may be another one since it was asked for.
                try? await requests.send(RawTerminal.size.frame)
                for await _ in windows.numbers { try? await requests.send(RawTerminal.size.frame) }
                return nil
            }
            return try await Self.first(of: &group)
        }
    }

    private static func first(
        of group: inout ThrowingTaskGroup<RemoteRun.Outcome?, any Error>
    ) async throws -> RemoteRun.Outcome {
        defer { group.cancelAll() }
        while let outcome = try await group.next() {
            if let outcome { return outcome }
        }
        throw SupportChannelError(kind: .closed, diagnostics: "without a result")
    }

    private static func receive(_ replies: ActionInput, _ terminal: ShellTerminal) async throws -> RemoteRun.Outcome {
        while let frame = try await replies.next() {
            switch frame.kind {
            case .output: try await terminal.write(frame.payload)
            case .notice:
                if let sentence = RemoteRun.sentence(frame) {
                    try await terminal.write(ByteBuffer(string: "\r\nlotse: \(sentence)\r\n"))
                }
            case .resize: if let size = TerminalSize(frame.payload) { try await terminal.fit(size) }
            case .result:
                let result = try JSONDecoder().decode(RunResult.self, from: Data(frame.payload.readableBytesView))
                return .init(status: result.status, message: result.message)
            default: break
            }
        }
        throw SupportChannelError(kind: .closed, diagnostics: "without a result")
    }

    private static func passKeys(
        of input: StandardInput,
        to typed: AsyncStream<[UInt8]>.Continuation
    ) async throws -> RemoteRun.Outcome? {
        var escape = EscapeKeys()
        while let piece = try await input.next() {
            let (keys, leaves) = escape.take(piece.readableBytesView)
            if !keys.isEmpty { typed.yield(keys) }
            if leaves { return .init(status: 0, message: "left; the shell is ended") }
        }
        // The terminal is gone.
        return .init(status: 128 + SIGHUP)
    }
}
