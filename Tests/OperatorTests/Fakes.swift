import FoundationEssentials
import Glibc
import NIOCore
import NIOPosix
import Receipts
import RelayAPI
import SupportChannel
import Synchronization
import TLS
import Testing

@testable import Operator

/// A home that goes away with the test.
final class TemporaryHome: Sendable {
    let home: OperatorHome
    let root: String

    /// - Parameter depth: how many folders of 40 characters lie around it.
    init(depth: Int = 0) throws {
        root = FileManager.default.temporaryDirectory.path + "/lotse-test-\(UInt64.random(in: .min ... .max))"
        let folders = (0..<depth).map { _ in String(repeating: "d", count: 40) }
        home = OperatorHome(path: ([root] + folders + ["home"]).joined(separator: "/"))
        try home.prepare()
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }
}

/// jan's login at a relay whose authority the test holds.
struct TestLogin: Sendable {
    let authority: CertificateAuthority
    let credentials: OperatorCredentials

    static let shared = Result { try TestLogin() }

    init() throws {
        authority = try .create(commonName: "Test", notBefore: 0, notAfter: 4_000_000_000)
        let key = try PrivateKey.generate(.p256)
        let profile = CertificateProfile(
            commonName: "jan",
            uris: [OperatorURI.of("jan")],
            usage: .client,
            notBefore: 0,
            notAfter: 4_000_000_000
        )
        credentials = try OperatorCredentials(
            certificate: authority.issue(profile, for: key.publicKey),
            authority: authority.certificate,
            key: key
        )
    }
}

enum Samples {
    static let clientKey = Result { try SigningKey.generate() }

    /// What jan and the client agreed to.
    static let consent = Result {
        let terms = Terms(
            session: "s-1",
            invitation: "i-1",
            room: "4821",
            authority: String(repeating: "ab", count: 32),
            operator: "jan",
            contract: "{}",
            contractVersion: 1,
            category: "question",
            purpose: "a test",
            price: .init(currency: "EUR", centsPerHour: 9500),
            grants: ["run", "logs"],
            offeredAt: "2026-01-01T00:00:00Z"
        )
        let credentials = try TestLogin.shared.get().credentials
        let record = ConsentRecord(
            terms,
            contractID: "acme",
            answer: .init(
                grants: ["run", "logs"],
                approval: .session,
                machine: "box",
                key: try clientKey.get().verifyingKey
            ),
            operatorKey: credentials.verifyingKey,
            exporter: []
        )
        let client = try Signature(by: .client, of: record.signedBytes(), with: clientKey.get())
        return try credentials.sign(record.signed([client]))
    }

    /// The receipt of that session, 754 seconds long.
    static func receipt(_ closing: ClosingStatement?) throws -> Receipt {
        let consent = try consent.get()
        return Receipt(
            session: "s-1",
            contract: "acme",
            contractVersion: 1,
            contractHash: consent.contractHash,
            category: "question",
            operator: "jan",
            startedAt: "2026-01-01T00:00:00Z",
            endedAt: "2026-01-01T00:12:40Z",
            rawSeconds: 754,
            pausedSeconds: 6,
            disconnectedSeconds: 0,
            billedSeconds: 900,
            bands: [.init(seconds: 900, percentBp: 0, label: "base")],
            quotaBeforeSeconds: 0,
            quotaAfterSeconds: 0,
            netCents: 2375,
            currency: "EUR",
            consentHash: try consent.hash(),
            previousReceiptHash: nil,
            ledgerHead: .sha256("head"),
            transcriptDigest: closing?.actionsDigest,
            agentClock: closing.map { .init(rawSeconds: $0.rawSeconds, differenceSeconds: 754 - $0.rawSeconds) },
            summary: nil
        )
    }

    static func record(
        state: SessionRecord.State = .ended,
        by party: String? = nil,
        summary: String? = nil
    ) -> SessionRecord {
        SessionRecord(
            session: "s-1",
            contract: "acme",
            contractVersion: 1,
            contractHash: "00",
            operator: "jan",
            category: "question",
            purpose: "a test",
            machine: "box",
            state: state,
            reason: nil,
            endedBy: party,
            startedAt: Timestamp(seconds: 1_767_225_600),
            endedAt: nil,
            rawSeconds: 754,
            pausedSeconds: 6,
            disconnectedSeconds: 0,
            billedSeconds: 754,
            summary: summary,
            notes: []
        )
    }
}

