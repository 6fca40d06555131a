/// The operator's own view of a session's time: the relay's clock bills, this one is for the prompt.
struct SessionClock: Sendable {
    private let start: ContinuousClock.Instant
    private var pausedAt: ContinuousClock.Instant?
    private var paused: Duration = .zero

    init(start: ContinuousClock.Instant) { self.start = start }

    var isPaused: Bool { pausedAt != nil }

    mutating func pause(at now: ContinuousClock.Instant) {
        if pausedAt == nil { pausedAt = now }
    }

    mutating func resume(at now: ContinuousClock.Instant) {
        if let pausedAt { paused += now - pausedAt }
        pausedAt = nil
    }

    /// Whole seconds that count so far.
    func rawSeconds(at now: ContinuousClock.Instant) -> Int64 {
        ((pausedAt ?? now) - start - paused).components.seconds
    }

    /// Whole seconds that the clock stood still so far.
    func pausedSeconds(at now: ContinuousClock.Instant) -> Int64 {
        (paused + (pausedAt.map { now - $0 } ?? .zero)).components.seconds
    }
}
