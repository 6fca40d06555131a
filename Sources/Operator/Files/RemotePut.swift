import FileTransfers
import FoundationEssentials
import NIOCore
import Receipts
import SupportChannel
import TerminalText

/// `lotse put`: a file onto the client's machine, whole or not at all.
///
/// What an interrupted attempt left there is gone on from. Exit status: 0; 1 where the file is not there; 130 after Ctrl-C.
public struct RemotePut: Sendable {
    /// The file here.
    public var file: String
    /// Absolute path on the client's machine; with a `/` at its end the folder.
    public var path: String
    /// Whether it may take the place of a file, which the client is asked about.
    public var isReplacing: Bool
    private let transfer: RemoteTransfer

    /// A file to put.
    public init(
        file: String,
        path: String,
        isReplacing: Bool = false,
        errorOutput: OutputDescriptor,
        signals: AsyncStream<Int32>
    ) {
        self.file = file
        self.path = path.hasSuffix("/") ? path + FileName.last(of: file) : path
        self.isReplacing = isReplacing
        transfer = RemoteTransfer(
            bar: ProgressBar(name: TerminalText.name(FileName.last(of: file), limit: 30), on: errorOutput),
            errorOutput: errorOutput,
            signals: signals
        )
    }

    /// Puts it.
    public func perform(on client: HolderClient) async -> RemoteRun.Outcome {
        let kept = { @Sendable in
            transfer.bar.done > 0 ? "what arrived is kept there (the same command goes on from it)" : nil
        }
        return await transfer.perform(kept: kept) { acceptance in
            let (source, digest) = try await RemoteTransfer.naming(file) {
                var source = try DepartingFile(path: file)
                let digest = try await source.skip(to: source.size)
                source.restart()
                return (source, digest)
            }
            let parameters = PutParameters(
                path: path,
                size: source.size,
                digest: digest.hex,
                replaces: isReplacing ? true : nil
            )
            return try await client.end.perform("put", parameters) { replies, requests in
                acceptance.come(requests)
                return try await exchange(replies, requests, source, digest)
            }
        }
    }

    private func exchange(
        _ replies: ActionInput,
        _ requests: ActionRequests,
        _ source: DepartingFile,
        _ digest: Digest
    ) async throws -> RemoteRun.Outcome {
        try await withThrowingTaskGroup(of: RemoteRun.Outcome?.self) { group in
            let (headers, header) = AsyncStream<TransferHeader>.makeStream()
            group.addTask {
                defer { header.finish() }
                while let frame = try await replies.next() {
                    switch frame.kind {
                    case .notice: header.yield(try RemoteTransfer.decoded(TransferHeader.self, frame))
                    case .result:
                        let result = try RemoteTransfer.result(frame)
                        return .init(status: 0, message: transfer.farewell(path, digest.hex, result))
                    default: break
                    }
                }
                throw SupportChannelError(kind: .closed, diagnostics: "without a result")
            }
            group.addTask {
                for await header in headers {
                    try await RemoteTransfer.naming(file) { try await send(source, after: header, requests) }
                    break
                }
                return nil
            }
            defer { group.cancelAll() }
            while let outcome = try await group.next() {
                if let outcome { return outcome }
            }
            throw SupportChannelError(kind: .closed, diagnostics: "without a result")
        }
    }

    /// Sends what is missing there; what is there counts only where it is this file's beginning.
    private func send(_ source: DepartingFile, after header: TransferHeader, _ requests: ActionRequests) async throws {
        var source = source
        if let prefix = header.prefix, (1...max(source.size, 1)).contains(header.offset),
            try await source.skip(to: min(header.offset, source.size)).hex != prefix
        {
            source.restart()
        }
        transfer.bar.begin(size: source.size, done: source.offset)
        let start = ByteBuffer(bytes: try JSONEncoder().encode(TransferStart(offset: source.offset)))
        guard try await isTaken({ try await requests.send(ActionFrame(.parameters, start)) }) else { return }
        while let piece = try await source.next() {
            guard try await isTaken({ try await requests.send(ActionFrame(.input, piece)) }) else { return }
            transfer.bar.advance(by: piece.readableBytes)
        }
        // Throws where the file changed under our hands: the agent would find out by the hash, but not why.
        _ = try source.finish()
        _ = try await isTaken { try await requests.send(ActionFrame(.inputEnd)) }
    }

    /// Whether the agent still takes input; where it does not, what it answers says why.
    private func isTaken(_ send: () async throws -> Void) async throws -> Bool {
        do {
            try await send()
            return true
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            return false
        }
    }
}
