import Foundation
import Ledger
import Logging
import NIOConcurrencyHelpers
import NIOEmbedded
import Receipts
import RelayAPI
import TLS
import Testing

@testable import Relay

/// What happens because time passes, by a clock that the test moves.
@Suite("Support desk and time")
struct SupportDeskTimeTests {
    /// Wall and monotonic time, in seconds.
    private final class Hands: Sendable {
        let wall = NIOLockedValueBox<Int64>(1_800_000_000)
        let monotonic = NIOLockedValueBox<Int64>(5000)

        var clock: RelayClock {
            RelayClock(
                wall: { self.wall.withLockedValue { $0 } },
                monotonicMilliseconds: { self.monotonic.withLockedValue { $0 } * 1000 }
            )
        }

        func advance(_ seconds: Int64) {
            wall.withLockedValue { $0 += seconds }
            monotonic.withLockedValue { $0 += seconds }
        }
    }

    private struct Stage {
        let hands = Hands()
        let path: String
        let ledger: Ledger
        let desk: SupportDesk
        let key: PrivateKey
        let jana = OperatorIdentity(name: "jana", role: .owner, serialNumber: "01")

        init() async throws {
            path = FileManager.default.temporaryDirectory.appending(path: "lotse-desk-\(UUID().uuidString)").path
            try RelaySetup(path: path, clock: hands.clock).initialize(hosts: ["localhost"])
            _ = try await RelaySetup(path: path, clock: hands.clock).addOperator("jana", email: nil, role: .owner)
            let folder = RelayFolder(path: path)
            var options = LedgerOptions()
            options.clock = hands.clock.wall
            ledger = try Ledger.open(in: folder.ledgerFolder, signer: LedgerKeys.load(from: folder), options: options)
            let directory = OperatorDirectory(ledger: ledger)
            desk = SupportDesk(
                ledger: ledger,
                directory: directory,
                clock: hands.clock,
                metrics: RelayMetrics(),
                logger: Logger(label: "test"),
                authority: ""
            )
            let enrolment = Enrolment(
                ledger: ledger,
                authority: try folder.authority(),
                directory: directory,
                clock: hands.clock
            )
            let added = try await RelaySetup(path: path, clock: hands.clock).addOperator(
                "jana",
                email: nil,
                role: .owner
            )
            let secret = EnrolmentToken(text: added.token)?.secret ?? []
            key = try PrivateKey.generate(.p256)
            _ = try await enrolment.enrol(
                EnrolRequest(
                    token: RelayAPI.Hexadecimal.encode(secret),
                    certificateRequest: CertificateSigningRequest(commonName: "jana", key: key).pem
                )
            )
            let routes = RelayAPIRoutes(
                desk: desk,
                enrolment: enrolment,
                metrics: RelayMetrics(),
                ledgerCertificate: "",
                supplier: { nil }
            )
            _ = try await routes.add(NewContract(source: exampleContract), by: jana)
            try await desk.start()
        }

        func with(_ body: () async throws -> Void) async throws {
            defer { try? FileManager.default.removeItem(atPath: path) }
            try await body()
            try await ledger.close()
        }

        func invite() async throws -> InvitationSummary {
            try await desk.invite(
                NewInvitation(contract: "minute", purpose: "a test", category: nil, validSeconds: 600),
                by: jana
            )
        }

        /// A session whose ends have met, without connections.
        func session() async throws -> String {
            let invitation = try await invite()
            let answer = try await desk.join(JoinRequest(room: invitation.room), from: AddressBlock("203.0.113.7"))
            await desk.pretendThatTheyMet(invitation.invitation)
            let met = try await desk.report(
                PairingOutcome(paired: true),
                invitation: invitation.invitation,
                by: jana
            )
            let consent = SignedConsent(
                invitation,
                session: met.session ?? "",
                authority: "",
                contract: try await desk.contract("minute", version: 1).canonical,
                key: key
            )
            return try await desk.consent(consent.request(), token: answer.token).session
        }

        func kinds() async throws -> [String] { try await ledger.entries().map(\.kind) }
    }

