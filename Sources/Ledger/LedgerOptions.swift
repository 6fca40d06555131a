/// What a ledger takes from its surroundings; tests put values of their own here.
public struct LedgerOptions: Sendable {
    /// The wall clock: Unix seconds in UTC. It labels entries and decides what has expired; it measures no duration.
    public var clock: @Sendable () -> Int64 = { FileSystem.now() }
    /// The free bytes below which no session starts, so that the sessions that run can be written to their end.
    public var reserveBytes: Int64 = 64 * 1024 * 1024
    /// The free bytes under a folder.
    public var freeBytes: @Sendable (_ folder: String) throws -> Int64 = { try FileSystem.freeBytes($0) }
    /// How long SQLite waits for another process's lock, in seconds.
    public var busySeconds: Int = 10

    /// The system's clock and disk, 64 MiB of reserve, 10 seconds of patience.
    public init() {}
}
