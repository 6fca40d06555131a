import Glibc

/// Lets one process at a time serve a folder, or replace its ledger: a second one would close the first one's sessions.
///
/// The system drops the lock when the process ends, however it ends.
final class ServeLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock.
    ///
    /// - Throws: `RelayError` (`folder`) where another process has it.
    init(_ folder: RelayFolder) throws {
        descriptor = open(folder.serveLockFile, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw RelayError(
                kind: .folder,
                diagnostics:
                    "\(folder.path) cannot be used: \(String(cString: strerror(errno))) (lotse-relay init makes a folder)"
            )
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw RelayError(
                kind: .folder,
                diagnostics: "another lotse-relay serves \(folder.path) already (stop that one first)"
            )
        }
    }

    deinit { close(descriptor) }
}
