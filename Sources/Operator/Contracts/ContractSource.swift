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
        self.contract = file.contract
    }
}
