import Foundation

/// What `lotse invite --json` prints.
struct Invitation: Decodable, Sendable {
    var code: String
    var invitation: String
    var room: String
}

/// A session that runs.
struct Session: Sendable {
    var id: String
    var invitation: Invitation
    var agent: Program
    /// The process that `lotse connect --background` left.
    var holder: pid_t
}

/// One session of `lotse sessions --json`.
struct SessionRow: Decodable, Sendable {
    var session: String
    var `operator`: String
    var category: String
    var state: String
    var reason: String?
    var endedBy: String?
    var startedAt: String
    var endedAt: String?
    var rawSeconds: Int64
    var pausedSeconds: Int64
    var billedSeconds: Int64
    var summary: String?
    var notes: [String]

    /// From its start to its end, by the ledger's labels.
    var lengthSeconds: Int64 {
        let times = [startedAt, endedAt ?? startedAt].compactMap { try? Date($0, strategy: .iso8601) }
        return times.count == 2 ? Int64(times[1].timeIntervalSince(times[0])) : -1
    }

    /// What a timesheet says of a session.
    struct Sheet: Decodable, Equatable, Sendable {
        var session, `operator`, category, startedAt, endedAt, summary: String
        var rawSeconds, pausedSeconds, disconnectedSeconds, billedSeconds: Int64
    }

    /// What a timesheet must say of this one.
    var sheet: Sheet {
        Sheet(
            session: session,
            operator: `operator`,
            category: category,
            startedAt: startedAt,
            endedAt: endedAt ?? "",
            summary: summary ?? "",
            rawSeconds: rawSeconds,
            pausedSeconds: pausedSeconds,
            disconnectedSeconds: 0,
            billedSeconds: billedSeconds
        )
    }
}
