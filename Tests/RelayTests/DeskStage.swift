import ContractFiles
import Foundation
import Ledger
import Logging
import NIOConcurrencyHelpers
import NIOEmbedded
import Receipts
import RelayAPI
import TLS

@testable import Relay

/// Wall and monotonic time, in seconds.
final class Hands: Sendable {
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

/// A desk with a ledger of its own, an operator and a contract, by a clock that the test moves; nobody is connected.
struct DeskStage {
    let hands = Hands()
    let path: String
    let ledger: Ledger
    let desk: SupportDesk
    let key: PrivateKey
    /// The client's key in all sessions.
    let client: SigningKey
    let jana = OperatorIdentity(name: "jana", role: .owner, serialNumber: "01")
    /// Jana, as a handshake proves her.
    let peer: PeerIdentity
    let usage: RelayUsage
    let metrics = RelayMetrics()
    private let routes: RelayAPIRoutes

    /// - Parameter freeBytes: what the ledger's disk has free; nil for what it really has.
    init(
        contract: String = exampleContract,
        sessionsPerOperator: Int = 10_000,
        freeBytes: Int64? = nil
    ) async throws {
        path = FileManager.default.temporaryDirectory.appending(path: "lotse-desk-\(UUID().uuidString)").path
        try RelaySetup(path: path, clock: hands.clock).initialize(hosts: ["localhost"])
        _ = try await RelaySetup(path: path, clock: hands.clock).addOperator("jana", email: nil, role: .owner)
        let folder = RelayFolder(path: path)
        var options = LedgerOptions()
        options.clock = hands.clock.wall
        if let freeBytes { options.freeBytes = { _ in freeBytes } }
        ledger = try Ledger.open(in: folder.ledgerFolder, signer: LedgerKeys.load(from: folder), options: options)
        let directory = OperatorDirectory(ledger: ledger)
        desk = SupportDesk(
            ledger: ledger,
            directory: directory,
            clock: hands.clock,
            metrics: metrics,
            logger: Logger(label: "test"),
            authority: "",
            resumptions: ResumptionFiles(folder: folder.sessionsFolder),
            sessionsPerOperator: sessionsPerOperator
        )
        usage = RelayUsage(
            try await RelayConfiguration.load(folder, overrides: [:]),
            connections: ConnectionLimits(maximum: 10, maximumPerAddress: 10),
            desk: desk,
            metrics: metrics
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
        client = try SigningKey.generate()
        let issued = try await enrolment.enrol(
            EnrolRequest(
                token: RelayAPI.Hexadecimal.encode(secret),
                certificateRequest: CertificateSigningRequest(commonName: "jana", key: key).pem
            )
        )
        let certificate = try Certificate(pem: issued.certificate)
        peer = PeerIdentity(certificate: certificate, chain: [certificate], authoritySPKISHA256: [])
        routes = RelayAPIRoutes(
            desk: desk,
            enrolment: enrolment,
            metrics: metrics,
            usage: usage,
            ledgerCertificate: "",
            supplier: { SupplierFile() }
        )
        try await add(contract)
        try await desk.start()
    }

    /// The desk of the relay's next process.
    func nextDesk() async throws -> SupportDesk {
        let next = SupportDesk(
            ledger: ledger,
            directory: OperatorDirectory(ledger: ledger),
            clock: hands.clock,
            metrics: RelayMetrics(),
            logger: Logger(label: "test"),
            authority: "",
            resumptions: ResumptionFiles(folder: RelayFolder(path: path).sessionsFolder)
        )
        try await next.start()
        return next
    }

    /// Lets time pass second by second.
    func pass(_ seconds: Int64, at desk: SupportDesk) async {
        for _ in 0..<seconds {
            hands.advance(1)
            await desk.tick()
        }
    }

    /// Stores the next version of a contract.
    func add(_ contract: String) async throws { _ = try await routes.add(NewContract(source: contract), by: jana) }

    func with(_ body: () async throws -> Void) async throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await body()
        try await ledger.close()
    }

    func invite(_ contract: String = "minute") async throws -> InvitationSummary {
        try await desk.invite(
            NewInvitation(contract: contract, purpose: "a test", category: nil, validSeconds: 600),
            by: jana
        )
    }

    /// A session whose ends have met, without connections.
    func session(_ contract: String = "minute", centsPerHour: Int64 = 9000) async throws -> String {
        try await sessionWithToken(contract, centsPerHour: centsPerHour).session
    }

    /// The same, with the agent's token.
    func sessionWithToken(
        _ contract: String = "minute",
        centsPerHour: Int64 = 9000
    ) async throws -> (session: String, token: String) {
        let invitation = try await invite(contract)
        let answer = try await desk.join(JoinRequest(room: invitation.room), from: AddressBlock("203.0.113.7"))
        await desk.pretendThatTheyMet(invitation.invitation)
        let met = try await desk.report(
            PairingOutcome(paired: true),
            invitation: invitation.invitation,
            by: jana
        )
        var consent = SignedConsent(
            invitation,
            session: met.session ?? "",
            authority: "",
            contract: try await desk.contract(contract, version: invitation.version).canonical,
            key: key,
            client: client
        )
        consent.terms.price.centsPerHour = centsPerHour
        let session = try await desk.consent(consent.request(), token: answer.token).session
        await desk.limitsAreKnown(of: session)
        return (session, answer.token)
    }

    /// What a check of the whole ledger finds.
    func ledgerReport() throws -> VerifyReport { try RelaySetup(path: path).verify() }

    func kinds() async throws -> [String] { try await ledger.entries(limit: 10_000).map(\.kind) }
}

extension SupportDesk {
    /// As if both ends had met in the tunnel, whose connections lead nowhere.
    func pretendThatTheyMet(_ invitation: String) {
        guard let token = meetings[invitation]?.token, rooms.meet(token: token) else { return }
        meetings[invitation]?.agent = Self.nowhere
        meetings[invitation]?.operatorEnd = Self.nowhere
        meetings[invitation]?.isJoined = true
        meetings[invitation]?.agentWaitsUntil = nil
    }

    private static var nowhere: TunnelEndpoint {
        let channel = NIOAsyncTestingChannel()
        let handler = SpliceHandler(eventLoop: channel.eventLoop, queueBytes: 128 * 1024, count: { _ in })
        handler.ended.succeed(())
        return TunnelEndpoint(channel: channel, handler: handler)
    }
}

extension DeskStage {
    /// A session as its operator is told of it.
    func record(_ session: String) async throws -> RelayAPI.SessionRecord? {
        try await desk.sessions(contract: nil, isLive: false, operator: jana.name).first { $0.session == session }
    }
}
