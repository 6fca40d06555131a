import Receipts
import RelayAPI
import SupportChannel
import Transcripts

/// What a session needs of the relay.
public protocol SessionRelay: Sendable {
    /// Who the operator is.
    var credentials: OperatorCredentials { get }
    /// One version of a contract.
    func contract(_ id: String, version: Int64?) async throws -> ContractDocument
    /// Opens the operator's end of an invitation's tunnel, with the code that is kept here.
    func openTunnel(invitation: String) async throws -> WaitingTunnel
    /// Opens another tunnel for a session whose connection broke, and goes on over it. Returns when it does.
    func takeUp(_ connection: ResumableConnection<OperatorEnd>, invitation: String) async throws
    /// Writes down what takes a session up again.
    func keep(_ session: KeptSession) throws
    /// Writes down what was asked of the agent.
    func keep(_ request: ActionRecord.Request, of session: String) throws
    /// Says whether the two ends had the same code. Either way the code is used up, here and at the relay.
    ///
    /// - Returns: what the terms need to know, where they had.
    func report(invitation: String, paired: Bool) async throws -> MeetingAnswer
    /// Keeps what both ends signed.
    func keep(_ consent: ConsentRecord) throws
    /// Stops the session's clock.
    func pause(session: String) async throws -> SessionRecord
    /// Lets it run again.
    func resume(session: String) async throws -> SessionRecord
    /// Writes something down.
    func note(session: String, text: String) async throws -> SessionRecord
    /// Changes what kind of work it is.
    func category(session: String, category: String) async throws -> SessionRecord
    /// How it stands in the ledger; nil where the relay does not know it.
    func record(session: String) async throws -> SessionRecord?
    /// Hands in what the client said about going on beyond the agreed upper limit.
    func answerCap(session: String, _ answer: CapAnswer) async throws -> SessionRecord
    /// Ends it.
    func end(session: String, _ request: EndRequest) async throws -> SessionRecord
    /// Has the receipt of an ended session made, from what both ends said of it.
    func close(session: String, _ closing: ClosingStatement?) async throws -> Receipt
    /// Tells what became of a receipt.
    ///
    /// - Returns: what the relay keeps.
    func conclude(_ outcome: Receipt) async throws -> Receipt
    /// Keeps what both ends said of a session.
    func keep(_ closing: ClosingStatement) throws
    /// Keeps a receipt.
    func keep(_ receipt: Receipt) throws
}

extension Relay: SessionRelay {
    /// Opens another tunnel.
    public func takeUp(_ connection: ResumableConnection<OperatorEnd>, invitation: String) async throws {
        try await client(on: connection.eventLoop).takeUp(
            RelayRoute.tunnel(invitation: invitation),
            connection.resume
        )
    }

    /// Says whether the two ends had the same code, after forgetting it.
    public func report(invitation: String, paired: Bool) async throws -> MeetingAnswer {
        try home.forget(invitation: invitation)
        return try await post(RelayRoute.outcome(invitation), PairingOutcome(paired: paired))
    }

    /// Keeps what both ends signed, in the home.
    public func keep(_ consent: ConsentRecord) throws {
        try home.write(consent.canonicalBytes(), to: OperatorHome.file(OperatorHome.consents, consent.session, "json"))
    }

    /// Stops the session's clock.
    public func pause(session: String) async throws -> SessionRecord {
        try await post(RelayRoute.session(session, "pause"))
    }

    /// Lets it run again.
    public func resume(session: String) async throws -> SessionRecord {
        try await post(RelayRoute.session(session, "resume"))
    }

    /// Writes something down.
    public func note(session: String, text: String) async throws -> SessionRecord {
        try await post(RelayRoute.session(session, "note"), NoteRequest(text: text))
    }

    /// Changes what kind of work it is.
    public func category(session: String, category: String) async throws -> SessionRecord {
        try await post(RelayRoute.session(session, "category"), CategoryRequest(category: category))
    }

    /// How it stands in the ledger.
    public func record(session: String) async throws -> SessionRecord? {
        try await get(RelayRoute.session(session))
    }

    /// Hands in the client's answer.
    public func answerCap(session: String, _ answer: CapAnswer) async throws -> SessionRecord {
        let text = String(decoding: try answer.canonicalBytes(), as: UTF8.self)
        return try await post(RelayRoute.session(session, "cap"), CapAnswerRequest(answer: text))
    }

    /// Ends it.
    public func end(session: String, _ request: EndRequest) async throws -> SessionRecord {
        try await post(RelayRoute.session(session, "end"), request)
    }

    /// Has the receipt of an ended session made.
    public func close(session: String, _ closing: ClosingStatement?) async throws -> Receipt {
        let statement = try closing.map { String(decoding: try $0.canonicalBytes(), as: UTF8.self) }
        let answer: ReceiptAnswer = try await post(
            RelayRoute.session(session, "closing"),
            ClosingRequest(statement: statement)
        )
        return try Receipt(canonical: Array(answer.receipt.utf8))
    }

    /// Tells what became of a receipt.
    public func conclude(_ outcome: Receipt) async throws -> Receipt {
        let text = String(decoding: try outcome.canonicalBytes(), as: UTF8.self)
        let answer: ReceiptAnswer = try await post(
            RelayRoute.session(outcome.session, "receipt"),
            ReceiptRequest(receipt: text)
        )
        return try Receipt(canonical: Array(answer.receipt.utf8))
    }

    /// The receipt of a session; nil where it is out for signing.
    public func receipt(session: String) async throws -> Receipt? {
        let answer: ReceiptAnswer = try await get(RelayRoute.session(session, "receipt"))
        return answer.isPending ? nil : try Receipt(canonical: Array(answer.receipt.utf8))
    }

    /// Writes down what takes a session up again, in the home.
    public func keep(_ session: KeptSession) throws { try home.keep(session) }

    /// Writes down what was asked of the agent, in the home.
    public func keep(_ request: ActionRecord.Request, of session: String) throws {
        try home.keep(request, of: session)
    }

    /// Keeps what both ends said of a session, in the home.
    public func keep(_ closing: ClosingStatement) throws {
        try home.write(closing.canonicalBytes(), to: OperatorHome.file(OperatorHome.closings, closing.session, "json"))
    }

    /// Keeps a receipt, in the home.
    public func keep(_ receipt: Receipt) throws {
        try home.write(
            receipt.canonicalBytes() + [UInt8(ascii: "\n")],
            to: OperatorHome.file(OperatorHome.receipts, receipt.session, "json")
        )
    }
}
