import FileTransfers
import NIOCore
import Receipts
import SupportChannel
import TerminalText

/// `lotse get`: a file of the client's machine, whole or not at all.
///
/// What an interrupted attempt left beside the target is gone on from. Exit status: 0; 1 where the file did not come; 130 after Ctrl-C.
public struct RemoteGet: Sendable {
    /// Absolute path on the client's machine.
    public var path: String
    /// Where it goes: a file, or a folder; nil: this folder.
    public var target: String?
    /// Whether it may take the place of a file.
    public var isReplacing: Bool
    private let transfer: RemoteTransfer

    /// A file to fetch.
    public init(
        path: String,
        target: String? = nil,
        isReplacing: Bool = false,
        errorOutput: OutputDescriptor,
        signals: AsyncStream<Int32>
    ) {
        self.path = path
        self.target = target
        self.isReplacing = isReplacing
        let name = TerminalText.name(FileName.last(of: path), limit: 30)
        transfer = RemoteTransfer(
            bar: ProgressBar(name: name, on: errorOutput),
            errorOutput: errorOutput,
            signals: signals
        )
    }

    /// Fetches it.
    public func perform(on client: HolderClient) async -> RemoteRun.Outcome {
        do {
            let target = try await place()
            let kept = { @Sendable in
                transfer.bar.done > 0
                    ? "what arrived is in \(TerminalText.name(target.path + ArrivingFile.suffix, limit: 4096)) (the same command goes on from there)"
                    : nil
            }
            return await transfer.perform(kept: kept) { try await fetch(into: target, from: client, $0) }
        } catch let failure as RemoteTransfer.Failure {
            return .init(status: 1, message: failure.sentence)
        } catch {
            return .init(status: 1, message: OperatorError.sentence(for: error))
        }
    }

    private struct Target: Sendable {
        let folder: Folder
        let name: String
        let path: String
    }

    private func place() async throws -> Target {
        let own = FileName.last(of: path)
        var path = target ?? own
        var name = FileName.last(of: path)
        // A folder is meant as one, as cp(1) takes it.
        if path.hasSuffix("/") || ["", ".", ".."].contains(name) || Self.isFolder(path) {
            path += (path.isEmpty || path.hasSuffix("/") ? "" : "/") + own
            name = own
        }
        return try await RemoteTransfer.naming(path) { [path, name] in
            guard FileName.isSafe(name) else { throw FileTransferError(.badName) }
            let folder = try Folder(path: String(path.dropLast(name.count)))
            if try folder.sizeOfFile(name) != nil, !isReplacing { throw FileTransferError(.exists) }
            return Target(folder: folder, name: name, path: path)
        }
    }

    private static func isFolder(_ path: String) -> Bool { (try? Folder(path: path)) != nil }

    private func fetch(into target: Target, from client: HolderClient, _ acceptance: Acceptance) async throws
        -> RemoteRun.Outcome
    {
        let (file, prefix) = try await RemoteTransfer.naming(target.path) {
            var file = try ArrivingFile(target.name, in: target.folder)
            do {
                let prefix = try await file.resume(upTo: .max)
                return (file, prefix)
            } catch {
                file.removeIfEmpty()
                throw error
            }
        }
        defer { file.removeIfEmpty() }
        let parameters = GetParameters(path: path, offset: prefix == nil ? nil : file.offset, prefix: prefix?.hex)
        return try await client.end.perform("get", parameters) { replies, requests in
            acceptance.come(requests)
            return try await receive(replies, file, target)
        }
    }

    private func receive(_ replies: ActionInput, _ file: ArrivingFile, _ target: Target) async throws
        -> RemoteRun.Outcome
    {
        var file = file
        var size: Int64?
        while let frame = try await replies.next() {
            switch frame.kind {
            case .notice where size == nil:
                let header = try RemoteTransfer.decoded(TransferHeader.self, frame)
                try await RemoteTransfer.naming(target.path) { try await begin(&file, header, target) }
                size = header.size
            case .output:
                guard let size, file.offset + Int64(frame.payload.readableBytes) <= size else {
                    throw RemoteTransfer.Failure(sentence: "the client's program sends more than the file is long")
                }
                try await RemoteTransfer.naming(target.path) { try await file.append(frame.payload) }
                transfer.bar.advance(by: frame.payload.readableBytes)
            case .result:
                let result = try RemoteTransfer.result(frame)
                try await RemoteTransfer.naming(target.path) {
                    guard let digest = result.digest.flatMap(Digest.init(hex:)), file.offset == size else {
                        file.remove()
                        throw FileTransferError(.mismatch)
                    }
                    try await file.publish(digest: digest, isReplacing: isReplacing)
                }
                return .init(status: 0, message: transfer.farewell(target.path, result.digest ?? "", result))
            default: break
            }
        }
        throw SupportChannelError(kind: .closed, diagnostics: "without a result")
    }

    /// Where the agent does not go on from what is here, this is not the beginning of that file.
    private func begin(_ file: inout ArrivingFile, _ header: TransferHeader, _ target: Target) async throws {
        if header.offset != file.offset { try file.restart() }
        guard header.size >= 0, header.offset == file.offset else { throw FileTransferError(.mismatch) }
        if let room = target.folder.room, room < header.size - file.offset { throw FileTransferError(.full) }
        transfer.bar.begin(size: header.size, done: file.offset)
    }
}
