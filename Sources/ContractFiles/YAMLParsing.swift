import Contracts
import Yams

/// Parses one YAML document into a `YAMLTree`, whatever the file holds.
///
/// Files come from people and may be hostile: what could run long or deep (size, aliases, nesting) is refused with a
/// problem like any other mistake. Aliases are not followed at all: a contract is read by people, who should find
/// each term where it applies.
struct YAMLParsing {
    /// Larger files are refused.
    static let largestFile = 1 << 20
    /// Contracts nest four deep; libyaml itself refuses more than 1000.
    static let deepestNesting = 20
    /// `Yams` hashes mapping keys, and hashing follows aliases; so few of them cannot make that long.
    static let mostAliases = 8

    private(set) var problems: [FileProblem] = []
    private var hiddenKeys: [String: String] = [:]

    mutating func parse(_ text: String) -> YAMLTree? {
        guard text.utf8.count <= Self.largestFile else {
            report(.start, "the file is larger than 1 MiB", mend: "is it the right one?")
            return nil
        }
        reportInvisibleCharacters(text)
        guard problems.isEmpty else { return nil }
        guard !hasManyAliases(text) else {
            report(.start, "the file repeats itself by aliases (&name, *name)", mend: "write each part out")
            return nil
        }
        return compose(text)
    }

    mutating func report(_ place: Place, _ sentence: String, mend: String?) {
        problems.append(FileProblem(place, Problem(.error, at: "", sentence, mend: mend)))
    }

    // MARK: - Before parsing

