import NIOConcurrencyHelpers
import NIOCore

/// How many connections there may be: in all, from one address, and of those that have not proved who they are. So one caller cannot take
/// every place, and strangers cannot take all memory.
final class ConnectionLimits: Sendable {
    /// What is used of the limits.
    struct Usage: Sendable, Equatable {
        var connections = 0
        /// Connections of the address that has the most.
        var perAddress = 0
        var strangers = 0
        /// How long the stranger has been here that has been here longest, in seconds.
        var longestStrangerSeconds: Int64 = 0
    }

    /// The most memory that the TLS and HTTP layers keep for a connection that has not proved who it is, in bytes.
    static let strangerBytes = 64 * 1024

    private struct Counts {
        var total = 0
        var perAddress: [AddressBlock: Int] = [:]
        /// Connections that have proved nothing → since when they are there.
        var strangers: [ObjectIdentifier: NIODeadline] = [:]
    }

    private let maximum: Int
    private let maximumPerAddress: Int
    private let maximumStrangers: Int
    private let counts = NIOLockedValueBox(Counts())

    init(maximum: Int, maximumPerAddress: Int, maximumStrangers: Int = .max) {
        self.maximum = maximum
        self.maximumPerAddress = maximumPerAddress
        self.maximumStrangers = maximumStrangers
    }

    /// Counts `channel` until it closes, as a stranger's; `false` where there is no place.
    func admit(_ channel: any Channel, at now: NIODeadline = .now()) -> Bool {
        let block = AddressBlock(channel.remoteAddress)
        let id = ObjectIdentifier(channel)
        let isAdmitted = counts.withLockedValue { counts in
            guard counts.total < maximum, counts.perAddress[block, default: 0] < maximumPerAddress,
                counts.strangers.count < maximumStrangers
            else { return false }
            counts.total += 1
            counts.perAddress[block, default: 0] += 1
            counts.strangers[id] = now
            return true
        }
        guard isAdmitted else { return false }
        channel.closeFuture.whenComplete { _ in self.release(block, id) }
        return true
    }

    /// Whoever is at the other end has proved who they are.
    func recognize(_ channel: any Channel) {
        counts.withLockedValue { $0.strangers[ObjectIdentifier(channel)] = nil }
    }

    /// Open connections.
    var total: Int { counts.withLockedValue { $0.total } }

    func usage(at now: NIODeadline = .now()) -> Usage {
        counts.withLockedValue { counts in
            let longest = counts.strangers.values.min().map { (now - $0).nanoseconds / 1_000_000_000 }
            return Usage(
                connections: counts.total,
                perAddress: counts.perAddress.values.max() ?? 0,
                strangers: counts.strangers.count,
                longestStrangerSeconds: max(0, longest ?? 0)
            )
        }
    }

    private func release(_ block: AddressBlock, _ id: ObjectIdentifier) {
        counts.withLockedValue { counts in
            counts.total -= 1
            counts.perAddress[block, default: 1] -= 1
            if counts.perAddress[block] == 0 { counts.perAddress[block] = nil }
            counts.strangers[id] = nil
        }
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
