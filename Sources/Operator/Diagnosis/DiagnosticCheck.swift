import Contracts

/// One command that only looks, and how its output is read.
public struct DiagnosticCheck: Sendable {
    /// Reads a report's output.
    public typealias Judge = @Sendable (CheckReport, DiagnosisContext) -> Verdict

    /// Its name; letters, digits and hyphens, so that a file may bear it.
    public var id: String
    /// What it looks at.
    public var title: String
    /// argv; the first is the program.
    public var arguments: [String]
    /// Whether a machine without the program is as good.
    var isOptional = false
    /// What it says where it does not come to its end in time.
    var timeoutMeans: Finding?
    /// nil where a person reads it.
    var judge: Judge?

    init(
        _ id: String,
        _ title: String,
        _ arguments: [String],
        isOptional: Bool = false,
        timeoutMeans: Finding? = nil,
        judge: Judge? = nil
    ) {
        self.id = id
        self.title = title
        self.arguments = arguments
        self.isOptional = isOptional
        self.timeoutMeans = timeoutMeans
        self.judge = judge
    }

    /// One of the contract's own checks: a status other than 0 is worth a look.
    init(_ diagnostic: Contract.Diagnostic) {
        self.init("contract-\(diagnostic.id)", diagnostic.title, diagnostic.command) { report, _ in
            guard let status = report.status, status != 0 else { return .judged([]) }
            return .judged([
                Finding(
                    .look,
                    "\(diagnostic.title): status \(status)",
                    "The contract's own check did not end well; its output says more.",
                    evidence: (report.errorOutput + "\n" + report.output).split(whereSeparator: \.isNewline).map(
                        String.init
                    )
                )
            ])
        }
    }

    /// The program's name, without its folder.
    var program: String { arguments.first?.split(separator: "/").last.map(String.init) ?? "" }
}
