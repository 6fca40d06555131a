import NIOCore
import SupportChannel
import TerminalText

extension AgentSession {
    /// Reads log files that the client shares.
    func logs(_ action: IncomingAction) async throws {
        let parameters = try action.parameters(as: LogsParameters.self)
        let paths = TerminalText.commandLine(parameters.paths)
        let offer = try offer(allowing: .logs, paths, otherwise: "the client does not allow reading log files")
        guard !parameters.paths.isEmpty else {
            throw Refusal(status: 400, message: "no log file is named (name at least one)")
        }
        var work = begin()
        let question = work.phrases.asksToRead(
            work.number,
            paths,
            lines: parameters.lines,
            follow: parameters.follow
        )
        let access = LogAccess(paths: offer.logs)
        // Nobody is asked for what they do not share anyway.
        let isShared = parameters.paths.contains(where: access.shares)
        if isShared { try await askForApproval(work, .logs, action, question) }
        work.startedAt = time.now
        let line = work.phrases.reads(work.number, paths, lines: parameters.lines, follow: parameters.follow)
        guard show(isShared ? line : question) else { throw Self.unseen }
        let request = LogRequest(
            paths: parameters.paths,
            amount: .lines(parameters.lines ?? LogRequest.standardLines),
            follow: parameters.follow
        )
        let reader = LogReader(access: access, wait: { [time] in try await time.sleep($0) })
        let broken = OneShot<Void>()
        noteAction(action)
        let replies = try await action.accept()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [work] in
                try await self.read(request, reader, replies, work, until: broken)
                try await replies.finish()
            }
            group.addTask {
                do {
                    while try await action.input.next() != nil {}
                } catch {
                    broken.trigger()
                }
            }
            try await group.waitForAll()
        }
    }

    private func read(
        _ request: LogRequest,
        _ reader: LogReader,
        _ replies: ActionReplies,
        _ work: Work,
        until broken: OneShot<Void>
    ) async throws {
        let isWhole: Bool
        do {
            isWhole = try await working(work, .logs) {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        try await reader.read(request) { try await self.pass($0, request, replies, work) }
                    }
                    group.addTask {
                        guard await broken.wait() != nil else { return }
                        throw CancellationError()
                    }
                    defer { group.cancelAll() }
                    try await group.next()
                    return true
                }
            }
        } catch {
            isWhole = false
        }
        let time = work.phrases.elapsed(self.time.now - work.startedAt)
        if !isWhole {
            show(work.phrases.stopped(work.number, after: time))
        } else if request.paths.contains(where: reader.access.shares) {
            show(work.phrases.readEnded(work.number, after: time))
        }
        try await replies.send(.result, json: Empty())
    }

    private func pass(
        _ event: LogEvent,
        _ request: LogRequest,
        _ replies: ActionReplies,
        _ work: Work
    ) async throws {
        switch event {
        case .data(let source, var bytes):
            while let piece = bytes.readSlice(length: min(bytes.readableBytes, Self.largestPiece)),
                piece.readableBytes > 0
            {
                var payload = ByteBuffer(integer: UInt16(clamping: source))
                payload.writeImmutableBuffer(piece)
                try await replies.send(ActionFrame(.source, payload))
            }
        case .notice(let source, let notice):
            show(
                work.phrases.logNotice(
                    work.number,
                    work.phrases.logNotice(notice, path: TerminalText.name(notice.path, limit: 300))
                )
            )
            // Who follows waits for what may pass.
            let isFailure =
                if case .problem(let problem) = notice { !(request.follow && problem.mayPass) } else { false }
            try await replies.send(
                .notice,
                json: SupportChannel.LogNotice(source: source, message: notice.description, isFailure: isFailure)
            )
        }
    }

    /// With the index of the source it still fits into a frame.
    private static let largestPiece = ActionFrame.longestPayload / 2
}
