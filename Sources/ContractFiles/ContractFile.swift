import Contracts
import FoundationEssentials

/// The contract file that a person writes, read in one pass: the contract, or every problem at once.
///
/// ```swift
/// let file = ContractFile.load(text: text)
/// for problem in file.problems { print(problem.rendered(file: "acme.yaml")) }
/// guard let contract = file.contract else { exit(1) }
/// ```
///
/// Three steps, one direction: `YAMLParsing` turns text into a tree of texts with places and refuses what is hostile;
/// `Fields` asks the tree for each field and records what it cannot read; `Contract.problems` checks the whole. A field
/// that could not be read is not checked again, so that one mistake is one problem.
public struct ContractFile: Sendable {
    /// The contract; nil where there is an error (warnings leave it).
    public let contract: Contract?
    /// Everything found, in the order of the file.
    public let problems: [FileProblem]

    /// Reads a contract file.
    ///
    /// - Parameters:
    ///   - text: the file's text, at most 1 MiB.
    ///   - supplier: who writes the invoices, where that is known: VAT rules look at both sides.
    ///   - isTimeZone: whether a time zone exists; the default asks the system's time zone files.
    public static func load(
        text: String,
        supplier: Supplier? = nil,
        isTimeZone: (String) -> Bool = TimeZones.contains
    ) -> ContractFile {
        var parsing = YAMLParsing()
        let tree = parsing.parse(text)
        let reading = Reading(problems: parsing.problems)
        guard let fields = reading.root(of: tree, example: "lotse contract new ID") else {
            return ContractFile(contract: nil, problems: reading.sorted)
        }
        let contract = fields.contract()
        reading.add(contract.problems(supplier: supplier, isTimeZone: isTimeZone))
        return ContractFile(contract: reading.hasErrors ? nil : contract, problems: reading.sorted)
    }

    /// Reads a contract file from its bytes; bytes that are not UTF-8 are a problem with its line.
    public static func load(
        bytes: [UInt8],
        supplier: Supplier? = nil,
        isTimeZone: (String) -> Bool = TimeZones.contains
    ) -> ContractFile {
        switch Reading.text(of: bytes) {
        case .success(let text): load(text: text, supplier: supplier, isTimeZone: isTimeZone)
        case .failure(let problem): ContractFile(contract: nil, problems: [problem.problem])
        }
    }
}

/// The supplier's file (`supplier.yaml`), read in one pass: the supplier, or every problem at once.
public struct SupplierFile: Sendable {
    /// The supplier; nil where there is an error (warnings leave it).
    public let supplier: Supplier?
    /// Everything found, in the order of the file.
    public let problems: [FileProblem]

    /// What a file said; nothing at all where there is none.
    public init(supplier: Supplier? = nil, problems: [FileProblem] = []) {
        self.supplier = supplier
        self.problems = problems
    }

    /// Reads a supplier file of at most 1 MiB; `isTimeZone` is asked whether a time zone exists.
    public static func load(text: String, isTimeZone: (String) -> Bool = TimeZones.contains) -> SupplierFile {
        var parsing = YAMLParsing()
        let tree = parsing.parse(text)
        let reading = Reading(problems: parsing.problems)
        guard let fields = reading.root(of: tree, example: "the template of lotse-relay init") else {
            return SupplierFile(supplier: nil, problems: reading.sorted)
        }
        let supplier = fields.supplier()
        reading.add(supplier.problems(isTimeZone: isTimeZone))
        return SupplierFile(supplier: reading.hasErrors ? nil : supplier, problems: reading.sorted)
    }

    /// Reads a supplier file from its bytes; bytes that are not UTF-8 are a problem with its line.
    public static func load(bytes: [UInt8], isTimeZone: (String) -> Bool = TimeZones.contains) -> SupplierFile {
        switch Reading.text(of: bytes) {
        case .success(let text): load(text: text, isTimeZone: isTimeZone)
        case .failure(let problem): SupplierFile(supplier: nil, problems: [problem.problem])
        }
    }
}

/// The system's time zones.
public enum TimeZones {
    /// Whether the system has a file for a time zone. A machine without any such files knows them all: there the
    /// shape of the name must do.
    public static func contains(_ identifier: String) -> Bool {
        let folder = "/usr/share/zoneinfo"
        guard FileManager.default.fileExists(atPath: folder) else { return true }
        // `Contract.problems` asks only for names of letters, so that this path stays inside the folder.
        return FileManager.default.fileExists(atPath: "\(folder)/\(identifier)")
    }
}

extension Reading {
    struct NotText: Error {
        var problem: FileProblem
    }

    var hasErrors: Bool { problems.contains { $0.problem.severity == .error } }

    static func text(of bytes: [UInt8]) -> Result<String, NotText> {
        let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        if let text = String(validating: bytes[start...], as: UTF8.self) { return .success(text) }
        // The longest valid beginning says where it goes wrong.
        let valid = String(decoding: bytes[start...], as: UTF8.self).unicodeScalars
        var place = Place.start
        for scalar in valid {
            if scalar == "\u{FFFD}" { break }
            place =
                scalar == "\n"
                ? Place(line: place.line + 1, column: 1) : Place(line: place.line, column: place.column + 1)
        }
        let problem = Problem(.error, at: "", "the file is not UTF-8 text", mend: "save it as UTF-8")
        return .failure(NotText(problem: FileProblem(place, problem)))
    }

    /// The names at the top of a file, or nil after a problem.
    func root(of tree: YAMLTree?, example: String) -> Fields? {
        switch tree {
        case .mapping(let entries, _)?: return Fields(entries, path: "", at: .start, self)
        case .list(_, let place)?:
            wrong("", at: place, "the file is a list, not names with values", mend: "compare it with \(example)")
        case .scalar(let scalar)? where !scalar.isEmpty:
            wrong("", at: scalar.place, "the file is a single text, not names with values", mend: "see \(example)")
        case .scalar?, nil:
            if !hasErrors { wrong("", at: .start, "the file is empty", mend: "start from \(example)") }
        }
        return nil
    }
}
