import SupportChannel

extension SessionHolder {
    /// Measures again and again how far away the client's machine is.
    func watchDistance() async {
        let agent = session.agent
        repeat {
            noteRoundTrip(try? await withDeadline(Self.farthest) { try await agent.roundTrip() })
        } while (try? await Task.sleep(for: Self.relayInterval)) != nil
    }

    /// Who is farther away is not there.
    private static let farthest: Duration = .seconds(10)
}
