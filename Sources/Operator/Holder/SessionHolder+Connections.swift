import SupportChannel

extension SessionHolder {
    /// Lets one connection of a forward through to the agent: frames both ways, until both ends have said that nothing more comes.
    ///
    /// Unlike another action it goes on when the agent's direction has ended. It is no action of its own in the closing statement: the
    /// forward that it belongs to is.
    func carryConnection(_ action: IncomingAction) async throws {
        do {
            try await session.agent.perform(action.name, parameters: action.parameters) { replies, requests in
                let answers = try await action.accept()
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { while let frame = try await action.input.next() { try await requests.send(frame) } }
                    group.addTask {
                        while let frame = try await replies.next() { try await answers.send(frame) }
                        try await answers.finish()
                    }
                    // Not `waitForAll`, which lets the other finish before it tells of an error.
                    while try await group.next() != nil {}
                }
            }
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            // A stream that breaks resets the other one, and with it the connection there.
            throw CancellationError()
        }
    }
}
