/// A path with `*`, `?` or `[…]` in some of its components, as in a shell: none of them matches `/`, nor a dot at a name's beginning.
struct LogPattern {
    private let components: [[UInt8]]

    /// nil for a path without any of them.
    init?(_ path: LogPath) {
        let components = path.components.map { Array($0.utf8) }
        guard components.contains(where: Self.isPattern) else { return nil }
        self.components = components
    }

    var count: Int { components.count }

    /// Whether a name matches the component at `index`.
    func matches(_ name: String, at index: Int) -> Bool {
        guard components.indices.contains(index) else { return false }
        let (pattern, name) = (components[index], Array(name.utf8))
        guard Self.isPattern(pattern) else { return pattern == name }
        if name.first == UInt8(ascii: "."), pattern.first != UInt8(ascii: ".") { return false }
        return Self.match(pattern, name)
    }

    private static func isPattern(_ component: [UInt8]) -> Bool {
        component.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "[") }
    }

    /// Goes back to the last star only, so that it takes no more than pattern times name.
    private static func match(_ pattern: [UInt8], _ name: [UInt8]) -> Bool {
        var (place, index) = (0, 0)
        var star: (place: Int, index: Int)?
        while index < name.count {
            if place < pattern.count, pattern[place] == UInt8(ascii: "*") {
                star = (place, index)
                place += 1
            } else if let next = one(pattern, place, name[index]) {
                place = next
                index += 1
            } else if let last = star {
                star = (last.place, last.index + 1)
                (place, index) = (last.place + 1, last.index + 1)
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == UInt8(ascii: "*") }
    }

    /// Behind what matches one byte at `place`; nil where it does not.
    private static func one(_ pattern: [UInt8], _ place: Int, _ byte: UInt8) -> Int? {
        guard place < pattern.count else { return nil }
        switch pattern[place] {
        case UInt8(ascii: "?"): return place + 1
        case UInt8(ascii: "["):
            guard let close = pattern[(place + 1)...].dropFirst().firstIndex(of: UInt8(ascii: "]")) else {
                return byte == UInt8(ascii: "[") ? place + 1 : nil
            }
            var set = pattern[(place + 1)..<close]
            let isNegated = set.first == UInt8(ascii: "!") || set.first == UInt8(ascii: "^")
            if isNegated { set = set.dropFirst() }
            return contains(Array(set), byte) == isNegated ? nil : close + 1
        default: return pattern[place] == byte ? place + 1 : nil
        }
    }

    private static func contains(_ set: [UInt8], _ byte: UInt8) -> Bool {
        var index = 0
        while index < set.count {
            if index + 2 < set.count, set[index + 1] == UInt8(ascii: "-") {
                if set[index] <= byte, byte <= set[index + 2] { return true }
                index += 3
            } else {
                if set[index] == byte { return true }
                index += 1
            }
        }
        return false
    }
}

extension LogAccess {
    /// The files that a path with patterns names, in order of their names; nil for a path without one, or that names a file just as it is.
    ///
    /// Only shared folders are looked into, opened as ``LogAccess`` opens everything; so a pattern tells nothing about what is outside.
    func files(matching path: String) -> [String]? {
        guard let wanted = LogPath(path), let pattern = LogPattern(wanted) else { return nil }
        if case .success = open(path) { return nil }
        var found: [String] = []
        for root in Set(paths).sorted() {
            guard let listed = LogPath(root), listed.components.count <= pattern.count,
                listed.components.enumerated().allSatisfy({ pattern.matches($1, at: $0) })
            else { continue }
            if listed.components.count == pattern.count {
                if case .success = open(listed.text) { found.append(listed.text) }
            } else if case .success(let real) = listed.resolved() {
                collect(pattern, real.components, listed.components, [], &found)
            }
        }
        var seen: Set<String> = []
        return found.filter { seen.insert($0).inserted }
    }

    /// More files no request reads; one more says that there are more.
    private static let mostFound = LogRequest.maximumSources + 1

    private func collect(
        _ pattern: LogPattern,
        _ root: [String],
        _ listed: [String],
        _ inside: [String],
        _ found: inout [String]
    ) {
        let depth = listed.count + inside.count
        guard let folder = try? FolderDescriptor(root), let names = try? folder.names(of: inside) else { return }
        for name in names where pattern.matches(name, at: depth) {
            guard found.count < Self.mostFound else { return }
            let place = inside + [name]
            if depth + 1 < pattern.count {
                collect(pattern, root, listed, place, &found)
            } else if let mode = try? folder.mode(of: place), LogProblem.Kind(fileMode: mode) != .directory {
                found.append(LogPath(components: listed + place).text)
            }
        }
    }
}
