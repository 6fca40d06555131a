import FileTransfers
import NIOCore
import Receipts
import SupportChannel
import Synchronization
import TerminalText

extension AgentSession {
    /// What is to be put where, after all that can be known beforehand was checked.
    private struct Arrival: Sendable {
        let place: FileAccess.Place
        let size: Int64
        let digest: Digest
        /// Bytes of the file that is there.
        let existing: Int64?
        let isReplacing: Bool

        /// What it takes the place of.
        var replaced: Int64? { isReplacing ? existing : nil }
        var path: String { TerminalText.commandLine([place.path]) }
    }

    /// Lets the operator put a file: shown with its size first; it has its name only when all of it is there and its SHA-256 is right.
    func put(_ action: IncomingAction) async throws {
        let parameters = try action.parameters(as: PutParameters.self)
        let asked = TerminalText.commandLine([parameters.path])
        let offer = try offer(allowing: .files, asked, otherwise: Self.noFiles)
        guard parameters.size >= 0, let digest = Digest(hex: parameters.digest) else {
            throw Refusal(status: 400, message: "the parameters of put make no sense")
        }
        let arrival = try await refusing(asked) {
            guard parameters.size <= offer.largestFileBytes else { throw FileTransferError(.tooLarge) }
            let place = try await FileAccess(paths: offer.files).place(of: parameters.path)
            let existing = try place.folder.sizeOfFile(place.name)
            let isReplacing = parameters.replaces ?? false
            // A file of another length cannot be the same; one of the same length is looked at after the client's yes.
            if let existing, !isReplacing, existing != parameters.size { throw FileTransferError(.exists) }
            let missing = parameters.size - ArrivingFile.kept(of: place.name, in: place.folder)
            if let room = place.folder.room, room < missing { throw FileTransferError(.full) }
            return Arrival(
                place: place,
                size: parameters.size,
                digest: digest,
                existing: existing,
                isReplacing: isReplacing && existing != nil
            )
        }
        try await take(arrival, action)
    }

    private func take(_ arrival: Arrival, _ action: IncomingAction) async throws {
        var work = begin()
        let size = work.phrases.size(arrival.size)
        let replaced = arrival.replaced.map { work.phrases.size($0) }
        try await askForApproval(
            work,
            .files,
            action,
            work.phrases.asksToPut(work.number, arrival.path, size, replacing: replaced),
            isGrave: arrival.isReplacing
        )
        work.startedAt = time.now
        guard show(work.phrases.puts(work.number, arrival.path, size, replacing: replaced)) else { throw Self.unseen }
        let isThere = try await refusing(arrival.path) {
            guard arrival.existing != nil, !arrival.isReplacing else { return false }
            var file = try arrival.place.folder.departing(arrival.place.name)
            guard file.size == arrival.size, try await file.skip(to: file.size) == arrival.digest else {
                throw FileTransferError(.exists)
            }
            return true
        }
        if isThere {
            return try await transferring(action, work) { [work] replies, _, _ in
                self.show(work.phrases.isThereAlready(work.number))
                let message = "it was there already"
                try await replies.send(
                    .result,
                    json: TransferResult(size: arrival.size, digest: arrival.digest.hex, message: message)
                )
            }
        }
        let file = try await refusing(arrival.path) { try ArrivingFile(arrival.place.name, in: arrival.place.folder) }
        defer { file.removeIfEmpty() }
        try await transferring(action, work) { [work] replies, queue, start in
            try await self.receive(file, arrival, work, replies, queue, start)
        }
    }

    /// How much has arrived, also where the work was broken off.
    private final class Arrived: Sendable {
        private let count = Mutex<Int64>(0)
        var bytes: Int64 { count.withLock { $0 } }
        func set(_ bytes: Int64) { count.withLock { $0 = bytes } }
    }

    private func receive(
        _ file: ArrivingFile,
        _ arrival: Arrival,
        _ work: Work,
        _ replies: ActionReplies,
        _ queue: CommandInputQueue,
        _ start: OneShot<TransferStart?>
    ) async throws {
        var result = TransferResult()
        let arrived = Arrived()
        do {
            try await working(work, .files) {
                var file = file
                do {
                    let prefix = try await file.resume(upTo: arrival.size)
                    arrived.set(file.offset)
                    let header = TransferHeader(size: arrival.size, offset: file.offset, prefix: prefix?.hex)
                    try await replies.send(.notice, json: header)
                    guard let begun = await start.wait() ?? nil else { throw CancellationError() }
                    if begun.offset != file.offset || begun.offset == 0 { try file.restart() }
                    arrived.set(file.offset)
                    for try await case .data(let bytes) in queue {
                        guard file.offset + Int64(bytes.readableBytes) <= arrival.size else {
                            throw FileTransferError(.mismatch)
                        }
                        try await file.append(bytes)
                        arrived.set(file.offset)
                    }
                    guard file.offset == arrival.size else { throw FileTransferError(.incomplete) }
                    try await file.publish(digest: arrival.digest, isReplacing: arrival.isReplacing)
                } catch let error as FileTransferError where error.kind == .full || error.kind == .mismatch {
                    // The client's disk is not left full, and nothing wrong is kept to go on from.
                    file.remove()
                    arrived.set(0)
                    throw error
                }
            }
            let time = work.phrases.elapsed(self.time.now - work.startedAt)
            show(work.phrases.wasPut(work.number, after: time, digest: arrival.digest.hex))
            result = TransferResult(size: arrival.size, digest: arrival.digest.hex)
        } catch {
            result.message = tellTransferFailure(error, work, arrival.place.path)
            if arrived.bytes > 0 {
                let part = TerminalText.commandLine([arrival.place.path + ArrivingFile.suffix])
                show(work.phrases.partIsKept(work.number, part, work.phrases.size(arrived.bytes)))
            }
        }
        try await replies.send(.result, json: result)
    }
}
