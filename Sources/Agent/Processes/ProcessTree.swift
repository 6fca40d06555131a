#if os(Linux)
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The processes of this machine and who started whom, as /proc shows them at one moment.
struct ProcessTree: Sendable {
    struct Entry: Sendable {
        var parent: pid_t
        var group: pid_t
        /// A zombie: dead already, and there until its parent reaps it.
        var isDead: Bool
    }

    private(set) var entries: [pid_t: Entry] = [:]

    /// As it is now.
    static func now() -> ProcessTree {
        var tree = ProcessTree()
        for process in numbers {
            guard let text = read("/proc/\(process)/stat", limit: 1024), let entry = Entry(stat: text) else { continue }
            tree.entries[process] = entry
        }
        return tree
    }

    /// Whatever descends from `root`, without `spared` and what descends from those.
    func descendants(of root: pid_t, but spared: Set<pid_t> = []) -> [pid_t] {
        var children: [pid_t: [pid_t]] = [:]
        for (process, entry) in entries { children[entry.parent, default: []].append(process) }
        var found: [pid_t] = []
        var waiting = [root]
        // Each has one parent, so none is found twice, but numbers may be used again while /proc is being read.
        var seen = spared.union([root])
        while let parent = waiting.popLast() {
            for child in children[parent] ?? [] where seen.insert(child).inserted {
                found.append(child)
                waiting.append(child)
            }
        }
        return found
    }

    /// Kills whatever descends from `root`, by process and by process group: a process that forks faster than /proc can be read does
    /// not get away from its group, since the kernel signals a group and lets nobody fork meanwhile.
    ///
    /// - Returns: How many were alive. They die a moment later: call again until it is 0. What we may not kill does not count.
    static func killDescendants(of root: pid_t, but spared: Set<pid_t>) -> Int {
        let tree = now()
        let ownGroup = getpgrp()
        var count = 0
        for process in tree.descendants(of: root, but: spared) {
            guard let entry = tree.entries[process], !entry.isDead, process > 1 else { continue }
            if entry.group > 1, entry.group != ownGroup { _ = systemKill(-entry.group, SIGKILL) }
            if systemKill(process, SIGKILL) == 0 { count += 1 }
        }
        return count
    }

    /// Kills every process in whose environment `variable` (`NAME=VALUE`) is.
    ///
    /// - Returns: How many there were.
    static func kill(marked variable: String) -> Int {
        let wanted = Array(variable.utf8)
        return numbers.count { process in
            guard process != getpid(), let environment = read("/proc/\(process)/environ", limit: 4 << 20),
                contains(environment, wanted)
            else { return false }
            return systemKill(process, SIGKILL) == 0
        }
    }

    /// Whether one of the strings, each with a NUL behind it, is `wanted`. Of every process of the machine, so by the C library.
    private static func contains(_ strings: [UInt8], _ wanted: [UInt8]) -> Bool {
        strings.withUnsafeBytes { strings in
            var rest = strings[...]
            while !rest.isEmpty {
                let text = UnsafeRawBufferPointer(rebasing: rest)
                guard let start = text.baseAddress else { return false }
                let end = memchr(start, 0, text.count).map { start.distance(to: UnsafeRawPointer($0)) } ?? text.count
                if end == wanted.count, memcmp(start, wanted, end) == 0 { return true }
                rest = rest.dropFirst(end + 1)
            }
            return false
        }
    }

    private static var numbers: [pid_t] {
        guard let folder = opendir("/proc") else { return [] }
        defer { closedir(folder) }
        var numbers: [pid_t] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if let number = pid_t(name) { numbers.append(number) }
        }
        return numbers
    }

    /// A file of /proc; nil where the process is gone or not ours to look into.
    private static func read(_ path: String, limit: Int) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var all: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4096)
        while all.count < limit {
            let count = systemRead(descriptor, &piece)
            guard count > 0 else { break }
            all += piece[..<count]
        }
        return all.isEmpty ? nil : all
    }
}

extension ProcessTree.Entry {
    /// proc(5): the name stands in parentheses and may itself hold any byte; behind it state, parent, process group.
    init?(stat text: [UInt8]) {
        guard let close = text.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = text[(close + 1)...].split(separator: UInt8(ascii: " ")).prefix(3)
            .map { String(decoding: $0, as: UTF8.self) }
        guard fields.count == 3, let parent = pid_t(fields[1]), let group = pid_t(fields[2]) else { return nil }
        self.init(parent: parent, group: group, isDead: fields[0] == "Z" || fields[0] == "X")
    }
}

/// `kill` under a name that methods called `kill` do not hide.
private func systemKill(_ process: pid_t, _ signal: Int32) -> Int32 { kill(process, signal) }
#endif
