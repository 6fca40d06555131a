import ContractFiles
import Contracts
import FoundationEssentials
import Glibc

/// A contract file on this machine, checked without asking anybody.
public struct ContractSource: Sendable {
    /// Where it is.
    public let path: String
    /// The file's text.
    public let text: String
    /// One line for each thing to mend, with place and mend; warnings too.
    public let problems: [String]
    /// The same for scripts.
    public let report: ContractReport
    /// The terms, where it can be used.
    public let contract: Contract?
    /// Whether it can be used.
    public var isUsable: Bool { contract != nil }

    /// Reads and checks the file at `path`.
    ///
    /// - Throws: `OperatorError` where it cannot be read.
    public init(path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else {
            let reason = access(path, R_OK) == 0 ? "it is a folder" : String(cString: strerror(errno))
            throw OperatorError(.contract, "cannot read \(path): \(reason) (check the name)")
        }
        let file = ContractFile.load(bytes: Array(data))
        self.path = path
        self.text = String(decoding: data, as: UTF8.self)
        self.problems = file.problems.map { $0.rendered(file: path) }
        self.report = ContractReport(
            usable: file.contract != nil,
            problems: file.problems.map { found in
                ContractReport.Problem(
                    line: found.place.line,
                    column: found.place.column,
                    severity: found.problem.severity.rawValue,
                    field: found.problem.path,
                    problem: found.problem.sentence,
                    mend: found.problem.mend
                )
            }
        )
        self.contract = file.contract
    }
}

/// What `lotse contract check --json` prints.
public struct ContractReport: Encodable, Sendable, Equatable {
    /// One thing to mend.
    public struct Problem: Encodable, Sendable, Equatable {
        /// From 1.
        public let line: Int
        /// From 1, in Unicode scalars.
        public let column: Int
        /// `error`, or `warning` where the file can be used all the same.
        public let severity: String
        /// By the names of the file, `categories[2].rate`; empty for the file as a whole.
        public let field: String
        /// What is wrong.
        public let problem: String
        /// What to do.
        public let mend: String?
    }

    /// Whether the file can be used.
    public let usable: Bool
    /// All of them, in the order of the file.
    public let problems: [Problem]
}