    /// Control and bidirectional characters can make a file look unlike what it says.
    private mutating func reportInvisibleCharacters(_ text: String) {
        var place = Place.start
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": place = Place(line: place.line + 1, column: 0)
            case "\t", "\r": break
            case "\u{FEFF}" where place == .start: break
            case _ where scalar.isUnsafeToShow:
                let code = String(scalar.value, radix: 16, uppercase: true)
                report(place, "holds the invisible character U+\(code)", mend: "remove it")
                if problems.count == 20 { return }
            default: break
            }
            place.column += 1
        }
    }

    /// Counts what looks like an alias where YAML would take it for one. Quoted texts may look so too; only a file
    /// with an anchor and more aliases than any person would write is refused.
    private func hasManyAliases(_ text: String) -> Bool {
        var (anchors, aliases) = (0, 0)
        var previous = UInt8(ascii: " ")
        var isIndicator = false
        for byte in text.utf8 {
            let isName = (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) || "-_".utf8.contains(byte)
            if isIndicator, isName {
                if previous == UInt8(ascii: "&") { anchors += 1 } else { aliases += 1 }
            }
            isIndicator =
                (byte == UInt8(ascii: "&") || byte == UInt8(ascii: "*")) && " \t\r\n[{,:".utf8.contains(previous)
            previous = byte
        }
        return anchors > 0 && aliases > Self.mostAliases
    }

    // MARK: - Parsing

    /// Yams gives up at the first mapping with a repeated key. Its first occurrence is then hidden behind a name of the
    /// same length that no file has, and the text parsed again, so that the rest is read too; `tree(of:)` gives the
    /// key its name back.
    private mutating func compose(_ original: String) -> YAMLTree? {
        var text = original
        // Together the attempts read no more than a few MiB.
        for _ in 0..<max(1, min(64, 4 * Self.largestFile / max(1, original.utf8.count))) {
            do {
                let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
                // Nodes hold their anchors weakly; the parser keeps them alive.
                return try withExtendedLifetime(parser) {
                    guard let root = try parser.singleRoot() else { return nil }
                    return tree(of: root, depth: 0)
                }
            } catch YamlError.duplicatedKeysInMapping(let duplicates, let context) {
                let place = Place(context.mark)
                guard let key = duplicates.first, let hidden = hide(key, at: place, in: text) else {
                    report(place, "\(quoted(duplicates.first ?? "")) is there twice", mend: "remove one")
                    return nil
                }
                text = hidden
            } catch {
                report(YAMLSyntaxProblem(error, in: text))
                return nil
            }
        }
        report(.start, "more names are there twice than can be shown", mend: "remove the repetitions")
        return nil
    }

    private mutating func report(_ problem: YAMLSyntaxProblem) {
        report(problem.place, problem.sentence, mend: problem.mend)
    }

    private mutating func hide(_ key: String, at place: Place, in text: String) -> String? {
        var scalars = Array(text.unicodeScalars)
        guard var index = Self.index(of: place, in: scalars) else { return nil }
        let name = Array(key.unicodeScalars)
        if scalars[index] == "\"" || scalars[index] == "'" { index += 1 }
        guard !name.isEmpty, index + name.count <= scalars.count, Array(scalars[index..<index + name.count]) == name
        else { return nil }
        // Private use characters (U+E000 to U+F8FF) as the digits of a number that counts the hidden keys.
        var number = hiddenKeys.count
        let alias = name.map { _ in
            defer { number /= 6400 }
            return Unicode.Scalar(UInt32(0xE000 + number % 6400)) ?? "?"
        }
        scalars.replaceSubrange(index..<index + name.count, with: alias)
        hiddenKeys[Self.text(alias)] = key
        return Self.text(scalars)
    }

    private static func text(_ scalars: [Unicode.Scalar]) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    private static func index(of place: Place, in scalars: [Unicode.Scalar]) -> Int? {
        var line = 1
        var index = 0
        while line < place.line {
            guard let end = scalars[index...].firstIndex(of: "\n") else { return nil }
            (index, line) = (end + 1, line + 1)
        }
        // libyaml does not count a byte order mark.
        if line == 1, scalars.first == "\u{FEFF}" { index += 1 }
        index += place.column - 1
        return scalars.indices.contains(index) ? index : nil
    }

    // MARK: - Nodes

    private mutating func tree(of node: Node, depth: Int) -> YAMLTree? {
        let place = node.mark.map(Place.init) ?? .start
        guard depth <= Self.deepestNesting else {
            report(
                place,
                "the file nests more than \(Self.deepestNesting) deep",
                mend: "no contract does: write it flatter"
            )
            return nil
        }
        if node.anchor != nil {
            report(
                place,
                "anchors and aliases (&name, *name) are not read",
                mend: "write the part out where it applies"
            )
            return nil
        }
        switch node {
        case .scalar(let scalar):
            let isQuoted = scalar.style != .plain
            reportTag(scalar.tag.rawValue, allowed: ["", "tag:yaml.org,2002:str"], at: place)
            return .scalar(YAMLTree.Scalar(text: scalar.string, isQuoted: isQuoted, place: place))
        case .sequence(let sequence):
            reportTag(sequence.tag.rawValue, allowed: ["", "tag:yaml.org,2002:seq"], at: place)
            return .list(sequence.compactMap { tree(of: $0, depth: depth + 1) }, place)
        case .mapping(let mapping):
            reportTag(mapping.tag.rawValue, allowed: ["", "tag:yaml.org,2002:map"], at: place)
            return .mapping(entries(of: mapping, depth: depth), place)
        case .alias:
            report(place, "aliases (*name) are not read", mend: "write the part out where it applies")
            return nil
        }
    }

    private mutating func entries(of mapping: Node.Mapping, depth: Int) -> [YAMLTree.Entry] {
        var entries: [YAMLTree.Entry] = []
        var first: [String: Place] = [:]
        for (key, value) in mapping {
            let place = key.mark.map(Place.init) ?? .start
            guard case .scalar(let scalar) = key, key.anchor == nil else {
                report(place, "a name must be plain text", mend: "write it as name: value")
                continue
            }
            let name = hiddenKeys[scalar.string] ?? scalar.string
            if let earlier = first[name] {
                report(place, "\(quoted(name)) is there twice, first in line \(earlier.line)", mend: "remove one")
            } else if let value = tree(of: value, depth: depth + 1) {
                first[name] = place
                entries.append(YAMLTree.Entry(key: name, keyPlace: place, value: value))
            }
        }
        return entries
    }

    private mutating func reportTag(_ tag: String, allowed: [String], at place: Place) {
        if !allowed.contains(tag) { report(place, "tags like \(quoted(tag)) are not read", mend: "remove it") }
    }
}

extension Place {
    init(_ mark: Mark) { self.init(line: mark.line, column: mark.column) }
}
