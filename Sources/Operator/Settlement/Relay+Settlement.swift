import RelayAPI

extension Relay {
    /// Writes work down that no session was for.
    public func record(_ work: NewWorkRecord) async throws -> SessionRecord { try await post(RelayRoute.records, work) }

    /// Gives a session back in this month.
    public func credit(session: String, reason: String, asWarranty: Bool) async throws -> SessionCreditAnswer {
        try await post(
            RelayRoute.session(session, "credit"),
            CreditRequest(reason: reason, asWarranty: asWarranty)
        )
    }

    /// Ends a contract with a day, `2026-12-31`; nil takes that back.
    public func endContract(_ contract: String, on day: String?) async throws -> ContractEndAnswer {
        try await post(RelayRoute.contract(contract, "end"), ContractEndRequest(endsOn: day))
    }

    /// Adds included time, in seconds; negative takes it back.
    public func balanceQuota(_ contract: String, seconds: Int64) async throws -> QuotaBalanceAnswer {
        try await post(RelayRoute.contract(contract, "balance"), QuotaBalanceRequest(seconds: seconds))
    }
}
