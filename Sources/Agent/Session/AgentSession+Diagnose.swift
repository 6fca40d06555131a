import Contracts
import NIOCore
import Redaction
import SupportChannel
import Synchronization
import TerminalText

extension AgentSession {
    /// Runs many commands that look at this machine, after one question about all of them.
    func diagnose(_ action: IncomingAction) async throws {
        let parameters = try action.parameters(as: DiagnoseParameters.self)
        let what = phrases.diagnosis(parameters.checks.count)
        let offer = try offer(allowing: .run, what, otherwise: "the client does not allow commands")
        let plan: DiagnosisPlan
        do {
            plan = try DiagnosisPlan(parameters, offer.contract.access, offer.redaction)
        } catch {
            throw refuse(what, error, error.status == 403 ? phrases.isNotInContract : nil)
        }
        var work = begin()
        let title = work.phrases.asksToDiagnose(work.number, plan.runs.count)
        // The whole list first: what is answered is what stands above the question.
        guard screen.lines([work.phrases.checkListTitle(work.number)] + plan.lines(work.phrases)) else {
            throw Self.unseen
        }
        try await askForApproval(work, .run, action, title)
        work.startedAt = time.now
        guard show(work.phrases.runsChecks(work.number, plan.runs.count)) else { throw Self.unseen }
        let replies = try await accept(action, work)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [work] in
                try await self.run(plan, work, replies)
                try await replies.finish()
            }
            // A stream that breaks here breaks off the checks.
            group.addTask { while try await action.input.next() != nil {} }
            while try await group.next() != nil {}
        }
    }

    private func run(_ plan: DiagnosisPlan, _ work: Work, _ replies: ActionReplies) async throws {
        let tally = Mutex(DiagnosisTally())
        var isWhole = false
        do {
            for index in plan.refused {
                try await replies.send(.notice, json: CheckNotice(index: index, outcome: .notAllowed))
            }
            isWhole = try await working(work, .run) { [runner] in
                try await plan.run(by: runner.inPlainEnglish) { outcome in
                    tally.withLock { $0.count(outcome) }
                    // Counted before anything of it leaves, so that no end of a session comes between.
                    self.state.withLock { $0.redactions += outcome.redactions }
                    try await Self.send(outcome, replies)
                }
                return true
            }
        } catch {
            // Stopped, taken back, or the operator's side is gone: what was sent stands.
        }
        let counts = tally.withLock { $0 }
        let time = work.phrases.elapsed(self.time.now - work.startedAt)
        show(
            isWhole
                ? work.phrases.checksEnded(work.number, counts, after: time)
                : work.phrases.stopped(work.number, after: time)
        )
        let redactions = counts.redactions.byName
        if !redactions.isEmpty { show(work.phrases.blackedOut(work.number, redactions)) }
        try await replies.send(
            .result,
            json: DiagnoseResult(
                isWhole: isWhole,
                message: isWhole ? nil : "the client's side stopped it",
                redactions: redactions.isEmpty ? nil : redactions
            )
        )
    }

    /// With the index in front it still fits into a frame.
    private static let largestPiece = 64 * 1024

    private static func send(_ outcome: CheckRun.Outcome, _ replies: ActionReplies) async throws {
        let source = outcome.notice.index * 2
        for (source, bytes) in [(source, outcome.output), (source + 1, outcome.errorOutput)] {
            var rest = ByteBuffer(bytes: bytes)
            while rest.readableBytes > 0,
                let piece = rest.readSlice(length: min(rest.readableBytes, largestPiece))
            {
                var payload = ByteBuffer(integer: UInt16(clamping: source))
                payload.writeImmutableBuffer(piece)
                try await replies.send(ActionFrame(.source, payload))
            }
        }
        try await replies.send(.notice, json: outcome.notice)
    }
}

/// What became of a diagnosis' checks.
struct DiagnosisTally: Sendable {
    var ended = 0
    var absent = 0
    /// Of those that were cut off, out of time or did not start.
    var failed = 0
    var redactions = RedactionCounts()

    mutating func count(_ outcome: CheckRun.Outcome) {
        switch outcome.notice.outcome {
        case .ended: ended += 1
        case .absent: absent += 1
        case .cut, .timedOut, .failed, .notAllowed: failed += 1
        }
        redactions += outcome.redactions
    }
}
