import Contracts
import NIOCore
import Receipts
import RelayAPI
import SupportChannel
import TLS
import Testing

@testable import Agent

@Suite("Who offers, and what is agreed to", .timeLimit(.minutes(2)))
struct ConsentTests {
    /// Offers terms that must not be trusted.
    ///
    /// - Returns: what the client reads.
    private func complaint(
        by person: TestOperator,
        _ location: SourceLocation = #_sourceLocation,
        terms change: @escaping @Sendable (inout Terms) -> Void = { _ in }
    ) async throws -> String {
        let run = try AgentRun()
        let status = try await run.with { end in
            var terms = Samples.terms(try Samples.contract())
            change(&terms)
            let offered = terms
            await #expect(throws: Refusal.self, sourceLocation: location) { try await end.draft(offered, by: person) }
            await #expect(throws: (any Error).self) { try await end.run(["true"]) }
        }
        #expect(status == 1, sourceLocation: location)
        #expect(run.relay.asked.consents.isEmpty, sourceLocation: location)
        #expect(!run.screen.text.contains("ACME"), "an untrusted offer is not shown", sourceLocation: location)
        #expect(!run.screen.text.contains("runs: "), sourceLocation: location)
        return run.complaints.all.first ?? ""
    }

    private func authority() throws -> CertificateAuthority { try TestAuthority.shared.get().authority }

    // MARK: A relay that swaps the operator

    @Test("a certificate of another authority, even one of the same name, proves nothing")
    func otherAuthority() async throws {
        let evil = try CertificateAuthority.create(commonName: "Test", notBefore: 0, notAfter: 4_000_000_000)
        let minted = try TestOperator("jana", evil)
        #expect(try await complaint(by: minted).contains("belongs to another relay"))
        var dressed = minted
        dressed.authority = try authority().certificate
        #expect(try await complaint(by: dressed).contains("not issued by this relay"))
    }

    @Test("a certificate for something else, of another kind of key, or without an operator's name proves nothing")
    func wrongCertificates() async throws {
        let authority = try authority()
        let server = try TestOperator("jana", authority, usage: .server)
        #expect(try await complaint(by: server).contains("not issued by this relay for operators"))
        let signing = try TestOperator("jana", authority, usage: .signing)
        #expect(try await complaint(by: signing).contains("not issued by this relay for operators"))
        let edwards = try TestOperator("jana", authority, algorithm: .ed25519)
        #expect(try await complaint(by: edwards).contains("of a kind that operators do not have"))
        for uris in [
            [], ["lotse:operator:mallory"], ["lotse:operator:jana", "lotse:operator:mallory"], ["lotse:ledger"],
        ] {
            let other = try TestOperator("jana", authority, uris: uris)
            #expect(try await complaint(by: other).contains("not the one in the operator's certificate"))
        }
    }

    @Test(
        "a certificate that is over or not yet valid here proves nothing, and the client is told to look at the clock"
    )
    func expired() async throws {
        let now = SystemTime().epochSeconds
        let over = try TestOperator("jana", authority(), notBefore: 0, notAfter: now - 10)
        #expect(try await complaint(by: over).contains("check the date and the clock here"))
        let early = try TestOperator("jana", authority(), notBefore: now + 1000, notAfter: now + 2000)
        #expect(try await complaint(by: early).contains("check the date and the clock here"))
    }

    @Test("a signature of another connection, or over other terms, proves nothing")
    func replayed() async throws {
        var replayed = try TestOperator.jana.get()
        replayed.exporter = [UInt8](repeating: 9, count: 32)
        #expect(try await complaint(by: replayed).contains("did not sign it in this connection"))
        var altered = try TestOperator.jana.get()
        altered.alters = { $0.replacing("Checkout is slow", with: "Checkout is fine") }
        #expect(try await complaint(by: altered).contains("did not sign it in this connection"))
        // A colleague with a certificate of their own is not jana.
        var colleague = try TestOperator("mallory", authority())
        colleague.certificate = try TestOperator.jana.get().certificate
        #expect(try await complaint(by: colleague).contains("did not sign it in this connection"))
    }

