// The JSON of a diagnosis:
//
//   diagnose DiagnoseParameters → for each check source (its output; twice its index, and one more for standard error), then notice
//                                 CheckNotice; last, result DiagnoseResult. Checks come in the order in which they end.

/// Commands that only look, to be agreed to together.
public struct DiagnoseParameters: Codable, Sendable, Equatable {
    /// What is asked for; at most ``mostChecks``.
    public var checks: [CheckCommand]

    /// More the agent does not take at once.
    public static let mostChecks = 64
    /// How many the agent runs at a time.
    public static let width = 4
    /// How long one may take, in seconds.
    public static let longestSeconds: Int64 = 10
    /// How much of one's output, both streams together, is sent, in bytes.
    public static let longestOutput = 256 * 1024

    /// Parameters.
    public init(checks: [CheckCommand]) { self.checks = checks }
}

/// One command of a diagnosis.
public struct CheckCommand: Codable, Sendable, Equatable {
    /// Under which name the operator's end knows it.
    public var id: String
    /// argv; the first is the program.
    public var arguments: [String]

    /// A check.
    public init(id: String, arguments: [String]) {
        self.id = id
        self.arguments = arguments
    }
}

/// One check has ended; its output was sent before.
public struct CheckNotice: Codable, Sendable, Equatable {
    /// What came of it.
    public enum Outcome: String, Codable, Sendable {
        /// It ran to its end.
        case ended
        /// It was stopped because it wrote more than is sent.
        case cut
        /// It was stopped because its time was up.
        case timedOut
        /// There is no such program.
        case absent
        /// It could not be run.
        case failed
        /// The contract does not allow it.
        case notAllowed
    }

    /// Index in `DiagnoseParameters.checks`.
    public var index: Int
    /// What came of it.
    public var outcome: Outcome
    /// Its exit status, 128 + signal where one ended it.
    public var status: Int32?
    /// One sentence where there is more to say.
    public var reason: String?
    /// How long it took.
    public var milliseconds: Int64

    /// A notice.
    public init(index: Int, outcome: Outcome, status: Int32? = nil, reason: String? = nil, milliseconds: Int64 = 0) {
        self.index = index
        self.outcome = outcome
        self.status = status
        self.reason = reason
        self.milliseconds = milliseconds
    }
}

/// How a diagnosis ended.
public struct DiagnoseResult: Codable, Sendable, Equatable {
    /// Whether every check was taken to its end.
    public var isWhole: Bool?
    /// One sentence where it was not.
    public var message: String?
    /// How often something was blacked out on the client's machine, by kind.
    public var redactions: [String: Int64]?

    /// A result.
    public init(isWhole: Bool?, message: String? = nil, redactions: [String: Int64]? = nil) {
        self.isWhole = isWhole
        self.message = message
        self.redactions = redactions
    }
}
