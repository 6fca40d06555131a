import RelayAPI

/// Who may call a route.
enum Access: Sendable, Equatable {
    /// Anybody who can reach the port.
    case anyone
    /// An agent that has joined, by its session token.
    case agent
    /// An operator with at least this role, by client certificate.
    case operators(OperatorRole)
    /// Whoever may see everybody's sessions and money, by client certificate: owners and auditors.
    case bookkeepers
    /// Any operator, or anybody on the relay's own machine.
    case observers
}

/// The caller of a route, after `Access` was checked.
enum Caller: Sendable {
    case anyone(AddressBlock)
    case agent(token: String)
    case `operator`(OperatorIdentity)

    /// The operator; a route that asked for one has one.
    func requireOperator() throws -> OperatorIdentity {
        guard case .operator(let person) = self else { throw Refusal.certificateNeeded }
        return person
    }

    /// The session token; a route that asked for one has one.
    func requireToken() throws -> String {
        guard case .agent(let token) = self else { throw Refusal.tokenNeeded }
        return token
    }
}

extension Access {
    /// Checks the credentials that came with a request.
    ///
    /// - Throws: `Refusal`: 401 where they are missing, 403 where they are not enough.
    func check(
        _ connection: ConnectionIdentity,
        token: String?,
        desk: SupportDesk
    ) async throws -> Caller {
        let directory = desk.directory
        switch self {
        case .anyone:
            return .anyone(AddressBlock(connection.address))
        case .agent:
            guard let token, await desk.isAgent(token) else { throw Refusal.tokenNeeded }
            return .agent(token: token)
        case .operators(let least):
            guard let person = directory.identity(of: connection.peer) else { throw Refusal.certificateNeeded }
            guard person.role.rank >= least.rank else {
                throw Refusal.forbidden("your role \(person.role.rawValue) may not do this (an owner can)")
            }
            return .operator(person)
        case .bookkeepers:
            guard let person = directory.identity(of: connection.peer) else { throw Refusal.certificateNeeded }
            guard person.role != .operator else {
                throw Refusal.forbidden("only owners and auditors see everybody's sessions and invoices")
            }
            return .operator(person)
        case .observers:
            if let person = directory.identity(of: connection.peer) { return .operator(person) }
            guard connection.isLoopback else { throw Refusal.certificateNeeded }
            return .anyone(AddressBlock(connection.address))
        }
    }
}

extension OperatorRole {
    fileprivate var rank: Int {
        switch self {
        case .auditor: 0
        case .operator: 1
        case .owner: 2
        }
    }
}
