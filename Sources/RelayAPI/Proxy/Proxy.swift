import FoundationEssentials

/// An HTTP proxy, such as a company's, that may let connections through with `CONNECT` (RFC 9110 §9.3.6).
///
/// User name and password go to the proxy and nowhere else: no description has them.
public struct Proxy: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible {
    /// A DNS name or an IP address, IPv6 without brackets.
    public let host: String
    /// 1…65535.
    public let port: Int
    /// The value of `Proxy-Authorization` (RFC 7617 §2); nil where no user name was given.
    let authorization: String?

    /// Whether a user name was given.
    public var hasPassword: Bool { authorization != nil }

    /// `http://HOST:PORT`.
    public var description: String { "http://\(RelayEndpoint(host: host, port: port).authority)" }

    /// The same, so that no dump shows the password.
    public var debugDescription: String { description }

    /// What is wrong with the address of a proxy.
    enum Mistake: Error, Equatable {
        /// Not `http://HOST:PORT`.
        case malformed
        /// A proxy of a kind that is not spoken here, `socks5`.
        case scheme(String)
    }

    /// The port of an address that names none, as curl has it.
    static let standardPort = 1080

    /// Reads `http://USER:PASSWORD@HOST:PORT`, in which scheme, user, password and port may be missing.
    ///
    /// Whatever follows the port is ignored, as curl does. A `%` that is no escape stands for itself.
    init(url: String) throws(Mistake) {
        var rest = Substring(url)
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        if let colon = rest.firstRange(of: "://") {
            let scheme = rest[..<colon.lowerBound].lowercased()
            guard scheme == "http" else {
                let isPlain = scheme.utf8.count <= 12 && scheme.utf8.allSatisfy { $0.isLetterOrDigit }
                throw isPlain && !scheme.isEmpty ? .scheme(scheme) : .malformed
            }
            rest = rest[colon.upperBound...]
        }
        rest = rest.prefix { !"/?#".contains($0) }
        let at = rest.lastIndex(of: "@")
        authorization = if let at { try Self.authorization(rest[..<at]) } else { nil }
        (host, port) = try Self.place(at.map { rest[rest.index(after: $0)...] } ?? rest)
    }

    private static func place(_ text: Substring) throws(Mistake) -> (String, Int) {
        let hasPort = text.first == "[" ? text.last != "]" : text.contains(":")
        let address = hasPort ? String(text) : "\(text):\(standardPort)"
        guard let place = try? RelayEndpoint(url: "https://\(address)"),
            place.host.utf8.allSatisfy({ $0.isLetterOrDigit || "-._:%".utf8.contains($0) })
        else { throw .malformed }
        return (place.host, place.port)
    }

    /// `Basic` and base64 of `USER:PASSWORD` in UTF-8.
    private static func authorization(_ text: Substring) throws(Mistake) -> String {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let user = unescaped(parts[0])
        let password = parts.count == 2 ? unescaped(parts[1]) : []
        // RFC 7617 §2: no colon in the name, no control characters in either.
        guard !user.contains(UInt8(ascii: ":")), !(user + password).contains(where: { $0 < 0x20 || $0 == 0x7f }) else {
            throw .malformed
        }
        return "Basic " + Data(user + [UInt8(ascii: ":")] + password).base64EncodedString()
    }

    private static func unescaped(_ text: Substring) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let escaped = Hexadecimal.decode(String(decoding: rest.prefix(2), as: UTF8.self))
            {
                bytes += escaped
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }
}

extension UInt8 {
    var isLetterOrDigit: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
