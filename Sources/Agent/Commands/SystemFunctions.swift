#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Functions that the C library has and Swift's import of its headers hides, because they stand behind `_GNU_SOURCE`.
///
/// They are looked up by name when first used. A library that lacks one gives nil, and the caller does without.
enum SystemFunctions {
    typealias Pipe2 = @Sendable @convention(c) (UnsafeMutablePointer<Int32>, Int32) -> Int32
    typealias AddChangeDirectory =
        @Sendable @convention(c) (
            UnsafeMutablePointer<posix_spawn_file_actions_t>, UnsafePointer<CChar>
        ) -> Int32
    typealias AddCloseFrom =
        @Sendable @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32

    /// pipe2(2).
    static let pipe2 = symbol("pipe2").map { unsafeBitCast($0, to: Pipe2.self) }
    /// posix_spawn_file_actions_addchdir_np(3), glibc 2.29.
    static let addChangeDirectory = symbol("posix_spawn_file_actions_addchdir_np")
        .map { unsafeBitCast($0, to: AddChangeDirectory.self) }
    /// posix_spawn_file_actions_addclosefrom_np(3), glibc 2.34.
    static let addCloseFrom = symbol("posix_spawn_file_actions_addclosefrom_np")
        .map { unsafeBitCast($0, to: AddCloseFrom.self) }

    typealias OpenTerminal = @Sendable @convention(c) (Int32) -> Int32
    typealias TerminalName = @Sendable @convention(c) (Int32, UnsafeMutablePointer<CChar>, Int) -> Int32

    /// posix_openpt(3).
    static let openTerminal = symbol("posix_openpt").map { unsafeBitCast($0, to: OpenTerminal.self) }
    /// grantpt(3).
    static let grantTerminal = symbol("grantpt").map { unsafeBitCast($0, to: OpenTerminal.self) }
    /// unlockpt(3).
    static let unlockTerminal = symbol("unlockpt").map { unsafeBitCast($0, to: OpenTerminal.self) }
    /// ptsname_r(3).
    static let terminalName = symbol("ptsname_r").map { unsafeBitCast($0, to: TerminalName.self) }

    #if os(Linux)
    private typealias Control = @Sendable @convention(c) (Int32, UInt, UInt, UInt, UInt) -> Int32

    /// `prctl`, whose variable arguments Swift does not import; on Linux these are passed like fixed ones.
    private static let control = symbol("prctl").map { unsafeBitCast($0, to: Control.self) }

    /// Makes this process the parent of all orphans among its descendants (PR_SET_CHILD_SUBREAPER, prctl(2)).
    ///
    /// - Returns: Whether the system does that.
    static func adoptOrphans() -> Bool { control?(36, 1, 0, 0, 0) == 0 }
    #endif

    #if os(Linux)
    /// `struct open_how` of Linux.
    private struct OpenHow {
        var flags: UInt64
        var mode: UInt64 = 0
        /// RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS.
        var resolve: UInt64 = 0x08 | 0x04 | 0x02
    }

    private typealias SystemCall =
        @Sendable @convention(c) (Int, Int, UnsafePointer<CChar>, UnsafeMutableRawPointer, Int) -> Int

    /// `syscall`, whose variable arguments Swift does not import; on Linux these are passed like fixed ones.
    private static let systemCall = symbol("syscall").map { unsafeBitCast($0, to: SystemCall.self) }

    /// openat2(2) beneath a folder, through no link of any kind; glibc 2.36 has no function for it.
    ///
    /// - Returns: the descriptor or why there is none; nil where the system does not offer the call.
    static func openBeneath(_ folder: Int32, _ path: String, _ flags: Int32) -> Result<Int32, SystemFailure>? {
        guard let systemCall else { return nil }
        var how = OpenHow(flags: UInt64(UInt32(bitPattern: flags)))
        // 437 on every architecture (include/uapi/asm-generic/unistd.h).
        let result = systemCall(437, Int(folder), path, &how, MemoryLayout<OpenHow>.size)
        if result >= 0 { return .success(Int32(truncatingIfNeeded: result)) }
        let code = errno
        // EPERM: some sandboxes answer so to calls that they do not know.
        return code == ENOSYS || code == EPERM ? nil : .failure(SystemFailure(code: code))
    }
    #else
    static func openBeneath(_ folder: Int32, _ path: String, _ flags: Int32) -> Result<Int32, SystemFailure>? { nil }
    #endif

    /// `POSIX_SPAWN_SETSID`, the same number in glibc (2.26) and musl (1.1.24).
    static let spawnSetSession: Int32 = 0x80

    private static func symbol(_ name: String) -> UnsafeMutableRawPointer? {
        // A null handle is RTLD_DEFAULT: every library of the program in its usual order.
        dlsym(nil, name)
    }
}
