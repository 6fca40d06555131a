import NIOConcurrencyHelpers
import NIOCore

/// How many connections there may be, in all and from one address, so that one caller cannot take every place.
final class ConnectionLimits: Sendable {
    private struct Counts {
        var total = 0
        var perAddress: [AddressBlock: Int] = [:]
    }

    private let maximum: Int
    private let maximumPerAddress: Int
    private let counts = NIOLockedValueBox(Counts())
    private let gauge: @Sendable (Int) -> Void

    /// - Parameter gauge: is told the new total.
    init(maximum: Int, maximumPerAddress: Int, gauge: @escaping @Sendable (Int) -> Void) {
        self.maximum = maximum
        self.maximumPerAddress = maximumPerAddress
        self.gauge = gauge
    }

    /// Counts `channel` until it closes; `false` where there is no place.
    func admit(_ channel: any Channel) -> Bool {
        let block = AddressBlock(channel.remoteAddress)
        let total = counts.withLockedValue { counts -> Int? in
            guard counts.total < maximum, counts.perAddress[block, default: 0] < maximumPerAddress else { return nil }
            counts.total += 1
            counts.perAddress[block, default: 0] += 1
            return counts.total
        }
        guard let total else { return false }
        gauge(total)
        channel.closeFuture.whenComplete { _ in self.release(block) }
        return true
    }

    private func release(_ block: AddressBlock) {
        let total = counts.withLockedValue { counts in
            counts.total -= 1
            counts.perAddress[block, default: 1] -= 1
            if counts.perAddress[block] == 0 { counts.perAddress[block] = nil }
            return counts.total
        }
        gauge(total)
    }
}

/// The unit in which addresses are counted: one IPv4 address, or the /64 that one IPv6 subscriber has.
struct AddressBlock: Hashable, Sendable, CustomStringConvertible {
    let description: String

    init(_ address: SocketAddress?) {
        switch address {
        case .v4?:
            description = address?.ipAddress ?? "unknown"
        case .v6(let v6)?:
            let bytes = withUnsafeBytes(of: v6.address.sin6_addr) { Array($0) }
            if bytes.prefix(12).elementsEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]) {
                // An IPv4 address on a socket that takes both (RFC 4291 §2.5.5.2).
                description = bytes.suffix(4).map(String.init).joined(separator: ".")
            } else {
                description = bytes.prefix(8).map { String($0, radix: 16) }.joined(separator: ":") + "/64"
            }
        default:
            description = "local"
        }
    }

    init(_ text: String) { description = text }
}
