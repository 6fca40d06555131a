#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// The lock between processes around one commit and its head file, so that the head never goes back.
///
/// It belongs to the open file, not to the process: two ledgers in one process exclude each other too, and the system
/// releases it when its holder dies. It is always taken before SQLite's own lock.
final class FileLock: Sendable {
    private let descriptor: Int32

    /// Opens the lock's file, and creates it if need be.
    init(_ path: String) throws {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw LedgerError.system("open \(path)", errno) }
    }

    /// Opens an existing lock's file for readers; `nil` where there is none.
    init?(reading path: String) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
    }

    deinit { close(descriptor) }

    /// Runs `body` while no other holder, reader or writer, is inside.
    func exclusive<Result>(_ body: () throws -> Result) throws -> Result { try locked(LOCK_EX, body) }

    /// Runs `body` while no writer is inside.
    func shared<Result>(_ body: () throws -> Result) throws -> Result { try locked(LOCK_SH, body) }

    private func locked<Result>(_ operation: Int32, _ body: () throws -> Result) throws -> Result {
        while flock(descriptor, operation) != 0 {
            guard errno == EINTR else { throw LedgerError.system("lock the ledger", errno) }
        }
        defer { _ = flock(descriptor, LOCK_UN) }
        return try body()
    }
}
