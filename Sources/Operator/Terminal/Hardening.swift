import CEditLine
import Glibc
import TLS

/// What a program does first whose memory will hold codes and keys.
public enum Hardening {
    /// No core dumps, no tracing, nothing that others may read, and a reader that leaves is an error of `write`, not the end. No crash while
    /// the process ends.
    public static func apply() {
        OpenSSLLifetime.lastsUntilProcessEnds()
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        _ = lotse_undumpable()
        umask(0o077)
        signal(SIGPIPE, SIG_IGN)
        // A file that reaches the process's limit is an error of `write` too (setrlimit(2), RLIMIT_FSIZE).
        signal(SIGXFSZ, SIG_IGN)
    }
}
