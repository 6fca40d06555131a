import FoundationEssentials
import TLS

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What a program that holds codes and tokens does first.
public enum Hardening {
    /// No core dumps, which would hold them (also not by a debugger that attaches); a closed pipe is an error, not an end,
    /// and so is a file that reaches the process's limit (setrlimit(2), RLIMIT_FSIZE). No crash while it ends.
    public static func apply() {
        OpenSSLLifetime.lastsUntilProcessEnds()
        _ = signal(SIGXFSZ, SIG_IGN)
        _ = signal(SIGPIPE, SIG_IGN)
        var limit = rlimit()
        if getrlimit(coreSize, &limit) == 0 {
            limit.rlim_cur = 0
            setrlimit(coreSize, &limit)
        }
        #if os(Linux)
        // prctl(2), PR_SET_DUMPABLE.
        _ = control?(4, 0, 0, 0, 0)
        #endif
    }

    #if os(Linux)
    private static let coreSize = __rlimit_resource_t(RLIMIT_CORE.rawValue)

    private typealias Control = @Sendable @convention(c) (Int32, UInt, UInt, UInt, UInt) -> Int32

    /// `prctl`, whose variable arguments Swift does not import; on Linux these are passed like fixed ones.
    private static let control = dlsym(nil, "prctl").map { unsafeBitCast($0, to: Control.self) }
    #else
    private static let coreSize = RLIMIT_CORE
    #endif
}

/// This computer.
public enum Machine {
    /// Its name, as it says itself.
    public static var name: String {
        var storage = [CChar](repeating: 0, count: 256)
        guard gethostname(&storage, storage.count - 1) == 0 else { return "unknown" }
        let name = String(decoding: storage.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return name.isEmpty ? "unknown" : name
    }
}

/// The environment that the program was started with.
public enum SystemEnvironment {
    /// Its variables.
    public static var variables: [String: String] { ProcessInfo.processInfo.environment }
}
