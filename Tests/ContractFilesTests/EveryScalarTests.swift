import Contracts
import Testing

@testable import ContractFiles

@Suite("Nothing of a file is dropped")
struct EveryScalarTests {
    struct Found {
        var path: String
        var text: String
        var place: Place
        var isKey: Bool
    }

    /// Values of every form a field may ask for; none means the same as a value of the example.
    static let candidates = [
        "\"97.00\"", "7m", "2026-02-03", "33", "false", "true", "en", "consumer", "DE-HE", "\"08:30\"", "wed",
        "Europe/Paris", "refuse", "calendar", "warranty", "day", "nearest", "cheapest", "sum", "absorbed",
        "prepaidBlock", "unlimited", "stop", "AE", "files", "[[\"df\"]]", "2025-01-01", "other", "support",
        "billAtRate",
    ]

    @Test("changing any single value changes the canonical bytes", arguments: ["acme", "minute"])
    func values(example: String) throws {
        let text = Fixtures.text(example)
        let original = try #require(read(text)).canonicalBytes
        var fixed: [String] = []
        let scalars = try scalars(of: text).filter { !$0.isKey }
        #expect(scalars.count > 15)
        for scalar in scalars {
            var readable = 0
            for candidate in Self.candidates where candidate != scalar.text && candidate != "\"\(scalar.text)\"" {
                guard let contract = read(replace(scalar, in: text, by: candidate)) else { continue }
                readable += 1
                if readable > 2 { break }
                #expect(contract.canonicalBytes != original, "\(scalar.path): \(scalar.text) -> \(candidate)")
            }
            if readable == 0 { fixed.append(scalar.path) }
        }
        // Months are the only period and cycle there is: any other word is refused, never dropped.
        let only = ["retainer.period", "payment.cycle"]
        #expect(fixed == only.filter { path in scalars.contains { $0.path == path } })
    }

    @Test("no name can be changed unnoticed", arguments: ["acme", "minute", "supplier"])
    func names(example: String) throws {
        let text = Fixtures.text(example)
        let isSupplier = example == "supplier"
        for key in try scalars(of: text).filter(\.isKey) where !key.path.hasPrefix("rates.") {
            let changed = replace(key, in: text, by: key.text + "Zz")
            let problems =
                isSupplier ? SupplierFile.load(text: changed).problems : ContractFile.load(text: changed).problems
            let found = problems.first { $0.place == key.place && $0.problem.sentence.contains("\"\(key.text)Zz\"") }
            #expect(found?.problem.severity == .error, "\(key.path)")
            if key.text.count > 5 { #expect(found?.problem.mend == "did you mean `\(key.text)`?", "\(key.path)") }
        }
    }

    @Test("any name twice is found at its second place", arguments: ["acme", "minute"])
    func repeatedNames(example: String) throws {
        let text = Fixtures.text(example)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for key in try scalars(of: text) where key.isKey && !key.path.contains(".") && !key.path.contains("[") {
            let repeated = text + "\(key.text): again\n"
            let problems = ContractFile.load(text: repeated).problems
            #expect(problems.map(\.place) == [Place(line: lines.count, column: 1)], "\(key.path) \(problems)")
            #expect(
                problems.first?.problem.sentence == "\"\(key.text)\" is there twice, first in line \(key.place.line)"
            )
        }
    }

    // MARK: - Helpers

    /// The contract, if every value can be read, whatever the check of the whole thinks of it.
    private func read(_ text: String) -> Contract? {
        var parsing = YAMLParsing()
        let tree = parsing.parse(text)
        let reading = Reading(problems: parsing.problems)
        let contract = reading.root(of: tree, example: "")?.contract()
        return reading.problems.isEmpty ? contract : nil
    }

    private func scalars(of text: String) throws -> [Found] {
        var parsing = YAMLParsing()
        let parsed = parsing.parse(text)
        let tree = try #require(parsed)
        var found: [Found] = []
        walk(tree, "", &found)
        return found
    }

    private func walk(_ tree: YAMLTree, _ path: String, _ found: inout [Found]) {
        switch tree {
        case .scalar(let scalar):
            found.append(Found(path: path, text: scalar.text, place: scalar.place, isKey: false))
        case .list(let elements, _):
            for (index, element) in elements.enumerated() { walk(element, "\(path)[\(index)]", &found) }
        case .mapping(let entries, _):
            for entry in entries {
                let inner = path.isEmpty ? entry.key : "\(path).\(entry.key)"
                found.append(Found(path: inner, text: entry.key, place: entry.keyPlace, isKey: true))
                walk(entry.value, inner, &found)
            }
        }
    }

    private func replace(_ scalar: Found, in text: String, by replacement: String) -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let line = lines[scalar.place.line - 1]
        let start = line.unicodeScalars.index(line.startIndex, offsetBy: scalar.place.column - 1)
        let written = line[start...].hasPrefix("\"") ? "\"\(scalar.text)\"" : scalar.text
        #expect(line[start...].hasPrefix(written))
        let end = line.index(start, offsetBy: written.count)
        lines[scalar.place.line - 1] = line[..<start] + replacement + line[end...]
        return lines.joined(separator: "\n")
    }
}
