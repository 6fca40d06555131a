/// The keys with which the next connection of a session may be secured, by its number.
///
/// Connection n exports the key of connection n + 1. An end keeps both until it has heard something over connection n: only then the
/// other end is sure to have the next key too. Lower numbers are gone for good, so that whoever finds a key can read nothing that was
/// said before.
public struct ResumptionKeys: Sendable, Equatable {
    /// A key has 32 bytes.
    public static let keyBytes = 32
    /// Connections that one session may have.
    static let mostConnections: UInt32 = 1_000_000

    /// By number; one or two neighbours.
    public private(set) var keys: [UInt32: [UInt8]]

    /// Keys that were written down.
    ///
    /// - Returns: nil where they are none.
    public init?(_ keys: [UInt32: [UInt8]]) {
        let numbers = keys.keys.sorted()
        guard (1...2).contains(numbers.count), numbers[numbers.count - 1] - numbers[0] == UInt32(numbers.count - 1),
            keys.values.allSatisfy({ $0.count == Self.keyBytes })
        else { return nil }
        self.keys = keys
    }

    /// What the first connection exports.
    init(first key: [UInt8]) { keys = [1: key] }

    var lowest: UInt32 { keys.keys.min() ?? 0 }
    var highest: UInt32 { keys.keys.max() ?? 0 }

    /// Which connection both ends can make, given the numbers of the other end's keys.
    func number(lowest otherLowest: UInt32, highest otherHighest: UInt32) -> UInt32? {
        let number = min(highest, otherHighest)
        return number >= otherLowest && keys[number] != nil && number <= Self.mostConnections ? number : nil
    }

    /// Connection `number` is secured; it exports `next`.
    mutating func secured(_ number: UInt32, next: [UInt8]) {
        guard let key = keys[number] else { return }
        keys = [number: key, number + 1: next]
    }

    /// The other end has spoken over connection `number`.
    mutating func heard(_ number: UInt32) {
        guard keys[number + 1] != nil else { return }
        keys[number] = nil
    }
}
