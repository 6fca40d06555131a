import Contracts

extension Contract {
    /// Whether work in a category may cost more than in the one that was agreed to; to such a one a session changes with the client's
    /// consent alone (rule 13).
    ///
    /// Dearer is a higher price of an hour, of an hour that the included time does not cover, and time that the included time would have
    /// covered and does not any more. A category that there is not is dearer than any.
    public func isDearer(_ category: String, than agreed: String) -> Bool {
        guard let new = try? SessionPricing(self, category: category),
            let old = try? SessionPricing(self, category: agreed)
        else { return true }
        let isFree = new.category.kind == .warranty || (new.rate == 0 && new.uncoveredRate == 0)
        guard !isFree else { return false }
        guard old.category.kind != .warranty, new.rate <= old.rate, new.uncoveredRate <= old.uncoveredRate else {
            return true
        }
        return retainer != nil && old.usesQuota && !new.usesQuota
    }
}
