import HTTPTypes
import Hummingbird
import RelayAPI

extension RelayAPIRoutes {
    /// What changes an account without a session's clock. Own work is every operator's to write down; money, term and
    /// quota are the owner's.
    var settlement: [APIRoute] {
        let (session, contract) = (RelayRoute.sessions + "/:id/", RelayRoute.contracts + "/:id/")
        return [
            APIRoute(method: .post, path: RelayRoute.records, access: .operators(.operator)) { request, caller in
                let work = try await request.body(NewWorkRecord.self)
                let record = try await desk.record(work, by: caller.requireOperator())
                return try .json(try await desk.message(record), status: .created)
            },
            APIRoute(method: .post, path: session + "credit", access: .operators(.owner)) { request, caller in
                let credit = try await request.body(CreditRequest.self)
                let id = try request.parameter("id")
                return try .json(
                    try await desk.credit(id, credit, by: caller.requireOperator()),
                    status: .created
                )
            },
            APIRoute(method: .post, path: contract + "end", access: .operators(.owner)) { request, caller in
                let end = try await request.body(ContractEndRequest.self)
                let id = try request.parameter("id")
                return try .json(try await desk.settlement.end(id, end, by: caller.requireOperator()))
            },
            APIRoute(method: .post, path: contract + "balance", access: .operators(.owner)) { request, caller in
                let balance = try await request.body(QuotaBalanceRequest.self)
                let id = try request.parameter("id")
                return try .json(try await desk.balance(id, balance, by: caller.requireOperator()))
            },
        ]
    }
}
