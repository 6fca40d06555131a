import FileTransfers
import FoundationEssentials
import NIOCore
import Receipts
import SupportChannel
import TerminalText

extension AgentSession {
    /// Lets the operator fetch a file: shown with its size first, then read as long as it was.
    func get(_ action: IncomingAction) async throws {
        let parameters = try action.parameters(as: GetParameters.self)
        let asked = TerminalText.commandLine([parameters.path])
        let offer = try offer(allowing: .files, asked, otherwise: Self.noFiles)
        let (file, path) = try await refusing(asked) {
            let place = try await FileAccess(paths: offer.files).place(of: parameters.path)
            let file = try place.folder.departing(place.name)
            guard file.size <= offer.largestFileBytes else { throw FileTransferError(.tooLarge) }
            return (file, TerminalText.commandLine([place.path]))
        }
        var work = begin()
        let size = work.phrases.size(file.size)
        try await askForApproval(work, .files, action, work.phrases.asksToFetch(work.number, path, size))
        work.startedAt = time.now
        guard show(work.phrases.fetches(work.number, path, size)) else { throw Self.unseen }
        try await transferring(action, work) { [work] replies, _, _ in
            try await self.give(file, parameters, work, replies)
        }
    }

    private func give(
        _ file: DepartingFile,
        _ parameters: GetParameters,
        _ work: Work,
        _ replies: ActionReplies
    ) async throws {
        var result = TransferResult()
        do {
            let ending = try await working(work, .files) {
                var file = file
                // What the operator has is gone on from only where it is the beginning of this very file.
                if let offset = parameters.offset, (1...max(file.size, 1)).contains(offset),
                    let prefix = parameters.prefix, try await file.skip(to: min(offset, file.size)).hex != prefix
                {
                    file.restart()
                }
                try await replies.send(.notice, json: TransferHeader(size: file.size, offset: file.offset))
                while let piece = try await file.next() { try await replies.send(ActionFrame(.output, piece)) }
                return try file.finish()
            }
            let time = work.phrases.elapsed(self.time.now - work.startedAt)
            show(work.phrases.fetched(work.number, after: time, digest: ending.digest.hex))
            result = TransferResult(
                size: file.size,
                digest: ending.digest.hex,
                message: ending.hasGrown ? "the file has grown meanwhile; this is its beginning as it was" : nil
            )
        } catch {
            result.message = tellTransferFailure(error, work, parameters.path)
        }
        try await replies.send(.result, json: result)
    }

    // MARK: - What both directions share

    static let noFiles = "the client does not allow fetching and putting files"

    /// Does what a transfer needs before anybody is asked; what stands in the way is a refusal that the client sees too.
    func refusing<Value: Sendable>(_ what: String, _ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as FileTransferError {
            let status =
                switch error.kind {
                case .badPath, .badName: 400
                case .missing: 404
                case .hidden, .notShared, .leadsOutside, .denied: 403
                case .tooLarge: 413
                case .full: 507
                default: 409
                }
            let refusal = Refusal(status: status, message: Self.here(what, error))
            throw refuse(what, refusal, phrases.reason(error))
        }
    }

    /// Accepts an action, and reads what the operator sends while `body` works.
    ///
    /// The reading goes on until the operator has said everything; where the stream breaks, `body` is cancelled.
    func transferring(
        _ action: IncomingAction,
        _ work: Work,
        _ body: @escaping @Sendable (ActionReplies, CommandInputQueue, OneShot<TransferStart?>) async throws -> Void
    ) async throws {
        let queue = CommandInputQueue()
        let start = OneShot<TransferStart?>()
        let replies = try await accept(action, work)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { queue.close() }
                try await body(replies, queue, start)
                try await replies.finish()
            }
            group.addTask {
                do {
                    while let frame = try await action.input.next() {
                        switch frame.kind {
                        case .parameters: start.resolve(Self.start(of: frame))
                        case .input: await queue.append(frame.payload)
                        case .inputEnd: queue.finish()
                        default: break
                        }
                    }
                    start.resolve(nil)
                    queue.finish()
                } catch {
                    queue.fail(error)
                    throw error
                }
            }
            // Not `waitForAll`, which lets the others finish before it tells of an error.
            while try await group.next() != nil {}
        }
    }

    private static func start(of frame: ActionFrame) -> TransferStart? {
        try? JSONDecoder().decode(TransferStart.self, from: Data(frame.payload.readableBytesView))
    }

    /// Tells the client that a transfer did not come to its end.
    ///
    /// - Returns: the sentence for the operator.
    func tellTransferFailure(_ error: any Error, _ work: Work, _ path: String) -> String {
        guard let error = error as? FileTransferError else {
            show(work.phrases.stopped(work.number, after: work.phrases.elapsed(time.now - work.startedAt)))
            return "the session ended, or the client took this back, while the file was on its way"
        }
        show(work.phrases.transferFailed(work.number, work.phrases.reason(error)))
        return Self.here(TerminalText.commandLine([path]), error)
    }

    /// What the operator reads, who has files of the same name at home.
    private static func here(_ what: String, _ error: FileTransferError) -> String {
        "\(what) on the client's machine: \(error)"
    }
}
