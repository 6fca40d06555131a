import Contracts
import NIOCore
import Receipts
import RelayAPI
import SupportChannel
import Synchronization
import TLS
import Transcripts

@testable import Operator

/// A relay that writes down what it is told.
final class FakeRelay: SessionRelay {
    let told = Mutex<[String]>([])
    let failsToEnd = Mutex(false)
    /// How many answers do not arrive to an end, a pause, another kind of work.
    let lostAnswers = Mutex(0)
    /// How it shows that they do not.
    let loss = Mutex(RelayAPIError.Kind.closed)
    /// How often it was asked how the session stands, and whether it answers to a pause only when it was asked that again and again.
    let looks = Mutex(0)
    let answersPauseLate = Mutex(false)
    let kept = Mutex<[ConsentRecord]>([])
    let closings = Mutex<[ClosingStatement]>([])
    /// How the session stands.
    let standing = Mutex<SessionRecord?>(nil)
    let receipts = Mutex<[Receipt]>([])
    /// What `close` throws.
    let closeProblem = Mutex<RelayAPI.Problem?>(nil)
    /// What is wrong with its receipt.
    let changes = Mutex<@Sendable (inout Receipt) -> Void>({ _ in })
    private let ledgerKey: SigningKey
    let credentials: OperatorCredentials
    private let document: ContractDocument?
    private let tunnel: (@Sendable () async throws -> WaitingTunnel)?

    /// - Parameters:
    ///   - document: the contract that it shows.
    ///   - tunnel: opens the operator's end of a tunnel.
    init(
        document: ContractDocument? = nil,
        tunnel: (@Sendable () async throws -> WaitingTunnel)? = nil
    ) throws {
        credentials = try TestLogin.shared.get().credentials
        ledgerKey = try SigningKey.generate()
        self.document = document
        self.tunnel = tunnel
    }

    func contract(_ id: String, version: Int64?) async throws -> ContractDocument {
        guard let document else { throw RelayAPI.Problem(code: "notFound", message: "there is no such contract") }
        return document
    }

    func openTunnel(invitation: String) async throws -> WaitingTunnel {
        guard let tunnel else { throw RelayAPI.Problem(code: "notFound", message: "there is no such invitation") }
        return try await tunnel()
    }

    func report(invitation: String, paired: Bool) async throws -> MeetingAnswer {
        told.withLock { $0.append("paired \(paired)") }
        return MeetingAnswer(session: paired ? "s-1" : nil, quotaLeftSeconds: 3600, monthNetCents: 0)
    }

    func takeUp(_ connection: ResumableConnection<OperatorEnd>, invitation: String) async throws {
        throw Problem(code: "sessionEnded", message: "the session is over")
    }
    func keep(_ session: KeptSession) throws {}
    func keep(_ request: ActionRecord.Request, of session: String) throws {}
    func keep(_ consent: ConsentRecord) throws { kept.withLock { $0.append(consent) } }

    func pause(session: String) async throws -> SessionRecord {
        let record = try losing(tell("pause", .paused))
        let seen = looks.withLock { $0 }
        while answersPauseLate.withLock({ $0 }), looks.withLock({ $0 }) < seen + 3 { await Task.yield() }
        return record
    }

    func resume(session: String) async throws -> SessionRecord { tell("resume", .running) }
    func note(session: String, text: String) async throws -> SessionRecord { tell("note \(text)", .running) }
    func category(session: String, category: String) async throws -> SessionRecord {
        try losing(tell("category \(category)", .running))
    }

    func record(session: String) async throws -> SessionRecord? {
        looks.withLock { $0 += 1 }
        return standing.withLock { $0 }
    }

    func answerCap(session: String, _ answer: CapAnswer) async throws -> SessionRecord {
        tell("cap \(answer.accepts)", .running)
    }

    func close(session: String, _ closing: ClosingStatement?) async throws -> Receipt {
        told.withLock { $0.append(closing == nil ? "close alone" : "close \(closing?.rawSeconds ?? 0)") }
        if let problem = closeProblem.withLock({ $0 }) { throw problem }
        var receipt = try Samples.receipt(closing)
        changes.withLock { $0 }(&receipt)
        return receipt.adding(try Signature(by: .relay, of: receipt.signedBytes(), with: ledgerKey))
    }

    func conclude(_ outcome: Receipt) async throws -> Receipt {
        told.withLock { $0.append("conclude \(outcome.state.rawValue)\(outcome.reason.map { ": \($0)" } ?? "")") }
        guard outcome.isAnswered(under: try Samples.consent.get()) else {
            throw RelayAPI.Problem(code: "badRequest", message: "not a receipt with its signatures")
        }
        return outcome.adding(try Signature(by: .relay, of: outcome.signedBytes(), with: ledgerKey))
    }

    func keep(_ closing: ClosingStatement) throws { closings.withLock { $0.append(closing) } }
    func keep(_ receipt: Receipt) throws { receipts.withLock { $0.append(receipt) } }

    func end(session: String, _ request: EndRequest) async throws -> SessionRecord {
        if failsToEnd.withLock({ $0 }) {
            throw RelayAPIError(kind: .unreachable, diagnostics: "https://relay:1: Connection refused")
        }
        let idle = request.idleSeconds.map { " (\($0) s idle)" } ?? ""
        let record = tell(
            "end \(request.reason): \(request.summary ?? "-")\(idle)",
            .ended,
            by: "operator",
            summary: request.summary
        )
        return try losing(record)
    }

    /// What happened has happened, whether the answer arrives or not.
    private func losing(_ record: SessionRecord) throws -> SessionRecord {
        standing.withLock { $0 = record }
        let isLost = lostAnswers.withLock { lost in
            defer { lost = max(0, lost - 1) }
            return lost > 0
        }
        if isLost { throw RelayAPIError(kind: loss.withLock { $0 }, diagnostics: "https://relay:1") }
        return record
    }

    private func tell(
        _ what: String,
        _ state: SessionRecord.State,
        by party: String? = nil,
        summary: String? = nil
    ) -> SessionRecord {
        told.withLock { $0.append(what) }
        return Samples.record(state: state, by: party, summary: summary)
    }
}
