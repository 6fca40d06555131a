import Receipts

/// Where each open invitation stands: a table of states without I/O. Who calls it writes what it returns to the ledger.
///
/// Its time is monotonic milliseconds: a code is good as long as was said, whatever becomes of the wall clock meanwhile.
///
///     open ──join──▶ joined ──both ends there──▶ meeting ──reported──▶ used
///      ▲               │                           │
///      └──agent left───┘ (three runs)              └──not reported──▶ burnt
///     open, joined ──time──▶ expired      open, joined ──operator──▶ withdrawn
struct RoomTable: Sendable {
    /// Why an invitation is over.
    enum Ending: String, Sendable {
        case used, burnt, expired, withdrawn
    }

    /// An invitation that is not over.
    struct Room: Sendable, Equatable {
        enum Phase: Sendable, Equatable {
            case open
            case joined(token: Digest)
            case meeting(token: Digest)
        }

        let invitation: String
        let room: String
        let `operator`: String
        /// When nobody may come any more.
        let closesAt: Int64
        var runs = 0
        var phase = Phase.open

        /// The SHA-256 of the agent's session token: the token itself is the agent's alone.
        var token: Digest? {
            switch phase {
            case .open: nil
            case .joined(let token), .meeting(let token): token
            }
        }
    }

    /// How often an agent may come and leave before it met anybody.
    static let maximumRuns = 3

    private var rooms: [String: Room] = [:]
    private var byInvitation: [String: String] = [:]
    private var byToken: [Digest: String] = [:]

    /// Whether `room` is taken now.
    func isTaken(_ room: String) -> Bool { rooms[room] != nil }

    /// Opens a room.
    mutating func open(_ room: Room) {
        rooms[room.room] = room
        byInvitation[room.invitation] = room.room
    }

    /// The room of an invitation that is not over.
    func room(invitation: String) -> Room? { byInvitation[invitation].flatMap { rooms[$0] } }

    /// The room that a session token belongs to.
    func room(token: String) -> Room? { byToken[Self.digest(token)].flatMap { rooms[$0] } }

    /// What is kept of a session token.
    static func digest(_ token: String) -> Digest { .sha256(Array(token.utf8)) }

    /// The room of a session that was going on when the relay went away.
    mutating func reopen(_ room: Room, token: Digest) {
        var room = room
        room.phase = .meeting(token: token)
        open(room)
        byToken[token] = room.room
    }

    /// An agent comes with a room's digits.
    ///
    /// - Returns: the room; `nil` for unknown, joined and expired alike, so that the answer says nothing.
    mutating func join(_ digits: String, token: String, at now: Int64) -> Room? {
        guard var room = rooms[digits], room.phase == .open, now < room.closesAt else { return nil }
        room.phase = .joined(token: Self.digest(token))
        room.runs += 1
        rooms[digits] = room
        byToken[Self.digest(token)] = digits
        return room
    }

    /// Both ends are in the tunnel: from now on the code is spent, whatever follows.
    mutating func meet(token: String) -> Bool {
        let token = Self.digest(token)
        guard let digits = byToken[token], var room = rooms[digits], room.phase == .joined(token: token) else {
            return false
        }
        room.phase = .meeting(token: token)
        rooms[digits] = room
        return true
    }

    /// The agent's connection ended.
    ///
    /// - Returns: the ending, where that is the end of the invitation.
    mutating func agentLeft(token: String, at now: Int64) -> (Room, Ending)? {
        let token = Self.digest(token)
        guard let digits = byToken[token], var room = rooms[digits], room.token == token else { return nil }
        if case .meeting = room.phase { return close(room, as: .burnt) }
        if room.runs >= Self.maximumRuns { return close(room, as: .burnt) }
        if now >= room.closesAt { return close(room, as: .expired) }
        byToken[token] = nil
        room.phase = .open
        rooms[digits] = room
        return nil
    }

    /// Ends an invitation.
    mutating func end(invitation: String, as ending: Ending) -> (Room, Ending)? {
        room(invitation: invitation).flatMap { close($0, as: ending) }
    }

    /// Ends what is open and past its time. A joined agent was in time.
    mutating func expire(at now: Int64) -> [(Room, Ending)] {
        rooms.values.filter { $0.phase == .open && now >= $0.closesAt }.compactMap { close($0, as: .expired) }
    }

    private mutating func close(_ room: Room, as ending: Ending) -> (Room, Ending)? {
        rooms[room.room] = nil
        byInvitation[room.invitation] = nil
        if let token = room.token { byToken[token] = nil }
        return (room, ending)
    }
}
