import Contracts
import FoundationEssentials
import Glibc
import NIOCore
import Pairing
import Receipts
import RelayAPI
import SupportChannel
import Synchronization
import Testing

@testable import Operator

/// An agent at the other end of an opening: honest unless a test says otherwise.
private struct AgentScript: Sendable {
    /// Changes what it signs.
    var changes: @Sendable (inout Terms) -> Void = { _ in }
    /// What it allows; all that is asked for where nil.
    var grants: [String]?
    /// Whether it signs with its own key.
    var signs = true
    /// Another exporter than the connection's.
    var exporter: [UInt8]?
    /// The session that it claims to have started.
    var session: String?
    var machine = "till"
    /// Whether the tunnel breaks while the client thinks.
    var breaks = false
}

extension LocalDate {
    fileprivate static let firstOf2026: LocalDate = {
        guard let date = LocalDate(year: 2026, month: 1, day: 1) else { fatalError("the calendar has this day") }
        return date
    }()
}

@Suite("Opening a session", .timeLimit(.minutes(1)))
struct OpeningTests {
    private static let contract = Contract(
        contract: "acme",
        title: "Support",
        timeZone: "Europe/Berlin",
        validFrom: LocalDate.firstOf2026,
        client: Contract.Client(
            name: "ACME",
            kind: .business,
            street: "Hafenstraße 12",
            postalCode: "48155",
            city: "Münster",
            country: "DE"
        ),
        ratesCentsPerHour: ["support": 9500],
        categories: [Contract.Category(id: "question", kind: .support, rate: "support")],
        vat: Contract.VAT(category: .standard, percentBp: 1900)
    )

    private static func document(_ contract: Contract) -> ContractDocument {
        let canonical = String(decoding: contract.canonicalBytes, as: UTF8.self)
        return ContractDocument(
            summary: ContractSummary(
                contract: contract.contract,
                version: 1,
                hash: Digest.sha256(canonical).hex,
                title: contract.title,
                client: contract.client.name,
                validFrom: "2026-01-01",
                addedAt: Timestamp(seconds: 0)
            ),
            canonical: canonical,
            source: ""
        )
    }

    private static let invitation = InvitationSummary(
        invitation: "i-1",
        room: "4821",
        contract: "acme",
        version: 1,
        hash: Digest.sha256(contract.canonicalBytes).hex,
        category: "question",
        purpose: "a test",
        operator: "jan",
        state: .open,
        expiresAt: Timestamp(seconds: 4_000_000_000),
        secretDigits: 7
    )

    private static func layer() async throws -> EncryptedLayer {
        EncryptedLayer(
            code: try await StretchedCode.stretching(
                Code(room: "4821", secret: "7305519"),
                authority: [UInt8](repeating: 7, count: 32)
            )
        )
    }

    /// Opens a session against an agent.
    ///
    /// - Returns: what came of it, the terms that the agent saw, and what it was handed to post.
    private func open(
        _ script: AgentScript = AgentScript(),
        showing document: ContractDocument? = nil
    ) async throws -> (result: Result<OpenSession, any Error>, offered: SignedTerms?, posted: ConsentRecord?, FakeRelay)
    {
        let (left, right) = try socketPair()
        let (agentLayer, layer) = (try await Self.layer(), try await Self.layer())
        let agentEnd = try await connect(left) { channel in
            try agentLayer.establish(on: channel, as: .agent).flatMap { established in
                ResumableConnection.begin(on: channel, established, as: .agent) {
                    try AgentEnd(addingTo: $0, exporter: established.exporter)
                }
            }
        }
        let tunnel = try await connect(right) { try WaitingTunnel(on: $0, layer: layer) }
        let relay = try FakeRelay(document: document ?? Self.document(Self.contract)) { tunnel }
        let seen = Mutex<SignedTerms?>(nil)
        let posted = Mutex<ConsentRecord?>(nil)
        let agent = Task {
            let (connection, end) = try await agentEnd.get()
            // As the client's program does before there is a session: nobody comes back to an attempt.
            let watching = Task {
                for await event in connection.events {
                    if case .interrupted = event { await connection.close() }
                }
            }
            defer { watching.cancel() }
            try? await end.serve { action in
                switch action.name {
                case "terms":
                    let signed = try action.parameters(as: SignedTerms.self)
                    seen.withLock { $0 = signed }
                    if script.breaks {
                        shutdown(left, CInt(SHUT_RDWR))
                        _ = try? await action.gone.get()
                        return
                    }
                    let draft = try await Self.draft(signed, script, end)
                    try await action.accept().send(.result, json: draft)
                case "consent":
                    let signed = try action.parameters(as: SignedConsent.self)
                    let record = try ConsentRecord(canonical: Array(signed.record.utf8))
                    posted.withLock { $0 = record }
                    try await action.accept().send(
                        .result,
                        json: Consent(session: script.session ?? record.session, startedAt: "2026-11-05T11:00:00Z")
                    )
                default: throw Refusal(status: 404, message: "no such action")
                }
            }
        }
        let result: Result<OpenSession, any Error>
        do {
            let session = try await SessionOpening(relay: relay).open(Self.invitation) { _ in }
            result = .success(session)
            await session.connection?.close()
        } catch { result = .failure(error) }
        try? await tunnel.channel.close()
        _ = try? await agent.value
        return (result, seen.withLock { $0 }, posted.withLock { $0 }, relay)
    }

