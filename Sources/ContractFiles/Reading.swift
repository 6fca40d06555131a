import Contracts

/// What came of reading one file: problems, and where each path of the file is.
///
/// A class, since all the `Fields` of one file write into it; it lives on one thread for one call of `load`.
final class Reading {
    private(set) var problems: [FileProblem] = []
    private var places: [String: Place] = [:]
    /// Paths whose value could not be read: what the whole check says about them is not the person's mistake.
    private var broken: Set<String> = []

    init(problems: [FileProblem] = []) { self.problems = problems }

    func locate(_ path: String, at place: Place) { places[path] = place }

    /// A value that cannot be read.
    func unreadable(_ path: String, at place: Place, _ sentence: String, mend: String?) {
        broken.insert(path)
        problems.append(FileProblem(place, Problem(.error, at: path, sentence, mend: mend)))
    }

    /// A value that is read all the same, or one that nothing else rests on.
    func wrong(_ path: String, at place: Place, _ sentence: String, mend: String?) {
        problems.append(FileProblem(place, Problem(.error, at: path, sentence, mend: mend)))
    }

    /// Adds what a check of the whole found, where it does not follow from something unreadable.
    func add(_ found: [Problem]) {
        let broken = self.broken.union(self.broken.map(Self.withoutIndices))
        for problem in found {
            let basis = [problem.path] + problem.related
            if !basis.contains(where: { Self.isIn($0, broken) }) {
                problems.append(FileProblem(place(of: problem.path), problem))
            }
        }
    }

    /// Everything in the order of the file.
    var sorted: [FileProblem] {
        problems.enumerated().sorted { ($0.element.place, $0.offset) < ($1.element.place, $1.offset) }.map(\.element)
    }

    /// Whether a path, or anything that it is in, is among the others.
    private static func isIn(_ path: String, _ others: Set<String>) -> Bool {
        var path = path[...]
        while !path.isEmpty {
            if others.contains(String(path)) { return true }
            path = outer(path)
        }
        return false
    }

    /// What a path is in: `client` for `client.city`, `categories` for `categories[2]`.
    private static func outer(_ path: Substring) -> Substring {
        path.lastIndex { $0 == "." || $0 == "[" }.map { path[..<$0] } ?? ""
    }

    /// `categories[2].kind` as `categories[*].kind`.
    private static func withoutIndices(_ path: String) -> String {
        var general = ""
        var isInside = false
        for character in path {
            if character == "]" { isInside = false }
            if !isInside { general.append(character) }
            if character == "[" {
                general.append("*")
                isInside = true
            }
        }
        return general
    }

    /// The place of a path, or of the nearest part of the file around it.
    private func place(of path: String) -> Place {
        var path = path[...]
        while !path.isEmpty {
            if let place = places[String(path)] { return place }
            path = Self.outer(path)
        }
        return places[""] ?? .start
    }
}