/// A holder with a fake agent behind it and a fake relay beside it, from `ready` to its end.
struct HeldSession: Sendable {
    let home: OperatorHome
    let agent: FakeAgent
    let relay: FakeRelay
    let holder: SessionHolder

    /// Runs `body` while the session is held.
    ///
    /// - Returns: how the session ended, and what `body` returned.
    @discardableResult
    static func run<Result: Sendable>(
        in home: TemporaryHome,
        agent behaviour: @escaping AgentBehaviour,
        standing: SessionRecord? = nil,
        relayInterval: Duration = .seconds(5),
        _ body: @escaping @Sendable (HeldSession) async throws -> Result
    ) async throws -> (end: SessionEnd, result: Result) {
        let (left, right) = try socketPair()
        let agent = FakeAgent(end: try await connect(left) { try AgentEnd(addingTo: $0) })
        let session = OpenSession(
            id: "s-1",
            contract: "acme",
            categories: ["question", "change"],
            machine: "box",
            grants: ["run", "logs"],
            startedAt: Timestamp(seconds: 1_767_225_600),
            consent: try Samples.consent.get(),
            agent: try await connect(right) { try OperatorEnd(addingTo: $0) }
        )
        let relay = try FakeRelay()
        relay.standing.withLock { $0 = standing }
        let holder = SessionHolder(session, relay: relay, relayInterval: relayInterval)
        let held = HeldSession(home: home.home, agent: agent, relay: relay, holder: holder)
        async let served: Void = agent.serve(behaviour)
        let (ready, isReady) = AsyncStream<Void>.makeStream()
        async let result = {
            for await _ in ready { break }
            do {
                let result = try await body(held)
                // A test that did not end the session itself does not care how it ends.
                if held.holder.end == nil { await held.holder.interrupt() }
                return result
            } catch {
                await held.holder.interrupt()
                throw error
            }
        }()
        let end = try await holder.serve(in: home.home) { isReady.finish() }
        let value = try await result
        _ = await served
        return (end, value)
    }
}

func connect<End: Sendable>(
    _ descriptor: CInt,
    _ makeEnd: @escaping @Sendable (any Channel) throws -> End
) async throws -> End {
    let end = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: End.self)
    _ = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                do {
                    end.succeed(try makeEnd(channel))
                } catch {
                    end.fail(error)
                    throw error
                }
            }
        }
        .withConnectedSocket(descriptor).get()
    return try await end.futureResult.get()
}

func socketPair() throws -> (CInt, CInt) {
    var descriptors: [CInt] = [0, 0]
    guard socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &descriptors) == 0 else {
        throw IOError(errnoCode: errno, reason: "socketpair")
    }
    return (descriptors[0], descriptors[1])
}

/// A file that collects what an `OutputDescriptor` writes.
final class Collected: Sendable {
    let output: OutputDescriptor
    private let descriptor: CInt

    init(isTerminal: Bool = false) throws {
        let path = FileManager.default.temporaryDirectory.path + "/lotse-out-\(UInt64.random(in: .min ... .max))"
        descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        try #require(descriptor >= 0)
        unlink(path)
        output = OutputDescriptor(descriptor, isTerminal: isTerminal)
    }

    deinit { close(descriptor) }

    var bytes: [UInt8] {
        let size = Int(lseek(descriptor, 0, SEEK_END))
        var buffer = [UInt8](repeating: 0, count: size)
        let count = pread(descriptor, &buffer, size, 0)
        return Array(buffer.prefix(max(0, count)))
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// A descriptor from which exactly `text` can be read.
func pipeHolding(_ text: String) throws -> CInt {
    var ends: [CInt] = [0, 0]
    try #require(pipe(&ends) == 0)
    let bytes = Array(text.utf8)
    try #require(write(ends[1], bytes, bytes.count) == bytes.count)
    close(ends[1])
    return ends[0]
}
