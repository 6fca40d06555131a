import Foundation

/// How often each program is killed, and from which seed the moments come: a few kills, unless the environment asks for more, as
/// `scripts/stress kills` does.
struct KillPlan: Sendable {
    /// Kills of each program.
    var kills: Int
    /// When no further round begins.
    var deadline: ContinuousClock.Instant
    /// What the moments are drawn from.
    var seed: UInt64

    /// What the environment asks for.
    static var asked: KillPlan {
        let environment = ProcessInfo.processInfo.environment
        return KillPlan(
            kills: environment["LOTSE_KILLS"].flatMap { Int($0) } ?? 4,
            deadline: .now + .seconds(environment["LOTSE_KILL_SECONDS"].flatMap { Int($0) } ?? 60),
            seed: environment["LOTSE_SEED"].flatMap(UInt64.init) ?? .random(in: 0...UInt64(UInt32.max))
        )
    }

    /// Kills on one relay's folder, before the next ones get a fresh one: what a kill left broken must be found, and lists must stay short.
    static let most = 100

    var isOver: Bool { kills <= 0 || ContinuousClock.now >= deadline }
}