    // MARK: A relay that swaps contract, price or authority

    @Test("an offer for another room or another authority is refused, though it is signed")
    func elsewhere() async throws {
        let jana = try TestOperator.jana.get()
        #expect(try await complaint(by: jana) { $0.room = "9999" }.contains("another relay or another code"))
        #expect(
            try await complaint(by: jana) { $0.authority = String(repeating: "0", count: 64) }
                .contains("another relay or another code")
        )
        #expect(try await complaint(by: jana) { $0.price.centsPerHour = 1 }.contains("the price is not the contract's"))
    }

    // MARK: What is signed

    @Test("what the operator hands back must be what the client signed, by the operator who was proven")
    func otherRecord() async throws {
        let run = try AgentRun()
        let status = try await run.with { end in
            let jana = try TestOperator.jana.get()
            let draft = try await end.draft(Samples.terms(try Samples.contract()))
            let record = try ConsentRecord(canonical: Array(draft.record.utf8))
            #expect(record.isSigned(by: .client) && !record.isSignedByBoth)
            let other = ConsentRecord(
                Samples.terms(try Samples.contract(), grants: ["run", "logs", "shell"]),
                contractID: "acme-2026",
                answer: .init(
                    grants: ["run", "logs", "shell"],
                    approval: .session,
                    machine: "shop1",
                    key: try #require(VerifyingKey(hex: record.client.key))
                ),
                operatorKey: try #require(jana.verifyingKey),
                exporter: []
            )
            for wrong in [record, try jana.sign(other), try TestOperator("jana", self.authority()).sign(record)] {
                await #expect(throws: Refusal(status: 400, message: "this is not what the client signed")) {
                    try await end.confirm(wrong)
                }
            }
            // Nothing of that used the consent up.
            _ = try await end.confirm(jana.sign(record))
            await #expect(throws: Refusal(status: 409, message: "this is signed already")) {
                try await end.confirm(jana.sign(record))
            }
            try await end.end()
        }
        #expect(status == 0)
        #expect(run.relay.asked.consents.count == 1)
    }

    @Test("a consent before the terms, or after the client said no, starts nothing")
    func consentWithoutTerms() async throws {
        let run = try AgentRun(typed: [Samples.code, "n"], agrees: false)
        _ = try await run.with { end in
            let jana = try TestOperator.jana.get()
            let record = ConsentRecord(
                Samples.terms(try Samples.contract()),
                contractID: "acme-2026",
                answer: .init(
                    grants: ["run"],
                    approval: .session,
                    machine: "shop1",
                    key: try #require(jana.verifyingKey)
                ),
                operatorKey: try #require(jana.verifyingKey),
                exporter: []
            )
            await #expect(throws: Refusal.self) { try await end.confirm(jana.sign(record)) }
            await #expect(throws: Refusal.self) { try await end.draft(Samples.terms(try Samples.contract())) }
            await #expect(throws: (any Error).self) { try await end.confirm(jana.sign(record)) }
        }
        #expect(run.relay.asked.consents.isEmpty)
    }

    @Test("an operator who does not sign within ten seconds gets no session")
    func unsigned() async throws {
        let time = ManualTime()
        let run = try AgentRun(time: time)
        let status = try await run.with { end in
            _ = try await end.draft(Samples.terms(try Samples.contract(), at: time.epochSeconds))
            await time.waitForSleep(of: .seconds(10))
            time.advance(by: .seconds(10))
            // It has ended, and waits a moment for the operator to close.
            await time.waitForSleep(of: .seconds(3))
            try await end.channel.close()
        }
        #expect(status == 1)
        #expect(run.complaints.all.first?.contains("did not sign in time") == true)
        #expect(run.relay.asked.consents.isEmpty)
    }

    @Test("a relay that withholds its answer for ten seconds starts no session, and nothing runs")
    func withheldCommit() async throws {
        let time = ManualTime()
        var script = FakeRelay.Script()
        script.consentGate = OneShot<Void>()
        let run = try AgentRun(script, time: time)
        let status = try await run.with { end in
            async let agreed = end.refusalOfOffer(Samples.terms(try Samples.contract(), at: time.epochSeconds))
            await time.waitForSleep(of: .seconds(10), times: 2)
            time.advance(by: .seconds(10))
            _ = try? await agreed
            await #expect(throws: (any Error).self) { try await end.run(["true"]) }
            try await end.channel.close()
        }
        #expect(status == 1)
        #expect(run.complaints.all.first?.contains("the relay does not answer") == true)
        #expect(!run.screen.text.contains("runs: "))
    }

    @Test(
        "a relay that answers with another session, or with a head that its authority's key did not sign, starts none"
    )
    func lyingRelay() async throws {
        for change: (inout FakeRelay.Script) -> Void in [{ $0.session = "s-2" }, { $0.signs = false }] {
            var script = FakeRelay.Script()
            change(&script)
            let run = try AgentRun(script)
            let status = try await run.with { end in
                let refusal = try await end.refusalOfOffer(Samples.terms(try Samples.contract()))
                #expect(refusal?.status == 502)
                await #expect(throws: (any Error).self) { try await end.run(["true"]) }
            }
            #expect(status == 1)
            #expect(run.complaints.all.first?.contains("did not confirm the session that both of you signed") == true)
            #expect(!run.screen.text.contains("runs: "))
        }
    }

    // MARK: What the agent remembers

    @Test("the second session knows whom the client worked with; another key needs a yes in full, and none by itself")
    func newKey() async throws {
        let folder = TemporaryFolder()
        let first = try AgentRun(folder: folder)
        _ = try await first.with { end in
            try await end.offer(Samples.terms(try Samples.contract()))
            try await end.end()
        }
        #expect(first.screen.text.contains("You have not worked with jana on this computer before."))
        let second = try AgentRun(folder: folder)
        _ = try await second.with { end in
            try await end.offer(Samples.terms(try Samples.contract()))
            try await end.end()
        }
        #expect(second.screen.text.contains("Known on this computer since "))
        #expect(first.relay.asked.consents.map(\.client.key) == second.relay.asked.consents.map(\.client.key))

        let impostor = try TestOperator("jana", authority())
        let scripted = try AgentRun(folder: folder)
        let status = try await scripted.with { end in
            let refusal = try await end.refusalOfOffer(Samples.terms(try Samples.contract()), by: impostor)
            #expect(refusal?.status == 403)
        }
        #expect(status == 1)
        #expect(scripted.complaints.all.first?.contains("--yes does not agree to that") == true)
        #expect(scripted.relay.asked.consents.isEmpty)

        for (answer, agrees) in [("y", false), ("no", false), ("yes", true)] {
            let asked = try AgentRun(typed: [Samples.code, answer], agrees: false, folder: folder)
            _ = try await asked.with { end in
                let refusal = try await end.refusalOfOffer(Samples.terms(try Samples.contract()), by: impostor)
                #expect((refusal == nil) == agrees, "\(answer)")
                if agrees { try await end.end() }
            }
            #expect(asked.screen.text.contains("CAUTION: this is not the key that jana has had"))
        }
    }

    @Test(
        "key and consents are kept for their owner alone, and a key that cannot be kept stops the agent before the code is used"
    )
    func keepsakes() async throws {
        let folder = TemporaryFolder()
        let run = try AgentRun(folder: folder)
        _ = try await run.with { end in
            let agreement = try await end.offer(Samples.terms(try Samples.contract()))
            let kept = try ConsentRecord(canonical: Array(folder.read("consents/s-1.json").dropLast().utf8))
            #expect(kept == agreement.record)
            try await end.end()
        }
        #expect(try folder.mode("agent.key") == 0o600)
        #expect(try folder.mode("consents/s-1.json") == 0o600)

        let damaged = TemporaryFolder()
        damaged.write("no key", to: "agent.key")
        let stopped = try AgentRun(folder: damaged)
        #expect(await stopped.alone() == 1)
        #expect(stopped.complaints.all.first?.contains("agent.key holds no usable key") == true)
        #expect(stopped.relay.asked.rooms.isEmpty)
    }
}
