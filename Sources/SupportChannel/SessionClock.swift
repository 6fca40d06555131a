/// The session's connected time by an end's own clock: what its person sees, and what the relay's figure is compared with.
///
/// Moments are durations since any fixed moment. While the connection is gone the time counts as that, paused or not.
public struct SessionClock: Sendable, Equatable {
    private let startedAt: Duration
    /// Up to when the sums below go.
    private var countedTo: Duration
    /// Whether somebody stopped it.
    public private(set) var isPaused = false
    /// Whether the other end is away.
    public private(set) var isDisconnected = false
    private var connected: Duration = .zero
    private var paused: Duration = .zero

    /// A clock that starts now.
    public init(startingAt moment: Duration) {
        startedAt = moment
        countedTo = moment
    }

    /// The clock of a session that has run for a while already.
    public init(at moment: Duration, startedAt: Duration, connected: Duration, paused: Duration) {
        self.startedAt = startedAt
        countedTo = moment
        self.connected = connected
        self.paused = paused
    }

    /// Somebody stops it.
    public mutating func pause(at moment: Duration) {
        count(to: moment)
        isPaused = true
    }

    /// Nobody stops it any more.
    public mutating func resume(at moment: Duration) {
        count(to: moment)
        isPaused = false
    }

    /// The other end is away since then.
    public mutating func disconnect(at moment: Duration) {
        count(to: moment)
        isDisconnected = true
    }

    /// It is back.
    public mutating func reconnect(at moment: Duration) {
        count(to: moment)
        isDisconnected = false
    }

    private mutating func count(to moment: Duration) {
        connected = connected(at: moment)
        paused = paused(at: moment)
        countedTo = max(countedTo, moment)
    }

    private func since(_ moment: Duration) -> Duration { max(.zero, moment - countedTo) }

    /// Connected time without pauses.
    public func connected(at moment: Duration) -> Duration {
        isPaused || isDisconnected ? connected : connected + since(moment)
    }

    /// Paused time in which there was a connection.
    public func paused(at moment: Duration) -> Duration {
        isPaused && !isDisconnected ? paused + since(moment) : paused
    }

    /// Time since the start, pauses included: what the longest session is about.
    public func elapsed(at moment: Duration) -> Duration { moment - startedAt }
}
