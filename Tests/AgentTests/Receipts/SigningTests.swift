import Contracts
import Foundation
import Receipts
import RelayAPI
import SupportChannel
import Testing
import Transcripts

@testable import Agent

@Suite("The client and the receipt", .timeLimit(.minutes(2)))
struct SigningTests {
    /// A session of so many seconds by the client's own clock, up to its receipt.
    private func session(
        agrees: Bool = true,
        seconds: Int64 = 754,
        receipt: TestReceipt = TestReceipt(),
        keys: [String] = [],
        waits: Duration? = nil,
        folder: TemporaryFolder = TemporaryFolder(),
        language: Language = .english
    ) async throws -> (run: AgentRun, answer: Receipt) {
        let time = ManualTime()
        let run = try AgentRun(
            terminal: !agrees,
            agrees: agrees,
            language: language,
            time: time,
            folder: folder
        )
        let answer = OneShot<Receipt>()
        let status = try await run.with { end in
            async let offered = end.offer(Samples.terms(try Samples.contract(), at: time.epochSeconds))
            if !agrees {
                await run.screen.wait(for: language == .german ? "einverstanden?" : "Do you agree?")
                run.input.append("y")
            }
            let agreement = try await offered
            time.advance(by: .seconds(seconds))
            async let settled = end.settle(agreement, receipt)
            if !agrees {
                await run.screen.wait(for: language == .german ? "unterschreiben?" : "Sign this receipt?")
                time.advance(by: KeyDialogue.readingTime)
                for key in keys {
                    run.input.append(key)
                    if key == "d" { await run.screen.wait(for: "What is not right?") }
                }
                if let waits {
                    await time.waitForSleep(of: .seconds(30))
                    time.advance(by: waits)
                }
            }
            answer.resolve(try await settled)
        }
        #expect(status == 0)
        return (run, try #require(answer.current))
    }

    private func kept(_ run: AgentRun) throws -> Receipt {
        try #require(try AgentFolder(path: run.folder.path).receipt(of: "s-1"))
    }

    @Test("with --yes a right receipt is signed, kept with all signatures, and the client can check it")
    func signedByItself() async throws {
        let (run, answer) = try await session()
        #expect(answer.state == .signed)
        #expect(try kept(run).signatures.map(\.by) == [.client, .operator, .relay])
        #expect(run.screen.text.contains("connected 00:12:34"))
        #expect(run.screen.text.contains("billed 00:15:00, 23.75 EUR net"))
        #expect(run.screen.text.contains("computed again on this computer and are right"))
        let folder = AgentFolder(path: run.folder.path)
        let screen = TestScreen()
        let check = Verification(screen: ClientScreen(screen), folder: folder, phrases: Phrases(.english)) { _ in }
        #expect(check.run([folder.receiptFile("s-1")]) == 0)
        #expect(screen.text.contains("receipt signed by both"))
        #expect(
            try AgentFolder(path: run.folder.path).acquaintances.content().contracts.first?.receiptHash == answer.hash()
        )
    }

