import Testing

extension Stage {
    /// Starts a remote command that does not end by itself, and waits until it runs.
    ///
    /// - Returns: `lotse run`, and the argument by which the remote process is known.
    func longCommand() async throws -> (run: Program, argument: String) {
        // sleep(1) of this system takes fractions; this one is nobody else's.
        let argument = "86400.\(UInt32.random(in: 100_000_000...999_999_999))"
        remember(remote: argument)
        let run = try lotse("run", "--", "sleep", argument, input: .open)
        try await eventually("the remote command runs", of: run) {
            Processes.with(argument: argument).contains { Processes.arguments(of: $0).first == "sleep" } ? true : nil
        }
        return (run, argument)
    }

    /// Waits until no process has this argument any more.
    func isGone(
        _ argument: String,
        within limit: Duration = .seconds(20),
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await eventually("the remote command is gone", within: limit, sourceLocation: sourceLocation) {
            Processes.with(argument: argument).isEmpty ? true : nil
        }
    }

    /// Waits until the session's holder has ended.
    func holderIsGone(_ session: Session, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await eventually("the holder is gone", within: .seconds(20), sourceLocation: sourceLocation) {
            self.holders(of: session.invitation.invitation).isEmpty ? true : nil
        }
    }
}
