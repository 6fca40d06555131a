import Billing
import Contracts
import Ledger
import Logging
import NIOCore
import RelayAPI

/// Knows what is going on: open rooms, waiting and joined ends, running sessions.
///
/// One actor, so that what belongs together changes together. State changes first and without suspension, the ledger is written
/// then; where the ledger refuses, the change is taken back. Extensions by noun: `+Invitations`, `+Tunnels`, `+Sessions`,
/// `+Disconnections`, `+Receipts`, `+Tick`.
actor SupportDesk {
    let ledger: Ledger
    let directory: OperatorDirectory
    let clock: RelayClock
    let metrics: RelayMetrics
    let logger: Logger
    /// SPKI SHA-256 of the authority, in hexadecimal.
    let authority: String
    let identifiers: Identifiers
    let accounts: ContractAccounts
    nonisolated let settlement: Settlement
    let resumptions: ResumptionFiles
    /// How long both ends of a session may take to come back, in milliseconds.
    let resumptionWindow: Int64
    /// How many sessions of one operator may run at once.
    let sessionsPerOperator: Int
    /// How much is held of a tunnel whose reader takes nothing, for each direction, in bytes.
    let tunnelQueueBytes: Int
    nonisolated let traffic: TunnelTraffic

    var rooms = RoomTable()
    var penalties = PenaltyTable()
    /// By invitation.
    var meetings: [String: Meeting] = [:]
    /// By session.
    var running: [String: RunningSession] = [:]
    /// Sessions whose consent is being written → their operator.
    var starting: [String: String] = [:]
    /// Sessions that have ended and wait for the ends' signatures → monotonic milliseconds until when.
    var settling: [String: Int64] = [:]
    /// Days since the epoch → failed confirmations, for the length of secrets.
    var failures: (day: Int64, count: Int) = (0, 0)
    var lastCheckpoint: Int64 = 0
    /// Up to which month each contract's quota is written down, of which contracts that is looked at next, and when it was begun last.
    var quotaMonths: [String: Billing.LocalMonth] = [:]
    var quotaChecks: ArraySlice<String> = []
    var lastQuotaCheck: Int64?
    /// Sessions of which a time without a connection is being written down.
    var gapWritings: [String: Task<Void, any Error>] = [:]
    /// Where it is being found out what sessions are about to run into.
    var limitSearches: [String: Task<Void, Never>] = [:]
    var isStopping = false

    /// How long an agent that has joined waits for the operator.
    static let agentWait: Int64 = 600
    /// How long a relay that stops is there for those whose sessions it has ended.
    static let farewell: Duration = .seconds(2)
    /// How often open sessions are written down, in milliseconds.
    static let checkpointInterval: Int64 = 15_000
    /// More failed confirmations than this a day make secrets longer.
    static let failuresPerDay = 50

    init(
        ledger: Ledger,
        directory: OperatorDirectory,
        clock: RelayClock,
        metrics: RelayMetrics,
        logger: Logger,
        authority: String,
        identifiers: Identifiers = .random,
        resumptions: ResumptionFiles = ResumptionFiles(folder: nil),
        resumeSeconds: Int = 600,
        sessionsPerOperator: Int = 10_000,
        tunnelQueueBytes: Int = Splice.queueBytes
    ) {
        self.sessionsPerOperator = sessionsPerOperator
        self.tunnelQueueBytes = tunnelQueueBytes
        traffic = TunnelTraffic(counter: metrics.tunnelBytes)
        self.resumptions = resumptions
        resumptionWindow = Int64(resumeSeconds) * 1000
        self.ledger = ledger
        self.directory = directory
        self.clock = clock
        self.metrics = metrics
        self.logger = logger
        self.authority = authority
        self.identifiers = identifiers
        accounts = ContractAccounts(ledger: ledger)
        settlement = Settlement(
            ledger: ledger,
            accounts: accounts,
            book: QuotaBook(ledger: ledger, accounts: accounts, logger: logger),
            clock: clock,
            identifiers: identifiers
        )
    }

    /// Takes up where the last process stopped: keeps what may go on, closes what else it left open, and opens the rooms that are still good.
    func start() async throws {
        let resumed = try await reopenSessions()
        for session in try await ledger.closeInterrupted(except: resumed) {
            logger.notice("session closed at its last checkpoint", metadata: ["session": "\(session.session)"])
        }
        await settleReceipts()
        let now = clock.wall()
        for invitation in try await ledger.openInvitations() {
            guard now < invitation.expiresAt else {
                try await ledger.changeInvitation(invitation.invitation, to: .expired)
                continue
            }
            rooms.open(
                RoomTable.Room(
                    invitation: invitation.invitation,
                    room: invitation.room,
                    operator: invitation.operator,
                    // However far the wall clock went back meanwhile: no longer than was said.
                    closesAt: clock.monotonicMilliseconds()
                        + min(invitation.expiresAt - now, invitation.expiresAt - invitation.openedAt) * 1000
                )
            )
        }
        lastCheckpoint = clock.monotonicMilliseconds()
    }

    /// How many digits a new secret must have.
    var secretDigits: Int {
        failures.day == clock.wall() / 86_400 && failures.count > Self.failuresPerDay ? 8 : 7
    }

    /// Whether a session token is good for anything.
    func isAgent(_ token: String) -> Bool { rooms.room(token: token) != nil }

    func countFailure() {
        let day = clock.wall() / 86_400
        failures = failures.day == day ? (day, failures.count + 1) : (day, 1)
    }
}

/// Where ids, tokens and rooms come from; tests hand in their own.
struct Identifiers: Sendable {
    /// A new id that begins with `prefix`.
    let id: @Sendable (_ prefix: String) -> String
    /// 256 random bits in hexadecimal.
    let token: @Sendable () -> String
    /// A room of 4 digits.
    let room: @Sendable () -> String

    static let random = Identifiers(
        id: { prefix in
            // 80 bits, without letters and digits that look alike.
            let alphabet = Array("abcdefghjkmnpqrstuvwxyz23456789")
            var generator = SystemRandomNumberGenerator()
            return prefix + String((0..<16).map { _ in alphabet[Int.random(in: alphabet.indices, using: &generator)] })
        },
        token: {
            var generator = SystemRandomNumberGenerator()
            return Hexadecimal.encode((0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
        },
        room: {
            var generator = SystemRandomNumberGenerator()
            return (0..<4).map { _ in String(UInt8.random(in: 0...9, using: &generator)) }.joined()
        }
    )
}
