import Contracts

extension Terms {
    /// Days in which a consumer may withdraw from a contract made at a distance (§ 355 (2) BGB), and one more, since the day of an offer
    /// is read in UTC here: better a request too many than one that is missing.
    private static let withdrawalDays = 14 + 1

    /// Whether the client has to ask expressly for work to begin before the time to withdraw is over.
    ///
    /// Without that request a consumer who withdraws owes nothing for what was done, and the right to withdraw does not end with the work
    /// (§ 356 (4), § 357a (2) BGB).
    public func asksForEarlyStart(under contract: Contract) -> Bool {
        guard contract.client.kind == .consumer, let signed = contract.signedOn,
            let today = try? LocalDate.parse(String(offeredAt.prefix(10)))
        else { return false }
        return today.daysSinceEpoch <= signed.daysSinceEpoch + Self.withdrawalDays
    }
}
