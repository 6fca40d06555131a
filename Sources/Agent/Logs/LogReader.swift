import NIOCore

/// Reads log files for the operator: the last lines or all of them, and on request what is written later.
///
/// Several files come in the order in which they were asked for, each event with the index of its path; a path that
/// cannot be read gives one notice and stops nobody else. Bytes come as they are in the file: whoever shows them makes
/// them safe. The closure that receives them may take its time: nothing is read ahead, so memory stays at one block of
/// 64 KiB.
///
/// Following looks at the files at an interval; the wait is a closure, so that tests need no time. Nothing is lost or
/// doubled when a file is renamed and created anew, deleted and created anew, emptied, or copied to `NAME.1` and
/// emptied. (What is written and emptied between two looks, with no copy left, nobody can have seen.)
///
/// Reads block the task's thread for the time that the disk takes for a block.
public struct LogReader: Sendable {
    /// Which files may be read.
    public let access: LogAccess
    private let pollInterval: Duration
    private let wait: @Sendable (Duration) async throws -> Void

    /// Each followed file may give this many blocks before the next one has its turn.
    private static let turn = 16

    /// Makes a reader.
    ///
    /// - Parameters:
    ///   - access: Which files may be read.
    ///   - pollInterval: The time between two looks at followed files.
    ///   - wait: Waits this long; throws to end the reading.
    public init(
        access: LogAccess = LogAccess(),
        pollInterval: Duration = .milliseconds(500),
        wait: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.access = access
        self.pollInterval = pollInterval
        self.wait = wait
    }

    /// Reads until the end of the files, or, following, until the task is cancelled.
    ///
    /// - Returns: How many files could be read. A following reader returns only where no path can ever be read.
    /// - Throws: `CancellationError`, or what `output` or the wait threw.
    @discardableResult
    public func read(
        _ request: LogRequest,
        output: @Sendable (LogEvent) async throws -> Void
    ) async throws -> LogSummary {
        var followed: [(source: Int, log: FollowedLog)] = []
        var summary = LogSummary(sourcesRead: 0, sourcesFailed: 0)
        for (source, path) in request.paths.enumerated() {
            let (cursor, problem) = try await readExisting(path, source, request, output)
            if let problem {
                summary.sourcesFailed += 1
                try await output(.notice(source: source, .problem(problem)))
            } else {
                summary.sourcesRead += 1
            }
            if request.follow && (problem?.mayPass ?? true) {
                followed.append((source, FollowedLog(path: path, access: access, cursor: cursor, problem: problem)))
            }
        }
        if !followed.isEmpty { try await follow(&followed, output) }
        return summary
    }

    private func readExisting(
        _ path: String,
        _ source: Int,
        _ request: LogRequest,
        _ output: @Sendable (LogEvent) async throws -> Void
    ) async throws -> (LogCursor?, LogProblem?) {
        guard source < LogRequest.maximumSources else { return (nil, LogProblem(kind: .tooMany, path: path)) }
        let file: LogFile
        switch access.open(path) {
        case .failure(let problem): return (nil, problem)
        case .success(let opened): file = opened
        }
        do {
            // The end as it is now: a file that grows faster than it is read would never come to its end.
            let end = try file.stamp().size
            let start = request.amount.isWhole ? 0 : try await file.start(ofLast: request.amount.count, before: end)
            var cursor = try LogCursor(file: file, offset: start)
            while cursor.offset < end {
                try Task.checkCancellation()
                guard case .data(let bytes) = try cursor.next(poll: 0, flush: !request.follow) else { break }
                try await output(.data(source: source, bytes))
            }
            return (cursor, nil)
        } catch let failure as SystemFailure {
            return (nil, LogProblem(code: failure.code, path: path))
        }
    }

    private func follow(
        _ followed: inout [(source: Int, log: FollowedLog)],
        _ output: @Sendable (LogEvent) async throws -> Void
    ) async throws {
        var poll = 0
        while true {
            var isBusy = false
            for index in followed.indices {
                var blocks = 0
                while blocks < Self.turn, let content = followed[index].log.next(poll: poll) {
                    try Task.checkCancellation()
                    try await output(content.event(of: followed[index].source))
                    blocks += 1
                }
                if blocks == Self.turn { isBusy = true }
            }
            try Task.checkCancellation()
            if isBusy { continue }
            try await wait(pollInterval)
            poll &+= 1
        }
    }
}

extension LogRequest.Amount {
    fileprivate var isWhole: Bool { self == .whole }

    fileprivate var count: Int {
        if case .lines(let count) = self { return max(count, 0) }
        return 0
    }
}
