/// How hard a stream is packed: as hard as the line leaves time for.
///
/// Packing harder makes less to send and takes more of the processor. Where the sender waits for the line there is processor time to spare,
/// and where it never waits the processor is what keeps the stream back. A line takes bytes in bursts, so that the share of the time that
/// was waited decides, not how often.
struct PackingEffort: Equatable {
    /// Levels of the library, the one that costs least first. Beyond the last the memory that it takes on somebody else's machine grows
    /// faster than what it saves.
    static let levels: [Int32] = [3, 5, 7, 9, 10]
    /// Each takes about so many times as long as the one before.
    private static let step = 1.5
    /// So long is looked at before the level changes: a change begins a new frame, which forgets what could be referred to.
    static let window: Duration = .seconds(1)

    private var rung = 0
    /// No higher than this: what was tried before and left no time.
    private var ceiling = Self.levels.count - 1
    private var calmWindows = 0
    private var waited: Duration = .zero
    private var elapsed: Duration = .zero

    /// After so many windows the next rung is tried again: the line may have become slower since.
    private static let patience = 30

    /// The level for what is packed now.
    var level: Int32 { Self.levels[rung] }

    /// Takes note of one piece that was sent.
    ///
    /// - Parameters:
    ///   - waited: how long the line did not take it.
    ///   - elapsed: how long ago the piece before was done with, the waiting included.
    /// - Returns: whether the level is another one now.
    mutating func note(waited: Duration, elapsed: Duration) -> Bool {
        self.waited += waited
        self.elapsed += elapsed
        guard self.elapsed >= Self.window else { return false }
        let share = self.waited / self.elapsed
        (self.waited, self.elapsed) = (.zero, .zero)
        calmWindows += 1
        if calmWindows >= Self.patience { (ceiling, calmWindows) = (Self.levels.count - 1, 0) }
        // With less than a quarter of the time left a rung higher would make the processor keep the stream back. As many at once as there is
        // time for: each change costs what could be referred to.
        let before = rung
        var left = share
        while left > 0.25, rung < ceiling {
            rung += 1
            left = 1 - (1 - left) * Self.step
        }
        guard rung == before else { return true }
        if share < 0.05, rung > 0 {
            rung -= 1
            (ceiling, calmWindows) = (rung, 0)
            return true
        }
        return false
    }
}
