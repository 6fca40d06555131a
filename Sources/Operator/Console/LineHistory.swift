import CEditLine
import Glibc
import NIOCore

/// The lines that were typed before, in a file of this user's own.
///
/// At most ``most`` of them; a line that is the same as the one before it counts once, and one with a space in front, a very long one
/// or an empty one not at all.
struct LineHistory {
    let handle: OpaquePointer
    private let path: String

    /// How many lines are remembered.
    static let most: CInt = 1000
    /// Bytes of the longest line that is.
    static let longest = 4096

    /// The history in the file at `path`, which may not be there yet.
    init(path: String) throws {
        guard let handle = history_init() else { throw IOError(errnoCode: ENOMEM, reason: "history") }
        (self.handle, self.path) = (handle, path)
        _ = lotse_history_size(handle, Self.most)
        _ = lotse_history_unique(handle)
        _ = lotse_history_load(handle, path)
    }

    /// To be called once, at the end.
    func release() { history_end(handle) }

    /// Whether a line is remembered.
    static func keeps(_ line: String) -> Bool {
        line.utf8.count <= longest && line.first != " " && line.contains { !$0.isWhitespace }
    }

    /// Remembers a line, at once and for the next time; a file that cannot be written takes nothing away from this one.
    func remember(_ line: String) {
        guard Self.keeps(line) else { return }
        _ = lotse_history_enter(handle, line)
        // Under another name first, so that whatever happens one of the two is whole.
        let new = path + ".new"
        unlink(new)
        let file = open(new, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { return }
        close(file)
        guard lotse_history_save(handle, new) >= 0, rename(new, path) == 0 else {
            unlink(new)
            return
        }
    }
}
