import Contracts

/// One mapping of a file, asked for its fields by name. Every question records what it finds wrong and gives the
/// asker something to go on with, so that one pass finds all problems.
final class Fields {
    let path: String
    let place: Place
    let reading: Reading
    let entries: [YAMLTree.Entry]
    private var known: [String] = []

    /// More names or elements in one place than any contract has; it keeps every later step short.
    static let most = 200

    init(_ entries: [YAMLTree.Entry], path: String, at place: Place, _ reading: Reading) {
        (self.path, self.place, self.reading) = (path, place, reading)
        self.entries = Array(entries.prefix(Self.most))
        if entries.count > Self.most {
            let first = entries[Self.most]
            reading.wrong(path, at: first.keyPlace, "there are more than \(Self.most) names", mend: "remove some")
        }
        for entry in self.entries { reading.locate(subpath(entry.key), at: entry.place) }
    }

    /// The path of a field.
    func subpath(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    /// A field, if the file has it.
    func entry(_ name: String) -> YAMLTree.Entry? {
        known.append(name)
        return entries.first { $0.key == name }
    }

    func has(_ name: String) -> Bool { entries.contains { $0.key == name } }

    func missing(_ name: String) {
        reading.unreadable(subpath(name), at: place, "is missing", mend: "add \(name): …")
    }

    // MARK: - Scalars

    /// The text of a field that must hold one, or nil after a problem or where the file has no such field.
    func scalar(_ name: String) -> YAMLTree.Scalar? {
        guard let entry = entry(name) else { return nil }
        return Self.scalar(entry.value, subpath(name), at: entry.place, reading)
    }

    static func scalar(_ tree: YAMLTree, _ path: String, at place: Place, _ reading: Reading) -> YAMLTree.Scalar? {
        guard case .scalar(let scalar) = tree else {
            reading.unreadable(path, at: place, "is \(tree.noun), not a single value", mend: "write one value")
            return nil
        }
        if scalar.isEmpty {
            reading.unreadable(path, at: place, "has no value", mend: "write one, or remove the line if it is optional")
            return nil
        }
        return scalar
    }

    /// An optional value by its parser.
    func value<Value>(_ name: String, _ parse: (String) throws(ContractsError) -> Value) -> Value? {
        guard let scalar = scalar(name) else { return nil }
        do {
            return try parse(scalar.text)
        } catch {
            reading.unreadable(subpath(name), at: scalar.place, error.sentence, mend: error.mend)
            return nil
        }
    }

    /// A value that must be there; `fallback` stands for it after a problem, and no check will look at it.
    func required<Value>(
        _ name: String,
        _ parse: (String) throws(ContractsError) -> Value,
        fallback: @autoclosure () -> Value
    ) -> Value {
        if !has(name) { missing(name) }
        return value(name, parse) ?? fallback()
    }

    func text(_ name: String) -> String? { scalar(name)?.text }

    /// A text that must be there.
    func requiredText(_ name: String) -> String {
        if !has(name) { missing(name) }
        return text(name) ?? ""
    }

    /// A text that must be there, where the check of the whole says why: empty if it is missing.
    func explainedText(_ name: String) -> String { text(name) ?? "" }

    /// One of the words of an enumeration.
    func choice<Choice: RawRepresentable & CaseIterable>(_ name: String, _: Choice.Type = Choice.self) -> Choice?
    where Choice.RawValue == String {
        guard let scalar = scalar(name) else { return nil }
        return Self.choice(scalar, subpath(name), reading)
    }

    func requiredChoice<Choice: RawRepresentable & CaseIterable>(_ name: String, fallback: Choice) -> Choice
    where Choice.RawValue == String {
        if !has(name) { missing(name) }
        return choice(name) ?? fallback
    }

    static func choice<Choice: RawRepresentable & CaseIterable>(
        _ scalar: YAMLTree.Scalar,
        _ path: String,
        _ reading: Reading
    ) -> Choice? where Choice.RawValue == String {
        if let choice = Choice(rawValue: scalar.text) { return choice }
        let words = Choice.allCases.map(\.rawValue)
        // A Land is one of seventeen: a list of them all helps nobody.
        let list = words.count > 8 ? "known here" : "one of \(words.joined(separator: ", "))"
        let mend = Spelling.nearest(scalar.text, among: words).map { "did you mean \($0)?" }
        let example = words.count > 8 ? "write it like \(words[words.count - 1])" : "write one of them"
        reading.unreadable(path, at: scalar.place, "\(quoted(scalar.text)) is not \(list)", mend: mend ?? example)
        return nil
    }

    func bool(_ name: String) -> Bool? {
        value(name) { text throws(ContractsError) in
            switch text {
            case "true": return true
            case "false": return false
            default: throw FieldError.notBool(text)
            }
        }
    }

    /// A whole number without a sign, below 10^12.
    func integer(_ name: String) -> Int64? { value(name, FieldError.integer) }

    // MARK: - Lists and mappings

    func fields(_ name: String) -> Fields? {
        guard let entry = entry(name) else { return nil }
        return Self.fields(entry.value, subpath(name), at: entry.place, reading)
    }

    static func fields(_ tree: YAMLTree, _ path: String, at place: Place, _ reading: Reading) -> Fields? {
        if case .mapping(let entries, _) = tree { return Fields(entries, path: path, at: place, reading) }
        if case .scalar(let scalar) = tree, scalar.isEmpty {
            reading.unreadable(
                path,
                at: place,
                "has no value",
                mend: "fill it in, or remove the line if it is optional"
            )
        } else {
            reading.unreadable(path, at: place, "is \(tree.noun), not names with values", mend: "write { name: value }")
        }
        return nil
    }

    /// A list; elements that cannot be read are left out, but keep their index in paths.
    func list<Element>(_ name: String, _ read: (YAMLTree, _ path: String) -> Element?) -> [Element]? {
        guard let entry = entry(name) else { return nil }
        let path = subpath(name)
        guard case .list(let elements, _) = entry.value else {
            let noun = entry.value.noun
            reading.unreadable(path, at: entry.place, "is \(noun), not a list", mend: "write [ … ] or lines with -")
            return nil
        }
        if elements.count > Self.most {
            let sentence = "there are more than \(Self.most) elements"
            reading.wrong(path, at: elements[Self.most].place, sentence, mend: "remove some")
        }
        return elements.prefix(Self.most).enumerated().compactMap { index, element in
            reading.locate("\(path)[\(index)]", at: element.place)
            return read(element, "\(path)[\(index)]")
        }
    }

    /// A list of mappings. An element that is none of them is a problem, and `fallback` keeps its index.
    func list<Element>(_ name: String, each read: (Fields) -> Element) -> [Element]? {
        list(name) { tree, path in
            let fields = Self.fields(tree, path, at: tree.place, reading)
            return read(fields ?? Fields.unreadable(path, at: tree.place, reading))
        }
    }

    func texts(_ name: String) -> [String]? {
        list(name) { tree, path in Self.scalar(tree, path, at: tree.place, reading)?.text ?? "" }
    }

    /// The fields of something that is no mapping: everything is missing, and nothing more is said about it.
    private static func unreadable(_ path: String, at place: Place, _ reading: Reading) -> Fields {
        Fields([], path: path, at: place, Reading())
    }

    // MARK: - The end

    /// Names that nobody asked for are mistakes: dropping them in silence would lose a term.
    func reportUnknown() {
        let unused = known.filter { !has($0) }
        for entry in entries where !known.contains(entry.key) {
            let guess = Spelling.nearest(entry.key, among: unused) ?? Spelling.nearest(entry.key, among: known)
            let mend =
                guess.map { "did you mean `\($0)`?" } ?? "remove it; known here: \(known.joined(separator: ", "))"
            let path = path.isEmpty ? "" : "\(path): "
            reading.wrong("", at: entry.keyPlace, "\(path)there is no field \(quoted(entry.key))", mend: mend)
        }
    }
}
