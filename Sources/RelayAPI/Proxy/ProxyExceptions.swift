import NIOCore

/// What is reached without a proxy: the list in `NO_PROXY`.
///
/// Its items stand between commas or white space. A name means the host of that name and all below it, with or without a dot or
/// `*.` in front; an IP address means itself, and with `/BITS` its network; `:PORT` behind either narrows it to that port; `*`
/// means everything. An item that is none of these means nothing.
struct ProxyExceptions: Sendable, Equatable {
    private enum Place: Equatable {
        case anywhere
        case domain(String)
        case network([UInt8], bits: Int)
    }

    private struct Item: Equatable {
        var place: Place
        var port: Int?
    }

    private let items: [Item]

    init(_ list: String) {
        items = list.lowercased().split { $0 == "," || $0.isWhitespace }.compactMap(Self.item)
    }

    /// Whether `relay` is reached without a proxy.
    func contains(_ relay: RelayEndpoint) -> Bool {
        let host = Self.withoutFinalDot(relay.host.lowercased())
        let address = Self.address(host)
        return items.contains { item in
            guard item.port == nil || item.port == relay.port else { return false }
            switch item.place {
            case .anywhere: return true
            case .domain(let domain): return address == nil && (host == domain || host.hasSuffix(".\(domain)"))
            case .network(let network, let bits): return address.map { Self.agree($0, network, bits: bits) } ?? false
            }
        }
    }

    private static func item(_ text: Substring) -> Item? {
        if text == "*" { return Item(place: .anywhere) }
        var host = text
        var port: Int?
        if text.first == "[" {
            guard let close = text.firstIndex(of: "]") else { return nil }
            host = text[text.index(after: text.startIndex)..<close]
            let tail = text[text.index(after: close)...]
            // Behind the bracket stands the length of a network, or a port.
            if tail.first == "/" {
                host += tail
            } else if !tail.isEmpty {
                guard tail.first == ":", let number = Int(tail.dropFirst()) else { return nil }
                port = number
            }
        } else if text.count(where: { $0 == ":" }) == 1, let colon = text.firstIndex(of: ":") {
            guard let number = Int(text[text.index(after: colon)...]) else { return nil }
            host = text[..<colon]
            port = number
        }
        return place(host).map { Item(place: $0, port: port) }
    }

    private static func place(_ host: Substring) -> Place? {
        let parts = host.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        if let address = address(String(parts[0])) {
            guard parts.count == 2 else { return .network(address, bits: address.count * 8) }
            guard let bits = Int(parts[1]), (0...address.count * 8).contains(bits) else { return nil }
            return .network(address, bits: bits)
        }
        guard parts.count == 1 else { return nil }
        var domain = host
        if domain.hasPrefix("*.") { domain.removeFirst() }
        while domain.first == "." { domain.removeFirst() }
        return domain.isEmpty ? nil : .domain(withoutFinalDot(String(domain)))
    }

    private static func withoutFinalDot(_ name: String) -> String {
        name.hasSuffix(".") ? String(name.dropLast()) : name
    }

    /// 4 or 16 bytes; nil for what is no address.
    private static func address(_ text: String) -> [UInt8]? {
        guard let address = try? SocketAddress(ipAddress: text, port: 0) else { return nil }
        return switch address {
        case .v4(let address): withUnsafeBytes(of: address.address.sin_addr) { Array($0) }
        case .v6(let address): withUnsafeBytes(of: address.address.sin6_addr) { Array($0) }
        case .unixDomainSocket: nil
        }
    }

    private static func agree(_ one: [UInt8], _ other: [UInt8], bits: Int) -> Bool {
        guard one.count == other.count else { return false }
        let whole = bits / 8
        guard one.prefix(whole) == other.prefix(whole) else { return false }
        guard bits % 8 != 0 else { return true }
        return (one[whole] ^ other[whole]) >> (8 - bits % 8) == 0
    }
}
