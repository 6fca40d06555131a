/// What a check of the whole ledger found.
public struct VerifyReport: Hashable, Sendable, Codable {
    /// The number of entries in the file.
    public let entries: Int64
    /// Whether everything is as it was written.
    public let ok: Bool
    /// The first entry that is wrong or missing, or that a wrong row comes from; none where all is well or where the
    /// problem belongs to no entry.
    public let firstBad: Int64?
    /// One sentence about the first problem.
    public let problem: String?
}
