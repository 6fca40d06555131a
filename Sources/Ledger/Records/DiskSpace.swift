/// What the disk under a ledger has left.
public struct DiskSpace: Sendable, Equatable {
    /// What is free, in bytes.
    public let freeBytes: Int64
    /// What is kept for sessions that run, in bytes.
    public let reserveBytes: Int64

    /// Whether a session may start.
    public var takesSessions: Bool { freeBytes >= reserveBytes }
}
