/// Where a forward begins and where it leads: `LOCALPORT:HOST:PORT`.
public struct ForwardRoute: Sendable, Equatable {
    /// The port on this machine's loopback address; 0: the system picks one.
    public var localPort: Int
    /// A name or an address, as the client's machine resolves it.
    public var host: String
    /// The port there.
    public var port: Int

    /// Reads `5433:db.internal:5432`, `0:[::1]:80`.
    ///
    /// - Throws: `OperatorError` (`usage`).
    public init(_ text: String) throws {
        let local = text.prefix { $0 != ":" }
        let rest = text.dropFirst(local.count + 1)
        guard let colon = rest.lastIndex(of: ":"), let localPort = Self.number(local), (0...65535).contains(localPort),
            let port = Self.number(rest[rest.index(after: colon)...]), (1...65535).contains(port)
        else { throw Self.wrong(text) }
        var host = rest[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            throw Self.wrong(text)
        }
        guard !host.isEmpty, !host.contains(where: { $0.isWhitespace || $0 == "/" }) else { throw Self.wrong(text) }
        (self.localPort, self.host, self.port) = (localPort, String(host), port)
    }

    private static func number(_ text: Substring) -> Int? {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
    }

    private static func wrong(_ text: String) -> OperatorError {
        OperatorError(
            .usage,
            "\"\(text)\" is no forward (write LOCALPORT:HOST:PORT, like 5433:db.internal:5432; 0 picks a port)"
        )
    }

    /// `db.internal:5432`.
    var target: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
