import Glibc
import RelayAPI

/// A live session as its holder writes it down, so that commands find it.
public struct SessionFile: Codable, Sendable, Equatable {
    /// The session's id.
    public var session: String
    /// The contract's id.
    public var contract: String
    /// The name of the client's machine.
    public var agent: String
    /// When the clock started.
    public var startedAt: Timestamp
    /// The holder's process.
    public var holder: Int32

    /// A session.
    public init(session: String, contract: String, agent: String, startedAt: Timestamp, holder: Int32) {
        self.session = session
        self.contract = contract
        self.agent = agent
        self.startedAt = startedAt
        self.holder = holder
    }
}

extension OperatorHome {
    /// The sessions whose holders live, oldest first. What dead holders left behind is removed.
    public func liveSessions() throws -> [SessionFile] {
        try ids(in: Self.sessions).compactMap { id -> SessionFile? in
            guard let file = try read(Self.file(Self.sessions, id, "json"), as: SessionFile.self) else { return nil }
            // The number alone may belong to another program by now; a socket on which nobody listens tells the two apart, and is
            // found out when somebody connects.
            if kill(file.holder, 0) == 0 || errno == EPERM { return file }
            try forget(session: id)
            return nil
        }
        .sorted { ($0.startedAt, $0.session) < ($1.startedAt, $1.session) }
    }

    /// The session that a command means: the one with this id, or the only one.
    public func session(_ id: String?) throws -> SessionFile {
        let live = try liveSessions()
        if let id {
            guard let file = live.first(where: { $0.session == id }) else {
                throw OperatorError(
                    .noSession,
                    "there is no live session \"\(id)\" here (lotse sessions --live shows them)"
                )
            }
            return file
        }
        guard let first = live.first else {
            throw OperatorError(.noSession, "there is no live session (lotse connect opens one)")
        }
        guard live.count == 1 else {
            let names = live.map { "\($0.session) (\($0.contract))" }.joined(separator: ", ")
            throw OperatorError(
                .noSession,
                "there are \(live.count) live sessions: \(names) (choose one with --session)"
            )
        }
        return first
    }

    func remember(_ file: SessionFile) throws { try write(file, to: Self.file(Self.sessions, file.session, "json")) }

    func forget(session id: String) throws {
        remove(try Self.file(Self.sessions, id, "json"))
        remove(try Self.file(Self.sessions, id, "socket"))
    }
}