    private static func draft(_ signed: SignedTerms, _ script: AgentScript, _ end: AgentEnd) async throws
        -> ConsentDraft
    {
        var terms = try Terms(canonical: Array(signed.terms.utf8))
        script.changes(&terms)
        let own = try await end.exporter?.bytes(label: OperatorProof.exporterLabel, length: 32).get()
        let key = try SigningKey.generate()
        let record = ConsentRecord(
            terms,
            contractID: "acme",
            answer: .init(
                grants: script.grants ?? terms.grants,
                approval: .each,
                machine: script.machine,
                key: key.verifyingKey
            ),
            operatorKey: try TestLogin.shared.get().credentials.verifyingKey,
            exporter: script.exporter ?? own ?? []
        )
        let signer = script.signs ? key : try SigningKey.generate()
        let message = try record.signedBytes()
        let signature = Signature(
            by: .client,
            key: key.verifyingKey.hex,
            signature: try Signature(by: .client, of: message, with: signer).signature
        )
        return ConsentDraft(record: String(decoding: try record.signed([signature]).canonicalBytes(), as: UTF8.self))
    }

    @Test("what both signed is posted and kept, and says what was offered")
    func honest() async throws {
        let (result, offered, posted, relay) = try await open()
        let session = try result.get()
        #expect(session.id == "s-1" && session.machine == "till" && session.asksEach)
        #expect(session.grants == ["run", "logs"])
        let record = try #require(posted)
        #expect(record.isSignedByBoth)
        #expect(record.contractHash == Digest.sha256(Self.contract.canonicalBytes))
        #expect(relay.kept.withLock { $0 } == [record])
        let terms = try Terms(canonical: Array(try #require(offered).terms.utf8))
        #expect(terms.price.centsPerHour == 9500 && terms.price.quotaLeftSeconds == nil)
        #expect(terms.authority == relay.credentials.authorityPin && terms.operator == "jan")
    }

    @Test("a tunnel that breaks while the client thinks ends the attempt at once")
    func broken() async throws {
        let (result, offered, posted, _) = try await open(AgentScript(breaks: true))
        let error = #expect(throws: OperatorError.self) { try result.get() }
        #expect(error?.kind == .refused)
        #expect(offered != nil && posted == nil)
    }

    @Test("a client may allow less than was asked for")
    func less() async throws {
        let (result, _, _, _) = try await open(AgentScript(grants: ["logs"]))
        #expect(try result.get().grants == ["logs"])
    }

    @Test("an agent that agrees to something else than was offered gets no signature", arguments: 0..<14)
    func otherTerms(index: Int) async throws {
        let changes: [@Sendable (inout Terms) -> Void] = [
            { $0.session = "s-2" }, { $0.invitation = "i-2" }, { $0.room = "4822" },
            { $0.authority = String(repeating: "0", count: 64) }, { $0.operator = "mallory" },
            { $0.contract += " " }, { $0.contractVersion = 2 }, { $0.category = "defect" }, { $0.purpose = "nothing" },
            { $0.price.centsPerHour = 1 }, { $0.price.currency = "USD" }, { $0.price.surchargePercentBp += 1 },
            { $0.price.surchargeLabel = "other" }, { $0.price.quotaLeftSeconds = 1 },
        ]
        let (result, _, posted, relay) = try await open(AgentScript(changes: changes[index]))
        let error = #expect(throws: OperatorError.self) { try result.get() }
        #expect(error?.description.contains("something else than was offered") == true)
        #expect(posted == nil)
        #expect(relay.kept.withLock { $0.isEmpty })
    }

    @Test("nor does one that allows more than was asked for, signs with another key, or sits in another connection")
    func otherAnswers() async throws {
        let scripts = [
            AgentScript(grants: ["run", "shell"]), AgentScript(signs: false),
            AgentScript(exporter: [UInt8](repeating: 0, count: 32)),
        ]
        for script in scripts {
            let (result, _, posted, _) = try await open(script)
            #expect(throws: OperatorError.self) { try result.get() }
            #expect(posted == nil)
        }
    }

    @Test("an agent that claims another session than was signed opens none")
    func otherSession() async throws {
        let (result, _, _, relay) = try await open(AgentScript(session: "s-2"))
        #expect(throws: OperatorError.self) { try result.get() }
        #expect(relay.kept.withLock { $0.isEmpty })
    }

    @Test("a relay that shows other terms than the invitation's is found out before anybody is asked")
    func swappedContract() async throws {
        var cheap = Self.contract
        cheap.ratesCentsPerHour = ["support": 1]
        let (result, offered, _, _) = try await open(showing: Self.document(cheap))
        let error = #expect(throws: OperatorError.self) { try result.get() }
        #expect(error?.description.contains("other terms than those of the invitation") == true)
        #expect(offered == nil)
    }
}
