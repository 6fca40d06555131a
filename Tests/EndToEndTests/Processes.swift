import Foundation
import Glibc

/// The processes of this machine, as /proc shows them.
enum Processes {
    /// Those that have this word among their arguments.
    static func with(argument: String) -> [pid_t] {
        all.filter { arguments(of: $0).contains(argument) }
    }

    /// Those whose parent is `parent`.
    static func children(of parent: pid_t) -> [pid_t] {
        all.filter { field("PPid", of: $0) == "\(parent)" }
    }

    /// argv; empty for what has ended.
    static func arguments(of process: pid_t) -> [String] {
        bytes("/proc/\(process)/cmdline").split(separator: 0, omittingEmptySubsequences: true)
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// argv and environment as bytes of text; an environment that may not be read is an empty one.
    static func visible(of process: pid_t) -> String {
        String(decoding: bytes("/proc/\(process)/cmdline") + bytes("/proc/\(process)/environ"), as: UTF8.self)
    }

    /// Those in whose arguments or environment this text is.
    static func showing(_ text: String) -> [pid_t] { all.filter { visible(of: $0).contains(text) } }

    /// The most memory it ever used, in bytes; nil for what has ended.
    static func highWater(of process: pid_t) -> Int? {
        field("VmHWM", of: process).flatMap { Int($0.split(separator: " ").first ?? "") }.map { $0 * 1024 }
    }

    private static var all: [pid_t] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { pid_t($0) }
    }

    private static func field(_ name: String, of process: pid_t) -> String? {
        String(decoding: bytes("/proc/\(process)/status"), as: UTF8.self).split(separator: "\n")
            .first { $0.hasPrefix("\(name):") }
            .map { $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces) }
    }

    private static func bytes(_ path: String) -> [UInt8] {
        guard let file = fopen(path, "r") else { return [] }
        defer { fclose(file) }
        var all: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&piece, 1, piece.count, file)
            guard count > 0 else { return all }
            all += piece[..<count]
        }
    }
}
