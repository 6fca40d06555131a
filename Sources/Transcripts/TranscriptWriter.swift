import NIOPosix
import Receipts
import Synchronization

/// Writes a session's files beside everything else: whoever has something to record never waits for a disk.
///
/// How much can wait is bounded by what is recorded of a session at all. The first write that fails is the last one, is told of once, and
/// leaves the files at whole lines.
final class TranscriptWriter: Sendable {
    private enum Item {
        case recording([UInt8])
        case action([UInt8])
    }

    /// The open files, and what was written to the recording.
    private final class Files: Sendable {
        private struct State: ~Copyable {
            var hash: SHA256
            var failure: Int32?
        }

        private let recording: Int32
        private let actions: Int32
        private let state: Mutex<State>
        private let failed: @Sendable (TranscriptError) -> Void

        init(
            recording: Int32,
            actions: Int32,
            after present: [UInt8],
            failed: @escaping @Sendable (TranscriptError) -> Void
        ) {
            self.recording = recording
            self.actions = actions
            self.failed = failed
            var hash = SHA256()
            hash.update(present)
            state = Mutex(State(hash: hash))
        }

        deinit {
            SystemCalls.closeFile(recording)
            SystemCalls.closeFile(actions)
        }

        var digest: Digest { state.withLock { $0.hash.copy().finish() } }

        func write(_ item: Item) {
            let failure = state.withLock { state -> Int32? in
                guard state.failure == nil else { return nil }
                let code: Int32
                switch item {
                case .recording(let line):
                    code = SystemCalls.append(line, to: recording)
                    if code == 0 { state.hash.update(line) }
                case .action(let line): code = SystemCalls.append(line, to: actions)
                }
                guard code != 0 else { return nil }
                state.failure = code
                return code
            }
            if let failure { failed(TranscriptError(.system(failure))) }
        }
    }

    private let files: Files
    private let items: AsyncStream<Item>.Continuation
    private let done: AsyncStream<Void>

    /// Opens the files, or goes on with those that are there.
    ///
    /// - Parameters:
    ///   - isNew: says whether the recording is empty.
    ///   - failed: is told, once, why nothing more is written.
    /// - Throws: `TranscriptError`.
    init(
        _ folder: TranscriptFolder,
        isNew: inout Bool,
        failed: @escaping @Sendable (TranscriptError) -> Void
    ) throws(TranscriptError) {
        let present = try folder.readRecording() ?? []
        let actions = try SystemCalls.openToAppend(folder.actions)
        let recording: Int32
        do {
            recording = try SystemCalls.openToAppend(folder.recording)
        } catch {
            SystemCalls.closeFile(actions)
            throw error
        }
        isNew = present.isEmpty
        let files = Files(recording: recording, actions: actions, after: present, failed: failed)
        self.files = files
        let (stream, items) = AsyncStream.makeStream(of: Item.self)
        let (done, isDone) = AsyncStream.makeStream(of: Void.self)
        self.items = items
        self.done = done
        Task.detached {
            for await item in stream {
                // Fails only where the program ends.
                try? await NIOThreadPool.singleton.runIfActive { files.write(item) }
            }
            isDone.finish()
        }
    }

    deinit { items.finish() }

    func record(_ line: [UInt8]) { items.yield(.recording(line)) }

    func list(_ line: String) { items.yield(.action(Array(line.utf8) + [UInt8(ascii: "\n")])) }

    /// Nothing more comes.
    ///
    /// - Returns: SHA-256 of the recording as it lies there; nil where the disk does not come to an end in time.
    func finish(within limit: Duration) async -> Digest? {
        items.finish()
        let isWritten = await withTaskGroup(of: Bool.self) { group in
            group.addTask { [done] in
                for await _ in done {}
                return !Task.isCancelled
            }
            group.addTask {
                try? await Task.sleep(for: limit)
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
        guard isWritten else { return nil }
        return files.digest
    }
}
