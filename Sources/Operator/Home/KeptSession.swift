import Contracts
import Receipts
import RelayAPI
import SupportChannel
import Transcripts

/// What this operator's next process needs to take a session up, should the one that holds it be gone.
public struct KeptSession: Codable, Sendable, Equatable {
    /// One key of `ResumptionKeys`.
    struct Key: Codable, Sendable, Equatable {
        var number: UInt32
        /// In hexadecimal.
        var key: String
    }

    /// The session's id.
    public let session: String
    /// The invitation that led to it, and to whose room its tunnels lead.
    public let invitation: String
    let contract: String
    let categories: [String]
    let machine: String
    let grants: [String]
    let asksEach: Bool
    let diagnose: [Contract.Diagnostic]?
    let transcriptRetentionDays: Int64
    let startedAt: Timestamp
    private(set) var keys: [Key]

    init(_ session: OpenSession, invitation: String, keys: ResumptionKeys) {
        self.session = session.id
        self.invitation = invitation
        contract = session.contract
        categories = session.categories
        machine = session.machine
        grants = session.grants
        asksEach = session.asksEach
        diagnose = session.diagnose
        transcriptRetentionDays = session.transcriptRetentionDays
        startedAt = session.startedAt
        self.keys = Self.written(keys)
    }

    /// The same with other keys.
    func with(_ keys: ResumptionKeys) -> KeptSession {
        var kept = self
        kept.keys = Self.written(keys)
        return kept
    }

    private static func written(_ keys: ResumptionKeys) -> [Key] {
        keys.keys.sorted { $0.key < $1.key }.map { Key(number: $0, key: Hexadecimal.encode($1)) }
    }

    /// The keys; nil where what was written down are none.
    var resumptionKeys: ResumptionKeys? {
        let pairs = keys.compactMap { key in Hexadecimal.decode(key.key).map { (key.number, $0) } }
        return ResumptionKeys(Dictionary(pairs) { first, _ in first })
    }
}

extension OperatorHome {
    func keep(_ session: KeptSession) throws {
        try write(session, to: Self.file(Self.resumptions, session.session, "json"))
    }

    /// Sessions that this or another process of this operator's could take up, newest first.
    func keptSessions() throws -> [KeptSession] {
        try ids(in: Self.resumptions)
            .compactMap { try read(Self.file(Self.resumptions, $0, "json"), as: KeptSession.self) }
            .sorted { ($0.startedAt, $0.session) > ($1.startedAt, $1.session) }
    }

    /// The session is over, or cannot go on.
    func forgetResumption(of session: String) throws {
        remove(try Self.file(Self.resumptions, session, "json"))
        remove(try Self.file(Self.resumptions, session, "actions"))
    }

    /// What both ends signed before a session.
    func consent(of session: String) throws -> ConsentRecord? {
        try read(Self.file(Self.consents, session, "json")).map { try ConsentRecord(canonical: $0) }
    }

    // MARK: - What was asked of the agent

    /// Writes down what is asked for, so that a process that takes the session up can sign what was done in it.
    func keep(_ request: ActionRecord.Request, of session: String) throws {
        let line = "\(request.name) \(request.parametersDigest.hex)\n"
        try append(Array(line.utf8), to: Self.file(Self.resumptions, session, "actions"))
    }

    func actions(of session: String) throws -> SeenActions {
        var seen = SeenActions()
        let bytes = try read(Self.file(Self.resumptions, session, "actions")) ?? []
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 2, let digest = Digest(hex: String(words[1])) else { continue }
            seen.ask(ActionRecord.Request(name: String(words[0]), parametersDigest: digest))
        }
        return seen
    }
}
