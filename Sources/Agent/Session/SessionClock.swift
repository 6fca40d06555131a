/// The session's connected time by the agent's own clock: what the client sees, and what the relay's figure is compared with.
///
/// Moments are durations since any fixed moment.
struct SessionClock: Sendable, Equatable {
    private let startedAt: Duration
    private var pausedAt: Duration?
    private var paused: Duration = .zero

    init(startingAt moment: Duration) { startedAt = moment }

    mutating func pause(at moment: Duration) {
        if pausedAt == nil { pausedAt = moment }
    }

    mutating func resume(at moment: Duration) {
        guard let begin = pausedAt else { return }
        paused += moment - begin
        pausedAt = nil
    }

    /// Connected time without pauses.
    func connected(at moment: Duration) -> Duration { (pausedAt ?? moment) - startedAt - paused }

    /// Time since the start, pauses included: what the longest session is about.
    func elapsed(at moment: Duration) -> Duration { moment - startedAt }
}
