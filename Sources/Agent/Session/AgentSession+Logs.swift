import Compression
import Contracts
import FoundationEssentials
import NIOCore
import Redaction
import RelayAPI
import SupportChannel
import TerminalText

extension AgentSession {
    /// Reads log files that the client shares.
    func logs(_ action: IncomingAction) async throws {
        let parameters = try action.parameters(as: LogsParameters.self)
        let paths = TerminalText.commandLine(parameters.paths)
        let offer = try offer(allowing: .logs, paths, otherwise: "the client does not allow reading log files")
        guard parameters.paths.count <= LogRequest.mostPaths else {
            throw Refusal(
                status: 400,
                message: "too many paths at once (a pattern like /var/log/*.log names many files)"
            )
        }
        guard !parameters.paths.isEmpty else {
            throw Refusal(status: 400, message: "no log file is named (name at least one)")
        }
        let request = try Self.request(parameters)
        var work = begin()
        let question = work.phrases.asksToRead(
            work.number,
            paths,
            lines: parameters.lines,
            follow: parameters.follow
        )
        let access = LogAccess(paths: offer.logs)
        // Nobody is asked for what they do not share anyway.
        let isShared = parameters.paths.contains { path in
            LogJournal(path)?.isShared(by: access) ?? access.shares(path)
                || access.files(matching: path)?.isEmpty == false
        }
        if isShared {
            let preview = LogPreview(request: request, access: access, rules: offer.redaction)
            state.withLock { $0.previews[work.number] = preview }
            defer { state.withLock { $0.previews[work.number] = nil } }
            try await askForApproval(work, .logs, action, question)
        }
        work.startedAt = time.now
        let line = work.phrases.reads(work.number, paths, lines: parameters.lines, follow: parameters.follow)
        guard show(isShared ? line : question) else { throw Self.unseen }
        let replies = try await accept(action, work)
        let delivery = LogDelivery(
            to: replies,
            offer.redaction,
            isPacked: parameters.encodings?.contains(ZstdPacking.name) ?? false,
            isFollowing: parameters.follow,
            noteRedactions: { [self] more in state.withLock { $0.redactions += more } }
        )
        let reader = LogReader(
            access: access,
            wait: { [time] interval in
                try await delivery.flush()
                try await time.sleep(interval)
            }
        )
        let reading = LogReading(
            request: request,
            journals: parameters.paths.compactMap { LogJournal($0) },
            reader: reader,
            delivery: delivery,
            isShared: isShared
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [work] in
                try await self.read(reading, replies, work)
                try await replies.finish()
            }
            group.addTask {
                do {
                    while let frame = try await action.input.next() {
                        // The operator has seen enough, and wants to know how it ends.
                        if frame.kind == .inputEnd { reading.enough.trigger() }
                    }
                } catch {
                    reading.enough.trigger()
                }
            }
            try await group.waitForAll()
        }
    }

    private static func request(_ parameters: LogsParameters) throws -> LogRequest {
        var since: Int64?
        if let text = parameters.since {
            guard let time = Timestamp(rfc3339: text) else {
                throw Refusal(status: 400, message: "\"\(text.prefix(40))\" is not a time (2026-11-05T20:30:00Z)")
            }
            since = time.seconds
        }
        if let seconds = parameters.lastSeconds {
            since = max(since ?? .min, Int64(Date().timeIntervalSince1970) &- max(seconds, 0))
        }
        let amount: LogRequest.Amount =
            parameters.lines.map { .lines($0) } ?? (since == nil ? .lines(LogRequest.standardLines) : .whole)
        let files = parameters.paths.filter { LogJournal($0) == nil }
        var request = LogRequest(paths: files, amount: amount, follow: parameters.follow, since: since)
        request.namesAll = files.count < parameters.paths.count
        return request
    }

    /// One reading on its way.
    private struct LogReading: Sendable {
        let request: LogRequest
        let journals: [LogJournal]
        let reader: LogReader
        let delivery: LogDelivery
        let isShared: Bool
        /// Nobody wants more of it.
        let enough = OneShot<Void>()
    }

    private func read(_ reading: LogReading, _ replies: ActionReplies, _ work: Work) async throws {
        var isWhole = false
        do {
            isWhole = try await working(work, .logs) {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await self.readAll(reading, work) }
                    group.addTask {
                        guard await reading.enough.wait() != nil else { return }
                        throw CancellationError()
                    }
                    defer { group.cancelAll() }
                    try await group.next()
                    return true
                }
            }
            try await reading.delivery.finish()
        } catch {
            isWhole = false
        }
        let time = work.phrases.elapsed(self.time.now - work.startedAt)
        if !isWhole {
            show(work.phrases.stopped(work.number, after: time))
        } else if reading.isShared {
            show(work.phrases.readEnded(work.number, after: time))
        }
        let counts = await reading.delivery.counts.byName
        if !counts.isEmpty { show(work.phrases.blackedOut(work.number, counts)) }
        try await replies.send(.result, json: LogsResult(redactions: counts.isEmpty ? nil : counts))
    }

    /// Files, then journals; beside each other where they are followed.
    private func readAll(_ reading: LogReading, _ work: Work) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            if !reading.request.paths.isEmpty {
                group.addTask {
                    try await reading.reader.read(reading.request) { try await self.pass($0, reading, work) }
                }
                if !reading.request.follow { try await group.waitForAll() }
            }
            for (index, journal) in reading.journals.enumerated() {
                group.addTask {
                    try await self.read(
                        journal,
                        as: Self.firstJournal + index,
                        reading.request,
                        reading.reader.access,
                        reading.delivery,
                        work
                    )
                }
                if !reading.request.follow { try await group.waitForAll() }
            }
            try await group.waitForAll()
        }
    }

    /// Sources from here on are no files.
    private static let firstJournal = 60_000

    private func pass(_ event: LogEvent, _ reading: LogReading, _ work: Work) async throws {
        switch event {
        case .data(let source, let bytes): try await reading.delivery.deliver(bytes, of: source)
        case .named(let source, let path):
            try await reading.delivery.notice(
                SupportChannel.LogNotice(source: source, message: "", isFailure: false, name: path)
            )
        case .notice(let source, let notice):
            switch notice {
            case .rotated, .truncated, .appeared: try await reading.delivery.rotate(source)
            case .gone, .withoutTimes, .problem: break
            }
            show(
                work.phrases.logNotice(
                    work.number,
                    work.phrases.logNotice(notice, path: TerminalText.name(notice.path, limit: 300))
                )
            )
            // Who follows waits for what may pass.
            let isFailure =
                if case .problem(let problem) = notice { !(reading.request.follow && problem.mayPass) } else { false }
            try await reading.delivery.notice(
                SupportChannel.LogNotice(source: source, message: notice.description, isFailure: isFailure)
            )
        }
    }
}
