import Foundation
import Glibc
import Testing

/// The wall clock of a stage's programs, by libfaketime: moved while they run. Monotonic time stays what it is.
///
/// The relay has a clock of its own beside that of everybody else, as two machines have.
struct FakedClock: Sendable {
    private let folder: String
    /// What the library shares among processes; see ``Stage/fakeClock(at:)``.
    private let shared: String
    /// Where Debian puts the library.
    private static let library = "/usr/lib/\(machine)-linux-gnu/faketime/libfaketime.so.1"

    #if arch(arm64)
    private static let machine = "aarch64"
    #else
    private static let machine = "x86_64"
    #endif

    /// Whether this machine has the library, and our programs bear it.
    static let isPossible = FileManager.default.fileExists(atPath: library) && !Sanitizer.isPresent

    /// - Parameters:
    ///   - folder: where the clocks' files are.
    ///   - moment: RFC 3339; what all clocks show now.
    ///   - shared: the value of `FAKETIME_SHARED`.
    init(in folder: String, at moment: String, shared: String) throws {
        self.folder = folder
        self.shared = shared
        let offset = try Date(moment, strategy: .iso8601).timeIntervalSinceNow
        try set("relay", Int64(offset.rounded()))
        try set("others", Int64(offset.rounded()))
    }

    /// What a program needs in its environment.
    func environment(isRelay: Bool) -> [String: String] {
        [
            "LD_PRELOAD": Self.library,
            "FAKETIME_SHARED": shared,
            "FAKETIME_TIMESTAMP_FILE": file(isRelay ? "relay" : "others"),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        ]
    }

    /// Moves the relay's clock against all others, by so many seconds from where it is.
    func jump(_ seconds: Int64) throws { try set("relay", offset("relay") + seconds) }

    /// Moves everybody's clock to a moment.
    func move(to moment: String) throws {
        let offset = try Date(moment, strategy: .iso8601).timeIntervalSinceNow
        for clock in ["relay", "others"] { try set(clock, Int64(offset.rounded())) }
    }

    /// What the relay's clock shows, Unix seconds.
    var relayNow: Int64 {
        get throws { Int64(Date().timeIntervalSince1970) + (try offset("relay")) }
    }

    private func file(_ clock: String) -> String { folder + "/\(clock).clock" }

    private func offset(_ clock: String) throws -> Int64 {
        let text = try String(contentsOfFile: file(clock), encoding: .utf8)
        guard let offset = Int64(text) else { throw Failure("\(file(clock)) says \(text)") }
        return offset
    }

    /// Atomically, since it is read all the time.
    private func set(_ clock: String, _ offset: Int64) throws {
        try Data("\(offset < 0 ? "" : "+")\(offset)".utf8).write(
            to: URL(fileURLWithPath: file(clock)),
            options: .atomic
        )
    }

    /// Removes what the library shared.
    func forget() {
        for name in shared.split(separator: " ") {
            for prefix in ["/dev/shm", "/dev/shm/sem."] {
                unlink(prefix + (prefix.hasSuffix(".") ? String(name.dropFirst()) : String(name)))
            }
        }
    }
}

extension Stage {
    /// Gives all programs that are started from now on a wall clock that the test moves.
    ///
    /// Without `FAKETIME_SHARED` the library would set it, which moves a program's environment, and Swift finds a program's arguments beside
    /// that. So one process that Debian's `faketime` starts has it set, and the others get the same.
    func fakeClock(at moment: String) async throws -> FakedClock {
        let argument = "86400.\(UInt32.random(in: 100_000_000...999_999_999))"
        remember(remote: argument)
        let holder = try start("faketime", ["-f", "+0", "sleep", argument])
        let shared = try await eventually("faketime has started", of: holder) {
            Processes.with(argument: argument).lazy.compactMap { process -> String? in
                let environment = (try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(process)/environ"))) ?? Data()
                return environment.split(separator: 0).lazy.map { String(decoding: $0, as: UTF8.self) }
                    .first { $0.hasPrefix("FAKETIME_SHARED=") }.map { String($0.dropFirst("FAKETIME_SHARED=".count)) }
            }.first
        }
        let clock = try FakedClock(in: folder + "/files", at: moment, shared: shared)
        use(clock)
        return clock
    }
}
