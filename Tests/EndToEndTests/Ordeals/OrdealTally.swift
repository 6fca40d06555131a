/// What was tried and what was found.
struct OrdealTally: Sendable {
    var kills = 0
    /// Commands that were asked for, and those of which the operator saw the end.
    var commands = 0
    var ended = 0
    /// What the ledger acknowledged besides sessions: notes and work without a session.
    var entries = 0
    /// Sessions that began.
    var sessions = 0
    /// How often a session went on after a kill.
    var resumptions = 0
    /// Openings in whose midst a kill came, and of which no session came.
    var openings = 0
    /// Ends at which the operator got a receipt that both signed, and others.
    var signed = 0
    var unsigned = 0
    var findings: [String] = []

    static func + (one: OrdealTally, other: OrdealTally) -> OrdealTally {
        OrdealTally(
            kills: one.kills + other.kills,
            commands: one.commands + other.commands,
            ended: one.ended + other.ended,
            entries: one.entries + other.entries,
            sessions: one.sessions + other.sessions,
            resumptions: one.resumptions + other.resumptions,
            openings: one.openings + other.openings,
            signed: one.signed + other.signed,
            unsigned: one.unsigned + other.unsigned,
            findings: one.findings + other.findings
        )
    }

    var sentence: String {
        "\(kills) kills: \(commands) commands, none ran twice, \(ended) of them acknowledged and each ran once; \(entries) entries acknowledged, each there once; \(sessions) sessions, gone on with \(resumptions) times; \(openings) openings broken off and said so; \(signed) receipts signed by both, \(unsigned) without; \(findings.count) findings"
    }
}
