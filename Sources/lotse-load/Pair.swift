import NIOCore

/// Two ends whose bytes go through what is measured.
struct Pair: Sendable {
    let agent: End
    let operatorEnd: End

    /// Whether both connections stand.
    var isAlive: Bool { agent.channel.isActive && operatorEnd.channel.isActive }

    /// Shows that bytes go through, both ways.
    func greet() async throws {
        try await exchange(1)
    }

    /// Sends `count` bytes each way, and waits until they have come.
    func exchange(_ count: Int) async throws {
        let (before, other) = (operatorEnd.receiver.bytes, agent.receiver.bytes)
        async let sent: Void = agent.send(count)
        async let answered: Void = operatorEnd.send(count)
        _ = try await (sent, answered)
        try await operatorEnd.receiver.wait(for: before + count)
        try await agent.receiver.wait(for: other + count)
    }
}

/// What pairs go through.
protocol Way: Sendable {
    /// Makes one more pair, through which bytes go both ways.
    func pair() async throws -> Pair
}

extension Way {
    /// Makes `count` pairs.
    func pairs(_ count: Int) async throws -> [Pair] {
        var pairs: [Pair] = []
        for _ in 0..<count { pairs.append(try await pair()) }
        return pairs
    }
}
