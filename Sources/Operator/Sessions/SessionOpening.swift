import Billing
import Contracts
import FoundationEssentials
import NIOCore
import Receipts
import RelayAPI
import SupportChannel
import TerminalText
import TimeZoneFiles

/// From an invitation to a session: waits for the agent, offers the terms, waits for the client's answer, signs what both agreed to.
public struct SessionOpening: Sendable {
    let relay: any SessionRelay

    /// How long a client may think about the terms.
    static let answerTimeout: Duration = .seconds(330)
    /// How long agent and relay may take for the commit.
    static let commitTimeout: Duration = .seconds(15)

    /// An opening at a relay.
    public init(relay: any SessionRelay) { self.relay = relay }

    /// Opens the session of one invitation.
    ///
    /// - Parameter tell: takes a sentence about what is being waited for.
    /// - Throws: `OperatorError`, `Problem` and what the connection fails with.
    public func open(
        _ invitation: InvitationSummary,
        tell: @Sendable (String) async -> Void
    ) async throws -> OpenSession {
        let document = try await relay.contract(invitation.contract, version: invitation.version)
        // By its own hash, whatever the relay calls it: the client agrees to what this invitation is about.
        guard Digest.sha256(document.canonical).hex == invitation.hash else {
            throw OperatorError(
                .contract,
                "the relay shows other terms than those of the invitation (ask who runs the relay)"
            )
        }
        let contract = try JSONDecoder().decode(Contract.self, from: Data(document.canonical.utf8))
        guard contract.contract == invitation.contract else {
            throw OperatorError(
                .contract,
                "the relay shows another contract than the invitation's (ask who runs the relay)"
            )
        }
        await tell("waiting for the client to type the code of \(invitation.contract) (room \(invitation.room))")
        let tunnel = try await relay.openTunnel(invitation: invitation.invitation)
        var connection: ResumableConnection<OperatorEnd>?
        do {
            let (met, answer) = try await meet(tunnel, invitation)
            connection = met.connection
            let agent = met.end
            await tell("the client's program is there; waiting for the client to agree to the terms")
            let exporter = try await Self.exporter(of: agent)
            let terms = try terms(invitation, document.canonical, contract, answer)
            let signed = try relay.credentials.sign(terms, exporter: exporter)
            let draft = try await Self.whileCarried(by: tunnel, met.connection) { try await ask(agent, signed) }
            let record = try checked(draft, terms, contract, exporter)
            let consent = try await confirmed(agent, record)
            guard consent.session == terms.session, let startedAt = Timestamp(rfc3339: consent.startedAt) else {
                throw OperatorError(.refused, "the client's program answered something that makes no sense")
            }
            try relay.keep(record)
            let session = OpenSession(
                id: terms.session,
                contract: invitation.contract,
                categories: contract.categories.map(\.id),
                machine: TerminalText.name(record.client.machine),
                grants: record.grants,
                asksEach: record.approval == .each,
                diagnose: contract.access.diagnose,
                transcriptRetentionDays: contract.privacy.transcriptRetentionDays,
                startedAt: startedAt,
                consent: record,
                agent: agent,
                connection: met.connection
            )
            try await relay.allowResumption(of: session, invitation: invitation.invitation)
            return session
        } catch {
            // In order where there is somebody to tell: the agent would take a tunnel that breaks for one that comes back.
            await connection?.close()
            tunnel.channel.close(promise: nil)
            throw error
        }
    }

    /// What the connection exports for the proof.
    private static func exporter(of agent: OperatorEnd) async throws -> [UInt8] {
        guard let exporter = agent.exporter else {
            throw SupportChannelError(kind: .misuse, diagnostics: "a session that is not encrypted")
        }
        return try await exporter.bytes(
            label: OperatorProof.exporterLabel,
            length: OperatorProof.exporterByteCount
        ).get()
    }

    private func terms(
        _ invitation: InvitationSummary,
        _ canonical: String,
        _ contract: Contract,
        _ answer: MeetingAnswer
    ) throws -> Terms {
        guard let session = answer.session else {
            throw OperatorError(.refused, "the relay gives the session no name (use the same release everywhere)")
        }
        let now = Timestamp.now
        guard let category = contract.category(invitation.category),
            let rate = contract.rateCentsPerHour(of: category)
        else {
            throw OperatorError(.contract, "the contract has no price for \(invitation.category) (lotse contract show)")
        }
        guard let surcharge = SurchargeNow(contract, category, at: now.seconds) else {
            throw OperatorError(
                .contract,
                "this machine does not know the time zone \(contract.timeZone), so there is no price (install tzdata)"
            )
        }
        return Terms(
            session: session,
            invitation: invitation.invitation,
            room: invitation.room,
            authority: relay.credentials.authorityPin,
            operator: relay.credentials.name,
            contract: canonical,
            contractVersion: invitation.version,
            category: invitation.category,
            purpose: invitation.purpose,
            price: Terms.Price(
                currency: contract.currency,
                centsPerHour: rate,
                surchargePercentBp: surcharge.percentBp,
                surchargeLabel: surcharge.label,
                quotaLeftSeconds: contract.retainer == nil ? nil : answer.quotaLeftSeconds ?? 0,
                monthNetCents: contract.cap?.perMonthCents == nil ? nil : answer.monthNetCents
            ),
            grants: contract.access.grants.map(\.rawValue),
            offeredAt: now.rfc3339
        )
    }

