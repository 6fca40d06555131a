import Testing

extension Stage {
    /// The relay's counters whose names begin with `prefix`, as `/metrics` shows them to this machine.
    func metrics(_ prefix: String) async throws -> [String: String] {
        let client = try start(
            "openssl",
            ["s_client", "-connect", "127.0.0.1:\(port)", "-quiet", "-ign_eof"],
            input: .text("GET /metrics HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n\r\n")
        )
        try await client.ended()
        let lines = client.output.split(whereSeparator: \.isNewline).filter { $0.hasPrefix(prefix) }
        guard !lines.isEmpty else { throw Failure("no metrics \(prefix)…\n\(client.story)") }
        return Dictionary(
            lines.map { line in
                let words = line.split(separator: " ")
                return (String(words[0]), words.count > 1 ? String(words[1]) : "")
            },
            uniquingKeysWith: { first, _ in first }
        )
    }
}