    @Test("on a computer that knows none of the keys a receipt cannot be checked, which is not the same as wrong")
    func elsewhere() async throws {
        let (run, _) = try await session()
        let other = AgentFolder(path: run.folder.path + "/other")
        let screen = TestScreen()
        let check = Verification(screen: ClientScreen(screen), folder: other, phrases: Phrases(.english)) { _ in }
        #expect(check.run([AgentFolder(path: run.folder.path).receiptFile("s-1")]) == 1)
        #expect(screen.text.contains("no key that is trusted here signed it for the relay"))
        #expect(screen.text.contains("adds up, but cannot be checked here"))
        #expect(!screen.text.contains("NOT right"))

        // One that is not what was signed is wrong on any computer.
        let changed = run.folder.path + "/changed.json"
        let text = try String(contentsOfFile: AgentFolder(path: run.folder.path).receiptFile("s-1"), encoding: .utf8)
        let forged = text.replacingOccurrences(of: #""session":"s-1""#, with: #""session":"s-2""#)
        #expect(forged != text)
        try forged.write(toFile: changed, atomically: true, encoding: .utf8)
        #expect(check.run([changed]) == 1)
        #expect(screen.text.contains("NOT right"))
    }

    @Test(
        "a clock that is two seconds off is written down and signed; three seconds are an objection where nobody can be asked"
    )
    func clockDiffers() async throws {
        let (_, near) = try await session(seconds: 752)
        #expect(near.state == .signed)
        #expect(near.agentClock == .init(rawSeconds: 752, differenceSeconds: 2))
        let (run, far) = try await session(seconds: 751)
        #expect(far.state == .disputed)
        #expect(far.reason == "the client's clock counted 751 s, the relay's 754 s")
        #expect(try kept(run).state == .disputed)
    }

    @Test("a person is asked, and y signs, n does not, d signs with their words")
    func asked() async throws {
        #expect(try await session(agrees: false, keys: ["y"]).answer.state == .signed)
        let (run, refused) = try await session(agrees: false, keys: ["n"])
        #expect(refused.state == .refused)
        #expect(refused.signature(of: .client) == nil)
        #expect(run.screen.text.contains("You did not sign."))
        let (_, disputed) = try await session(agrees: false, keys: ["d", "I was at lunch"])
        #expect(disputed.state == .disputed)
        #expect(disputed.reason == "I was at lunch")
        #expect(disputed.signature(of: .client) != nil)
    }

    @Test("in German the keys are j, n and d")
    func german() async throws {
        let (run, answer) = try await session(agrees: false, keys: ["j"], language: .german)
        #expect(answer.state == .signed)
        #expect(run.screen.text.contains("Leistungsnachweis der Sitzung s-1"))
    }

    @Test("half a minute without a key is no answer")
    func unanswered() async throws {
        let (run, answer) = try await session(agrees: false, waits: .seconds(30))
        #expect(answer.state == .timeout)
        #expect(answer.signature(of: .client) == nil)
        #expect(run.screen.text.contains("There was no answer"))
    }

    /// Something wrong in a receipt.
    struct Mistake: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let make: @Sendable (inout Receipt) -> Void

        init(_ name: String, _ make: @escaping @Sendable (inout Receipt) -> Void) {
            testDescription = name
            self.make = make
        }
    }

    static let mistakes = [
        Mistake("another session") { $0.consentHash = .sha256("other") },
        Mistake("another contract") { $0.contractHash = .sha256("other") },
        Mistake("a cent more") { $0.netCents += 1 },
        Mistake("five minutes more") { receipt in
            receipt.billedSeconds += 300
            receipt.bands[0].seconds += 300
            receipt.netCents = 3167
        },
        Mistake("a surcharge") { $0.bands[0].percentBp = 5000 },
        Mistake("bands that do not add up") { $0.bands[0].seconds = 600 },
        Mistake("another start") { $0.startedAt = Timestamp(seconds: 1_799_990_000).rfc3339 },
        Mistake("quota that was not used") { $0.quotaBeforeSeconds = 600 },
        Mistake("a clock that the client did not tell") {
            $0.agentClock = .init(rawSeconds: 754, differenceSeconds: 0)
        },
        Mistake("actions that the client did not tell") { $0.transcriptDigest = .sha256("other") },
        Mistake("a category that there is not") { $0.category = "holiday" },
        Mistake("another currency") { $0.currency = "USD" },
    ]

    @Test("a receipt that is not right is never signed, whatever the client would say", arguments: mistakes)
    func wrong(mistake: Mistake) async throws {
        let (run, answer) = try await session(seconds: 753, receipt: TestReceipt(change: mistake.make))
        #expect(answer.state == .refused)
        #expect(answer.signature(of: .client) == nil)
        #expect(answer.reason?.isEmpty == false)
        #expect(run.screen.text.contains("CAUTION: the receipt is not right and was NOT signed"))
    }

    @Test("a receipt without the relay's or the operator's own signature is not signed")
    func foreignSignatures() async throws {
        let other = Result { try TestAuthority() }
        let (_, first) = try await session(receipt: TestReceipt(relay: other))
        #expect(first.reason == "the relay did not sign it")
        let impostor = Result { try TestOperator("jana", TestAuthority.shared.get().authority) }
        let (_, second) = try await session(receipt: TestReceipt(person: impostor))
        #expect(second.reason == "your supporter did not sign it")
    }

