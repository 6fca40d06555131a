import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

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
    private let now: @Sendable () -> Int64

    /// Each followed file may give this many blocks before the next one has its turn.
    private static let turn = 16

    /// Makes a reader.
    ///
    /// - Parameters:
    ///   - access: Which files may be read.
    ///   - pollInterval: The time between two looks at followed files.
    ///   - wait: Waits this long; throws to end the reading.
    ///   - now: Seconds since 1970, for times without a year.
    public init(
        access: LogAccess = LogAccess(),
        pollInterval: Duration = .milliseconds(500),
        wait: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        now: @escaping @Sendable () -> Int64 = { Int64(time(nil)) }
    ) {
        self.access = access
        self.pollInterval = pollInterval
        self.wait = wait
        self.now = now
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
        let (paths, isNamed) = sources(of: request)
        for (source, path) in paths.enumerated() {
            if isNamed { try await output(.named(source: source, path: path.text)) }
            let read = try await readExisting(path, source, request, output)
            if let problem = read.problem {
                summary.sourcesFailed += 1
                try await output(.notice(source: source, .problem(problem)))
            } else {
                summary.sourcesRead += 1
            }
            if request.follow, !read.isOver, read.problem?.mayPass ?? true {
                let log = FollowedLog(path: path.text, access: access, cursor: read.cursor, problem: read.problem)
                followed.append((source, log))
            }
        }
        if !followed.isEmpty { try await follow(&followed, output) }
        return summary
    }

    /// A path that is asked for, or that a pattern names.
    private struct Source {
        var text: String
        var problem: LogProblem.Kind?
    }

    /// - Returns: the files, and whether patterns were among what was asked for.
    private func sources(of request: LogRequest) -> ([Source], isNamed: Bool) {
        var sources: [Source] = []
        var isNamed = request.namesAll
        for path in request.paths {
            guard let files = access.files(matching: path) else {
                sources.append(Source(text: path))
                continue
            }
            isNamed = true
            if files.isEmpty { sources.append(Source(text: path, problem: .noMatch)) }
            sources += files.map { Source(text: $0) }
        }
        guard isNamed, sources.count > LogRequest.maximumSources else { return (sources, isNamed) }
        // One word for all that are too many.
        let left = sources[LogRequest.maximumSources].text
        return (sources.prefix(LogRequest.maximumSources) + [Source(text: left, problem: .tooMany)], isNamed)
    }

    private struct Existing {
        var cursor: LogCursor?
        var problem: LogProblem?
        /// Nothing more can come from it.
        var isOver = false
    }

    private func readExisting(
        _ source: Source,
        _ index: Int,
        _ request: LogRequest,
        _ output: @Sendable (LogEvent) async throws -> Void
    ) async throws -> Existing {
        let path = source.text
        if let kind = index < LogRequest.maximumSources ? source.problem : .tooMany {
            return Existing(problem: LogProblem(kind: kind, path: path))
        }
        let file: LogFile
        switch access.open(path) {
        case .failure(let problem): return Existing(problem: problem)
        case .success(let opened): file = opened
        }
        do {
            if let archive = ArchivedLog(file) { return try await read(archive, path, index, request, output) }
            // The end as it is now: a file that grows faster than it is read would never come to its end.
            let end = try file.stamp().size
            let start = try await start(of: file, before: end, request) {
                try await output(.notice(source: index, .withoutTimes(path: path)))
            }
            var cursor = try LogCursor(file: file, offset: start)
            while cursor.offset < end {
                try Task.checkCancellation()
                guard case .data(let bytes) = try cursor.next(poll: 0, flush: !request.follow) else { break }
                try await output(.data(source: index, bytes))
            }
            return Existing(cursor: cursor)
        } catch let failure as SystemFailure {
            return Existing(problem: LogProblem(code: failure.code, path: path))
        }
    }

    private func start(
        of file: LogFile,
        before end: Int64,
        _ request: LogRequest,
        withoutTimes: () async throws -> Void
    ) async throws -> Int64 {
        let last = request.amount.isWhole ? 0 : try await file.start(ofLast: request.amount.count, before: end)
        guard let since = request.since else { return last }
        if let start = try await file.start(since: since, before: end, now: now()) { return max(start, last) }
        if end > 0 { try await withoutTimes() }
        guard request.amount.isWhole else { return last }
        return try await file.start(ofLast: LogRequest.standardLines, before: end)
    }

    private func read(
        _ archive: ArchivedLog,
        _ path: String,
        _ source: Int,
        _ request: LogRequest,
        _ output: @Sendable (LogEvent) async throws -> Void
    ) async throws -> Existing {
        let last = request.amount.isWhole ? nil : request.amount.count
        let outcome = try await archive.read(.init(last: last, since: request.since, now: now())) {
            try await output(.data(source: source, $0))
        }
        if outcome.isWithoutTimes { try await output(.notice(source: source, .withoutTimes(path: path))) }
        guard let problem = outcome.problem else { return Existing(isOver: true) }
        let kind: LogProblem.Kind =
            switch problem.kind {
            case .damaged: .damaged
            case .cutShort: .cutShort
            case .bomb: .bomb
            case .outOfMemory: .failed
            }
        return Existing(problem: LogProblem(kind: kind, path: path), isOver: true)
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
