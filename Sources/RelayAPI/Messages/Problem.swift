/// The one body of every answer that is not a success.
public struct Problem: Codable, Sendable, Equatable, Error {
    /// A stable word for programs, such as `codeNotValid`.
    public var code: String
    /// One sentence for people: what failed, and what to do next.
    public var message: String
    /// Seconds to wait before asking again, where that helps.
    public var retryAfterSeconds: Int64?

    /// A problem.
    public init(code: String, message: String, retryAfterSeconds: Int64? = nil) {
        self.code = code
        self.message = message
        self.retryAfterSeconds = retryAfterSeconds
    }
}
