import Billing
import Contracts
import FoundationEssentials
import Invoicing
import RelayAPI
import TimeZoneFiles

/// `lotse simulate`: what sessions would cost under a contract that need not be anybody's yet.
public struct Simulating: Sendable {
    private let contract: Contract
    private let zone: TimeZoneRules
    private let sessions: [WorkSession]

    /// A simulation of sessions, in any order.
    ///
    /// - Throws: `OperatorError` where this machine does not know the contract's time zone.
    public init(contract: Contract, sessions: [WorkSession]) throws {
        guard let zone = TimeZoneFile.rules(of: contract.timeZone) else {
            throw OperatorError(
                .contract,
                "this machine does not know the time zone \(contract.timeZone) (install tzdata)"
            )
        }
        self.contract = contract
        self.zone = zone
        self.sessions = sessions
    }

    /// The sessions that are written down in a file, JSON as `lotse simulate --help` shows it.
    ///
    /// - Throws: `OperatorError` with what is wrong, as exactly as JSON lets it be said.
    public static func sessions(file: String) throws -> [WorkSession] {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw OperatorError(.contract, "\(file) cannot be read (check its name)")
        }
        do {
            return try JSONDecoder().decode([WorkSession].self, from: data)
        } catch {
            throw OperatorError(.contract, "\(file): \(Self.sentence(error)) (lotse simulate --help shows the form)")
        }
    }

    /// Those that ended within a stretch: after `from`, and not after `to`.
    public static func within(_ from: Instant?, _ to: Instant?, _ sessions: [WorkSession]) -> [WorkSession] {
        sessions.filter { session in
            (from.map { session.endedAt > $0 } ?? true) && (to.map { session.endedAt <= $0 } ?? true)
        }
    }

    /// As `--json` prints it.
    public func result() throws -> Simulation.Result {
        try Simulation(contract: contract, zone: zone, sessions: sessions).result()
    }

    /// Without contract and with it, side by side, from the month of the first session on: fees of months before it would have
    /// nothing to stand beside.
    public func comparison() throws -> SimulationComparison {
        var terms = contract
        if let first = sessions.map(\.startedAt).min() {
            let day = zone.date(at: first)
            let month = LocalDate(year: day.year, month: day.month, day: 1) ?? day
            terms.validFrom = max(terms.validFrom, month)
        }
        return try SimulationComparison(contract: terms, zone: zone, sessions: sessions)
    }

    private static func sentence(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return "\(error)" }
        func place(_ path: [any CodingKey]) -> String {
            guard let first = path.first?.intValue else { return "the list" }
            let names = path.dropFirst().map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
            return "session \(first + 1)\(names)"
        }
        switch error {
        case .keyNotFound(let key, let context): return "\(place(context.codingPath)) has no \(key.stringValue)"
        case .valueNotFound(_, let context), .typeMismatch(_, let context):
            return "\(place(context.codingPath)) is of the wrong kind"
        case .dataCorrupted(let context):
            return context.codingPath.isEmpty
                ? "this is no list of sessions in JSON" : "\(place(context.codingPath)): \(context.debugDescription)"
        @unknown default: return "this is no list of sessions in JSON"
        }
    }
}

extension Relay {
    /// The sessions of a contract that have ended, as billing sees them.
    public func workSessions(contract: String) async throws -> [WorkSession] {
        try await get(RelayRoute.work(contract: contract))
    }
}