    /// The record as the client signed it, where it says what was offered and allows no more than was asked for.
    private func checked(
        _ draft: ConsentDraft,
        _ terms: Terms,
        _ contract: Contract,
        _ exporter: [UInt8]
    ) throws -> ConsentRecord {
        guard let record = try? ConsentRecord(canonical: Array(draft.record.utf8)), record.isSigned(by: .client),
            record.signatures.count == 1, let key = VerifyingKey(hex: record.client.key),
            Set(record.grants).isSubset(of: terms.grants)
        else { throw Self.untrusted }
        let expected = ConsentRecord(
            terms,
            contractID: contract.contract,
            requestsEarlyStart: terms.asksForEarlyStart(under: contract),
            answer: ConsentRecord.Answer(
                grants: record.grants,
                approval: record.approval,
                machine: record.client.machine,
                key: key
            ),
            operatorKey: relay.credentials.verifyingKey,
            exporter: exporter
        )
        guard record.saysTheSame(as: expected) else { throw Self.untrusted }
        return try relay.credentials.sign(record)
    }

    private static let untrusted = OperatorError(
        .refused,
        "the client's program agreed to something else than was offered, so nothing was signed (use the same release at both ends)"
    )

    func meet(_ tunnel: WaitingTunnel, _ invitation: InvitationSummary) async throws -> (MetAgent, MeetingAnswer) {
        let agent: MetAgent
        do {
            agent = try await tunnel.meet()
        } catch let error as SupportChannelError {
            try Task.checkCancellation()
            guard error.kind != .closed else {
                throw OperatorError(
                    .codeOver,
                    "nobody came before the code of \(invitation.contract) ended, or the client left (lotse invite makes a new one)"
                )
            }
            // The relay burns the code and lets whoever guessed wait. Where it cannot be told it counts a failure by itself.
            _ = try? await relay.report(invitation: invitation.invitation, paired: false)
            throw OperatorError(.codeOver, Self.sentence(error))
        }
        return (agent, try await relay.report(invitation: invitation.invitation, paired: true))
    }

    private static func sentence(_ error: SupportChannelError) -> String {
        switch error.kind {
        case .wrongCode, .codeSpent:
            "wrong code, or someone guessed; nothing was disclosed and this code is used up (lotse invite again, and read the new code out)"
        default: "\(error); this code is used up (lotse invite again)"
        }
    }

    /// Nobody comes back to a tunnel that breaks before there is a session: what is asked over it will not be answered any more.
    private static func whileCarried<Answer>(
        by tunnel: WaitingTunnel,
        _ connection: ResumableConnection<OperatorEnd>,
        _ body: () async throws -> Answer
    ) async throws -> Answer {
        let watching = Task {
            try? await tunnel.channel.closeFuture.get()
            if !Task.isCancelled { await connection.close() }
        }
        defer { watching.cancel() }
        return try await body()
    }

    private func ask(_ agent: OperatorEnd, _ terms: SignedTerms) async throws -> ConsentDraft {
        try await perform("terms", terms, at: agent, within: Self.answerTimeout) {
            "the client did not answer in time (lotse invite makes a new code)"
        }
    }

    /// Where this fails the relay may have begun what the client's program did not, and would keep it for those who come back.
    private func confirmed(_ agent: OperatorEnd, _ record: ConsentRecord) async throws -> Consent {
        do {
            return try await confirm(agent, record)
        } catch {
            _ = try? await relay.end(session: record.session, EndRequest(summary: nil, reason: "not begun"))
            throw error
        }
    }

    private func confirm(_ agent: OperatorEnd, _ record: ConsentRecord) async throws -> Consent {
        let text = String(decoding: try record.canonicalBytes(), as: UTF8.self)
        return try await perform("consent", SignedConsent(record: text), at: agent, within: Self.commitTimeout) {
            "the client agreed, and the relay did not record it in time (lotse invite makes a new code)"
        }
    }

    private func perform<Answer: Decodable & Sendable>(
        _ name: String,
        _ parameters: some Encodable & Sendable,
        at agent: OperatorEnd,
        within limit: Duration,
        _ late: () -> String
    ) async throws -> Answer {
        do {
            return try await withDeadline(limit) {
                try await agent.perform(name, parameters) { replies, _ in
                    while let frame = try await replies.next() {
                        guard frame.kind == .result else { continue }
                        return try JSONDecoder().decode(Answer.self, from: Data(frame.payload.readableBytesView))
                    }
                    throw SupportChannelError(kind: .closed, diagnostics: "before the client answered")
                }
            }
        } catch let refusal as Refusal {
            throw OperatorError(.refused, "there is no session: \(TerminalText.name(refusal.message, limit: 300))")
        } catch is DeadlineExceeded {
            throw OperatorError(.refused, late())
        } catch let error where !(error is CancellationError) {
            throw OperatorError(
                .refused,
                "the client's program left before there was a session (lotse invite makes a new code)"
            )
        }
    }
}
