import Testing

/// Waits for `condition` to give a value. Bounded: after `limit` the test fails, with all that its programs said.
@discardableResult
func eventually<Value: Sendable>(
    _ what: String,
    within limit: Duration = .seconds(60),
    of programs: Program...,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Value?
) async throws -> Value {
    let clock = ContinuousClock()
    let deadline = clock.now + limit
    while true {
        if let value = try await condition() { return value }
        guard clock.now < deadline else {
            let story = programs.map(\.story).joined()
            Issue.record("not within \(limit): \(what)\n\(story)", sourceLocation: sourceLocation)
            throw Failure("not within \(limit): \(what)")
        }
        try Task.checkCancellation()
        await pause()
    }
}

/// Lets others work before the next look.
func pause() async { try? await Task.sleep(for: .milliseconds(10)) }
