import Billing
import Contracts
import Ledger
import Logging

/// The moment at which a session that runs on reaches its contract's cap.
struct CapWatch: Sendable {
    /// The session's time at which its end would not exceed the cap yet: one second later it would.
    let reachedAt: Int64
    /// Whether the session ends then: `stop`, and `needConsent` as long as nobody has agreed to more.
    let endsSession: Bool
    /// What operator and client are told.
    let notice: String
}

extension SupportDesk {
    /// What the ledger says of a session that a cap ended.
    static let capReason = "the agreed upper limit is reached"

    /// Finds out when a session reaches the cap; asked anew whenever its clock goes on or its price changes.
    func watchCap(_ session: String) async {
        running[session]?.cap = nil
        running[session]?.capRevision += 1
        guard let current = running[session], current.pausedBy.isEmpty else { return }
        do {
            guard let version = try await ledger.contract(current.contract, version: current.version) else { return }
            let contract = try Self.terms(of: version)
            guard let cap = contract.cap, let record = try await ledger.session(session) else { return }
            let forecast = try await accounts.capForecast(
                of: record,
                at: current.instant(clock),
                within: current.maximumSeconds
            )
            guard let forecast, running[session]?.capRevision == current.capRevision else { return }
            running[session]?.cap = CapWatch(
                reachedAt: forecast.reachedAt.seconds,
                endsSession: cap.onReach != .warn,
                notice: Self.notice(forecast.limit, of: contract)
            )
        } catch {
            logger.error("a cap cannot be watched", metadata: ["session": "\(session)", "error": "\(error)"])
        }
    }

    /// Says so, or ends the session, where a cap is reached (rule 12).
    func enforceCaps() async {
        for session in running.values {
            guard let cap = session.cap, session.pausedBy.isEmpty, session.pendingEnd == nil,
                session.instant(clock) >= cap.reachedAt
            else {
                continue
            }
            if cap.endsSession {
                await end(lost: session.session, Self.capReason)
            } else if session.capNotice == nil {
                running[session.session]?.capNotice = cap.notice
                do {
                    try await ledger.addNote(session.session, text: cap.notice, by: .relay)
                } catch {
                    // Said again with the next tick, until it is in the ledger too.
                    running[session.session]?.capNotice = nil
                    logger.error("a notice is not written yet", metadata: ["session": "\(session.session)"])
                }
            }
        }
    }

    private static func notice(_ limit: CapForecast.Limit, of contract: Contract) -> String {
        let (cents, english, german) =
            switch limit {
            case .session: (contract.cap?.perSessionCents, "a session", "eine Sitzung")
            case .month: (contract.cap?.perMonthCents, "a month", "einen Monat")
            }
        let amount = "\(Cents.text(cents ?? 0)) \(contract.currency)"
        return contract.language == .german
            ? "Die vereinbarte Obergrenze von \(amount) für \(german) ist erreicht."
            : "The agreed upper limit of \(amount) for \(english) is reached."
    }
}
