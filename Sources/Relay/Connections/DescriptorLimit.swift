import Glibc

/// How many files and connections this process may have open at once (getrlimit(2)).
public enum DescriptorLimit {
    /// What connections leave for everything else: the ledger, the folder, the threads.
    static let reserve = 128

    /// What holds now.
    static var current: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return .max }
        return Int(clamping: limit.rlim_cur)
    }

    /// Takes as many as this process is allowed: what it is given by itself is often 1,024.
    public static func raise() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// How many connections there may be where `wanted` were asked for.
    static func connections(wanted: Int) -> Int { min(wanted, max(1, current - reserve)) }
}