    @Test("an invitation that nobody takes expires at its time, not before")
    func expiry() async throws {
        let stage = try await Stage()
        try await stage.with {
            let invitation = try await stage.invite()
            stage.hands.advance(599)
            await stage.desk.tick()
            #expect(try await stage.ledger.invitation(invitation.invitation)?.state == .open)
            stage.hands.advance(1)
            await stage.desk.tick()
            #expect(try await stage.ledger.invitation(invitation.invitation)?.state == .expired)
            await #expect(throws: Refusal.self) {
                try await stage.desk.join(JoinRequest(room: invitation.room), from: AddressBlock("203.0.113.7"))
            }
        }
    }

    @Test("an agent that nobody comes to is sent away after ten minutes")
    func waiting() async throws {
        let stage = try await Stage()
        try await stage.with {
            let invitation = try await stage.invite()
            let answer = try await stage.desk.join(
                JoinRequest(room: invitation.room),
                from: AddressBlock("203.0.113.7")
            )
            stage.hands.advance(599)
            await stage.desk.tick()
            #expect(await stage.desk.isAgent(answer.token))
            stage.hands.advance(1)
            await stage.desk.tick()
            #expect(await !stage.desk.isAgent(answer.token))
        }
    }

    @Test("open sessions are written down every 15 seconds, in one entry")
    func checkpoints() async throws {
        let stage = try await Stage()
        try await stage.with {
            _ = try await (stage.session(), stage.session())
            let before = try await stage.kinds().count
            for _ in 0..<60 {
                stage.hands.advance(1)
                await stage.desk.tick()
            }
            let after = try await stage.kinds().dropFirst(before)
            #expect(after.count == 4)
            #expect(Set(after).count == 1)
        }
    }

    @Test("the longest session ends by itself, and its time is exactly that long")
    func longest() async throws {
        let stage = try await Stage()
        try await stage.with {
            let session = try await stage.session()
            stage.hands.advance(4 * 3600 - 1)
            await stage.desk.tick()
            #expect(try await stage.ledger.session(session)?.endedAt == nil)
            stage.hands.advance(1)
            await stage.desk.tick()
            let record = try #require(try await stage.ledger.session(session))
            #expect(record.reason == "the longest session was over")
            #expect(record.time(at: 0).rawSeconds == 4 * 3600)
        }
    }

    @Test("a wall clock that jumps changes no duration", arguments: [-86_400, -3600, 3600, 86_400] as [Int64])
    func jump(seconds: Int64) async throws {
        let stage = try await Stage()
        try await stage.with {
            let session = try await stage.session()
            stage.hands.advance(60)
            stage.hands.wall.withLockedValue { $0 += seconds }
            _ = try await stage.desk.setPaused(true, session: session, by: stage.jana)
            stage.hands.advance(40)
            _ = try await stage.desk.setPaused(false, session: session, by: stage.jana)
            stage.hands.advance(20)
            let record = try await stage.desk.end(EndRequest(summary: "done"), session: session, by: stage.jana)
            #expect(record.rawSeconds == 80)
            #expect(record.pausedSeconds == 40)
        }
    }

    @Test("after a stop without notice a session ends at its last checkpoint")
    func crash() async throws {
        let stage = try await Stage()
        try await stage.with {
            let session = try await stage.session()
            for _ in 0..<20 {
                stage.hands.advance(1)
                await stage.desk.tick()
            }
            let next = SupportDesk(
                ledger: stage.ledger,
                directory: OperatorDirectory(ledger: stage.ledger),
                clock: stage.hands.clock,
                metrics: RelayMetrics(),
                logger: Logger(label: "test"),
                authority: ""
            )
            try await next.start()
            let record = try #require(try await stage.ledger.session(session))
            #expect(record.state == .interrupted)
            #expect(record.time(at: 0).rawSeconds == 15)
        }
    }
}

extension SupportDesk {
    /// As if both ends had met in the tunnel, whose connections lead nowhere.
    fileprivate func pretendThatTheyMet(_ invitation: String) {
        guard let token = meetings[invitation]?.token, rooms.meet(token: token) else { return }
        meetings[invitation]?.agent = Self.nowhere
        meetings[invitation]?.operatorEnd = Self.nowhere
        meetings[invitation]?.isJoined = true
        meetings[invitation]?.agentWaitsUntil = nil
    }

    private static var nowhere: TunnelEndpoint {
        let channel = NIOAsyncTestingChannel()
        let handler = SpliceHandler(eventLoop: channel.eventLoop, count: { _ in })
        handler.ended.succeed(())
        return TunnelEndpoint(channel: channel, handler: handler)
    }
}
