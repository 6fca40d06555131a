/// `ADDRESS:PORT`; an IPv6 address stands in brackets.
public struct ListenAddress: Sendable, Equatable {
    /// An IP address or a name.
    public let host: String
    /// 0…65535; 0 picks a free one.
    public let port: Int

    /// Reads `ADDRESS:PORT`; `nil` for anything else.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65_535).contains(port)
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty, !host.contains(where: \.isWhitespace) else { return nil }
        self.host = String(host)
        self.port = port
    }
}
