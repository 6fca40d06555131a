import NIOCore
import RelayAPI
import SupportChannel
import TerminalText

extension SessionHolder {
    /// Takes the connection up again where it breaks, for as long as the relay keeps the session.
    func watchConnection() async {
        guard let connection = session.connection else { return }
        await withTaskGroup(of: Void.self) { group in
            for await event in connection.events {
                switch event {
                case .interrupted(let quiet):
                    // Where the session has ended nothing has to go on.
                    guard end == nil else {
                        group.addTask { await connection.close() }
                        continue
                    }
                    _ = setConnected(false, quiet: .nanoseconds(quiet.nanoseconds))
                    await heard(
                        "the connection to the client is lost; nothing is billed until it is back, and what runs there goes on (trying again)"
                    )
                    group.addTask { await self.takeUp(connection) }
                case .restored:
                    guard let away = setConnected(true) else { continue }
                    await heard("the connection is back after \(DurationText.clock(away.components.seconds))")
                case .replaced: continue
                }
            }
            group.cancelAll()
        }
    }

    private func takeUp(_ connection: ResumableConnection<OperatorEnd>) async {
        let limit = ContinuousClock.now + SessionResumption.limit
        while !Task.isCancelled, end == nil, ContinuousClock.now < limit {
            do {
                return try await relay.takeUp(connection, invitation: session.consent.invitation)
            } catch {
                if SessionResumption.isFinal(error) {
                    await relayEnded()
                    break
                }
                guard (try? await Task.sleep(for: SessionResumption.pause)) != nil else { return }
            }
        }
        // Nothing will carry it any more: whoever waits for the agent hears that.
        if !Task.isCancelled { await connection.close() }
    }

    /// The relay does not keep the session any more: says who ended it.
    private func relayEnded() async {
        guard let record = try? await relay.record(session: session.id), record.endedAt != nil else { return }
        if record.endedBy == "client" {
            await finish(.byAgent(.ended, billedSeconds: record.billedSeconds))
        } else if let end = unheardEnd(record) {
            await finish(end)
        }
    }
}