    @Test("a receipt comes after the closing and once, and nothing of it before there is a session")
    func order() async throws {
        let run = try AgentRun()
        let status = try await run.with { end in
            let early = EndParameters()
            await #expect { try await end.ask("end", early) } throws: { ($0 as? Refusal)?.status == 403 }
            let agreement = try await end.offer(Samples.terms(try Samples.contract()))
            let draft = try TestReceipt().signed(agreement.record, nil, startedAt: 1_800_000_000)
            await #expect { try await end.answer(to: draft) } throws: { ($0 as? Refusal)?.status == 409 }
            _ = try await end.close()
            await #expect { try await end.close() } throws: { ($0 as? Refusal)?.status == 409 }
            await #expect { try await end.run(["true"]) } throws: { ($0 as? Refusal)?.status == 409 }
            try? await end.channel.close()
        }
        #expect(status == 0)
    }

    @Test("actions count as they were asked for, and only those that were let through")
    func actions() async throws {
        let run = try AgentRun()
        let list = OneShot<SessionTranscript>()
        _ = try await run.with { end in
            try await end.offer(Samples.terms(try Samples.contract()))
            _ = try await end.run(["true"])
            _ = try? await end.run([])
            list.resolve(try await end.close().list)
            try? await end.channel.close()
        }
        #expect(list.current?.actions.map(\.name) == ["run"])
    }

    @Test(
        "where the client ended the session the receipt is signed too, and what was signed is kept without the operator's last word"
    )
    func clientEnds() async throws {
        let run = try AgentRun()
        let answer = OneShot<Receipt>()
        let status = try await run.with { end in
            let agreement = try await end.offer(Samples.terms(try Samples.contract()))
            run.interruption.trigger()
            await run.screen.wait(for: "You ended the session")
            answer.resolve(try await end.settle(agreement, keeps: false))
        }
        #expect(status == 0)
        // This session lasted a moment by the client's clock, and 754 seconds by the relay's.
        #expect(answer.current?.state == .disputed)
        #expect(try kept(run) == answer.current)
    }

    /// A receipt of twenty minutes of which the last fifteen were idle.
    private func idleSession(_ told: Int64, billedSeconds: Int64, netCents: Int64) async throws -> (
        run: AgentRun, answer: Receipt
    ) {
        let time = ManualTime()
        let failure = AgentError(.relayFailed, "the relay does not answer")
        let run = try AgentRun(FakeRelay.Script(endFailure: failure), agrees: true, time: time)
        let answer = OneShot<Receipt>()
        let status = try await run.with { end in
            let agreement = try await end.offer(Samples.terms(try Samples.contract(), at: time.epochSeconds))
            let listening = OneShot<Void>()
            async let event = end.event(listening: listening)
            _ = await listening.wait()
            await time.waitForSleep(of: .seconds(900))
            time.advance(by: .seconds(900))
            let last = try await event
            #expect(last.kind == .idle)
            #expect(last.idleSeconds == 900)
            let receipt = TestReceipt { receipt in
                receipt.endedAt = Timestamp(seconds: 1_800_000_900).rfc3339
                receipt.rawSeconds = 900
                receipt.agentClock?.differenceSeconds = 0
                receipt.idleSeconds = told
                receipt.billedSeconds = billedSeconds
                receipt.bands = billedSeconds > 0 ? [.init(seconds: billedSeconds, percentBp: 0, label: "base")] : []
                receipt.netCents = netCents
            }
            answer.resolve(try await end.settle(agreement, receipt))
        }
        #expect(status == 0)
        return (run, try #require(answer.current))
    }

    @Test("idle time that the relay was not told of, and that the receipt bills, is found, said and written down")
    func idleBilled() async throws {
        let (run, answer) = try await idleSession(0, billedSeconds: 900, netCents: 2375)
        #expect(answer.state == .refused)
        #expect(answer.reason == "it leaves out 00:00:00 of idle time, but nothing happened for 00:15:00")
        #expect(run.screen.text.contains("NOT signed: it leaves out 00:00:00 of idle time"))
        #expect(try kept(run).reason == answer.reason)
        // Where the operator passed it on, all is well.
        #expect(try await idleSession(900, billedSeconds: 0, netCents: 0).answer.state == .signed)
    }

    @Test("the second session's receipt says where another one came between")
    func between() async throws {
        let folder = TemporaryFolder()
        let (_, first) = try await session(folder: folder)
        let hash = try first.hash()
        let (run, _) = try await session(receipt: TestReceipt { $0.previousReceiptHash = hash }, folder: folder)
        #expect(!run.screen.text.contains("there was another one"))
        let (next, _) = try await session(
            receipt: TestReceipt { $0.previousReceiptHash = .sha256("elsewhere") },
            folder: folder
        )
        #expect(next.screen.text.contains("there was another one"))
    }
}
