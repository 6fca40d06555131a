import Foundation
import Glibc

/// System calls of the relay that fail, by strace(1): those with a number, counted in each thread from 1.
struct DiskFault: Sendable, CustomStringConvertible {
    /// Calls that belong together.
    enum Calls: String, CaseIterable, Sendable {
        /// SQLite's pages and log.
        case pages = "pwrite64,ftruncate"
        /// What waits for the disk.
        case syncs = "fsync,fdatasync"
        /// The ledger's head.
        case renames = "rename"
        case writes = "write"
        case openings = "openat"

        /// How many of them one thread makes in a short session, about.
        var usual: Int {
            switch self {
            case .pages: 200
            case .syncs: 60
            case .renames, .writes: 20
            case .openings: 40
            }
        }

        /// `write` and `openat` also serve sockets and libraries: of those only what concerns these files of the relay's folder.
        func files(in folder: String) -> [String] {
            switch self {
            case .pages, .syncs, .renames: []
            case .writes, .openings:
                ["ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm", "ledger.head", "ledger.head.new"]
                    .map { "\(folder)/ledger/\($0)" } + ["\(folder)/sessions"]
            }
        }
    }

    var calls: Calls
    /// `EIO`, `ENOSPC`.
    var error: String
    /// The first one that fails.
    var first: Int
    /// After how many the next one fails; nil: all of them do.
    var stride: Int?

    var description: String { "\(calls.rawValue) \(error) \(first)+\(stride.map { "\($0)" } ?? "")" }

    /// Whether this machine lets us trace.
    static let isPossible: Bool = {
        let folder = FileManager.default.temporaryDirectory.path + "/lotse-\(UUID().uuidString.prefix(8))"
        defer { for ending in [".in", ".out", ".err"] { unlink(folder + ending) } }
        guard
            let program = try? Program(
                "strace",
                ["-D", "-f", "-qq", "-o", "/dev/null", "true"],
                environment: ["PATH": "/usr/bin:/bin"],
                files: folder
            )
        else { return false }
        while program.status == nil { usleep(1000) }
        return program.status == 0
    }()

    /// What starts the relay.
    ///
    /// - Parameter log: where strace writes down what it saw.
    func wrapper(folder: String, log: String) -> [String] {
        ["strace", "-D", "-f", "-qq", "--seccomp-bpf", "-e", "signal=none", "-o", log]
            + calls.files(in: folder).flatMap { ["-P", $0] }
            + [
                "-e", "trace=\(calls.rawValue)",
                "-e", "inject=\(calls.rawValue):error=\(error):when=\(first)+\(stride.map { "\($0)" } ?? "")",
            ]
    }

    /// How many calls failed, and the most calls of one kind that one thread made.
    static func read(_ log: String) -> (injected: Int, most: Int) {
        let lines = ((try? String(contentsOfFile: log, encoding: .utf8)) ?? "").split(separator: "\n")
        var counts: [Substring: Int] = [:]
        for line in lines {
            guard let end = line.firstIndex(of: "("), !line.contains(" resumed>") else { continue }
            counts[line[..<end], default: 0] += 1
        }
        return (lines.count { $0.hasSuffix("(INJECTED)") }, counts.values.max() ?? 0)
    }
}
