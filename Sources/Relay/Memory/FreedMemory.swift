/// When memory that was freed goes back to the kernel: once, after work, when it has become quiet.
///
/// The allocator of the C library keeps what is free between what is in use. While work goes on that is right: it is used again at once.
/// Afterwards it would stay resident for as long as the process lives.
struct FreedMemory {
    /// What has been done since the start.
    struct Work: Equatable {
        /// In tunnels.
        var bytes = 0
        var connections = 0
    }

    /// Less work than this from one look to the next is none, and less than this in all leaves nothing to give back, in bytes.
    static let littleWork = 256 * 1024
    /// What a connection that comes or goes leaves behind counts like so many bytes.
    static let connectionBytes = 64 * 1024

    private var seen = Work()
    private var sinceLast = 0

    /// Looks at what has been done so far. True: now is the time.
    mutating func look(at work: Work) -> Bool {
        let done = work.bytes - seen.bytes + abs(work.connections - seen.connections) * Self.connectionBytes
        seen = work
        sinceLast += done
        guard done < Self.littleWork, sinceLast >= Self.littleWork else { return false }
        sinceLast = 0
        return true
    }
}
