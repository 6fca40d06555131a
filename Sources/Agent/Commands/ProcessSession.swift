#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The session that a command leads: its process group, and on Linux also the groups that a shell with job control
/// made inside the session.
///
/// Only call this while the leader has not been reaped: until then the kernel gives its number to nobody else.
/// A process that calls `setsid` leaves the session on purpose, as a service started by the command does, and is left
/// alone.
enum ProcessSession {
    /// Sends a signal to the leader's process group.
    static func signal(_ signal: Int32, group leader: pid_t) {
        // 0 and 1 would mean our own group and every process there is.
        guard leader > 1 else { return }
        _ = kill(-leader, signal)
    }

    /// Kills all that is left of the session.
    ///
    /// - Returns: How many processes beside the leader were still alive. They die a moment later, and one of them may
    ///   have forked meanwhile: call again until it is 0. What we may not kill does not count.
    static func end(leader: pid_t) -> Int {
        guard leader > 1 else { return 0 }
        _ = kill(-leader, SIGKILL)
        #if os(Linux)
        return members(of: leader).count { $0 != leader && kill($0, SIGKILL) == 0 }
        #else
        return 0
        #endif
    }

    #if os(Linux)
    /// The living processes of a session, as far as /proc shows them.
    static func members(of session: pid_t) -> [pid_t] {
        guard let folder = opendir("/proc") else { return [] }
        defer { closedir(folder) }
        var members: [pid_t] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard let process = pid_t(name), getsid(process) == session, !isZombie(process) else { continue }
            members.append(process)
        }
        return members
    }

    /// A zombie is dead already, and stays until its parent reaps it: nothing to end, nothing to wait for.
    private static func isZombie(_ process: pid_t) -> Bool {
        let descriptor = open("/proc/\(process)/stat", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return true }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 512)
        let count = read(descriptor, &bytes, bytes.count)
        guard count > 0 else { return true }
        // proc(5): the state follows the name, which stands in parentheses and may itself hold any byte.
        guard let close = bytes[..<count].lastIndex(of: UInt8(ascii: ")")), close + 2 < count else { return true }
        return bytes[close + 2] == UInt8(ascii: "Z") || bytes[close + 2] == UInt8(ascii: "X")
    }
    #endif
}
