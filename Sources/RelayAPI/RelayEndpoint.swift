/// Where a relay is: `https://HOST:PORT`.
public struct RelayEndpoint: Sendable, Hashable, CustomStringConvertible {
    /// A DNS name or an IP address, IPv6 without brackets.
    public let host: String
    /// 1…65535.
    public let port: Int

    /// An endpoint.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `https://HOST:PORT`; the port is 443 where none is given.
    ///
    /// - Throws: `RelayAPIError` (`badAddress`) for anything else, also for a path, user or query.
    public init(url: String) throws {
        let bad = RelayAPIError(kind: .badAddress, diagnostics: url)
        guard url.hasPrefix("https://") else { throw bad }
        var rest = url.dropFirst("https://".count)
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        guard !rest.isEmpty, !rest.contains(where: { "/?#@ ".contains($0) || $0.asciiValue == nil }) else { throw bad }
        var portText: Substring = "443"
        if rest.first == "[" {
            guard let close = rest.firstIndex(of: "]") else { throw bad }
            host = String(rest[rest.index(after: rest.startIndex)..<close])
            let tail = rest[rest.index(after: close)...]
            if !tail.isEmpty {
                guard tail.first == ":" else { throw bad }
                portText = tail.dropFirst()
            }
        } else {
            let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count <= 2, let name = parts.first else { throw bad }
            host = String(name)
            if parts.count == 2 { portText = parts[1] }
        }
        guard !host.isEmpty, let port = Int(portText), (1...65_535).contains(port) else { throw bad }
        self.port = port
    }

    /// `https://HOST:PORT`.
    public var description: String { "https://\(authority)" }

    /// `HOST:PORT`, as in a `Host` header.
    public var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
