/// What is known of a session when it is billed: who needs it to be exact gives instants of the relay's clock (rule 1).
///
/// Its JSON is what `lotse simulate --sessions` reads.
public struct WorkSession: Hashable, Sendable {
    /// A stretch of time within a session.
    public struct Interval: Hashable, Codable, Sendable {
        /// Its first second.
        public var from: Instant
        /// The first second after it.
        public var to: Instant

        /// A stretch from its ends.
        public init(from: Instant, to: Instant) {
            self.from = from
            self.to = to
        }
    }

    /// The session's id.
    public var session: String
    /// The category's id, for the whole session (rule 13); nil: the contract's default.
    public var category: String?
    /// When both ends were connected and the consent was recorded.
    public var startedAt: Instant
    /// When it ended.
    public var endedAt: Instant
    /// When the clock was stopped; they may overlap each other and the gaps.
    public var pauses: [Interval]
    /// When an end was gone.
    public var gaps: [Interval]
    /// Where the idle timeout ended the session: the moment after which nothing happened. What follows is connected
    /// but not billed (rules 1, 11).
    public var idleFrom: Instant?
    /// Where a cap was reached and not lifted: the moment from which nothing more is billed (rules 11, 12).
    public var cappedFrom: Instant?
    /// The contract version the ends consented to; nil: the one in force at the start (rule 5).
    public var version: Int64?
    /// Its place among all that was settled: the number of the ledger entry that closed it; nil: nobody settled it yet
    /// (a session that runs, a simulation, a file).
    public var settled: Int64?
    /// Whether it was written down afterwards, as work on the telephone is: no agent, no consent, no clock.
    public var isRecorded: Bool

    /// From its start to its end, breaks included.
    var stretch: Range<Int64> { startedAt.seconds..<endedAt.seconds }

    /// The longest session that can be billed, 366 days in seconds.
    static let longest: Int64 = 366 * 86_400

    /// A session from its parts.
    public init(
        session: String,
        category: String? = nil,
        startedAt: Instant,
        endedAt: Instant,
        pauses: [Interval] = [],
        gaps: [Interval] = [],
        idleFrom: Instant? = nil,
        cappedFrom: Instant? = nil,
        version: Int64? = nil,
        settled: Int64? = nil,
        isRecorded: Bool = false
    ) {
        self.session = session
        self.category = category
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.pauses = pauses
        self.gaps = gaps
        self.idleFrom = idleFrom
        self.cappedFrom = cappedFrom
        self.version = version
        self.settled = settled
        self.isRecorded = isRecorded
    }

    /// The order in which sessions of a month use quota and round: end, then id by its bytes (rules 3, 6).
    ///
    /// What was settled keeps its place: sessions end one after the other, so that for those with a clock the ledger's
    /// order is that of their ends; work that is written down later takes its place behind what was settled before it,
    /// because a receipt once signed never changes. What nobody has settled comes last.
    public static func isBefore(_ left: WorkSession, _ right: WorkSession) -> Bool {
        if left.settled != right.settled { return left.settled ?? .max < right.settled ?? .max }
        if left.endedAt != right.endedAt { return left.endedAt < right.endedAt }
        return left.session.utf8.lexicographicallyPrecedes(right.session.utf8)
    }
}

extension WorkSession: Codable {
    private enum CodingKeys: String, CodingKey {
        case session, category, startedAt, endedAt, pauses, gaps
    }

    /// Reads a session as written down in a file; `category`, `pauses` and `gaps` may be missing.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            session: try container.decode(String.self, forKey: .session),
            category: try container.decodeIfPresent(String.self, forKey: .category),
            startedAt: try container.decode(Instant.self, forKey: .startedAt),
            endedAt: try container.decode(Instant.self, forKey: .endedAt),
            pauses: try container.decodeIfPresent([Interval].self, forKey: .pauses) ?? [],
            gaps: try container.decodeIfPresent([Interval].self, forKey: .gaps) ?? []
        )
    }
}
