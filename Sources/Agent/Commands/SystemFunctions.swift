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

    /// `POSIX_SPAWN_SETSID`, the same number in glibc (2.26) and musl (1.1.24).
    static let spawnSetSession: Int32 = 0x80

    private static func symbol(_ name: String) -> UnsafeMutableRawPointer? {
        // A null handle is RTLD_DEFAULT: every library of the program in its usual order.
        dlsym(nil, name)
    }
}
