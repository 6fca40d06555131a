/// One digest of everything that an operator had done in a session, for the closing statement.
///
/// Each action is its own SHA-256 over name, zero byte and parameters as they went over the wire. Both ends sort these, because two
/// actions that run side by side have no order that both would see; in front of them stand 32 random bytes that never reach the relay,
/// so that it cannot guess at commands.
public struct ActionDigest: Hashable, Sendable {
    /// How many random bytes stand in front.
    public static let saltByteCount = 32

    /// The actions, in any order.
    public private(set) var actions: [Digest] = []

    /// No actions yet.
    public init() {}

    /// Actions that were written down elsewhere.
    public init(_ actions: [Digest]) { self.actions = actions }

    /// Adds an action.
    public mutating func add(_ name: String, parameters: some Collection<UInt8>) {
        actions.append(Self.digest(of: name, parameters: parameters))
    }

    /// One action's own digest.
    public static func digest(of name: String, parameters: some Collection<UInt8>) -> Digest {
        .sha256(Array(name.utf8) + [0] + parameters)
    }

    /// The digest of all of them.
    ///
    /// - Throws: `badStatement` for a salt of another length.
    public func digest(salt: [UInt8]) throws(ReceiptsError) -> Digest {
        guard salt.count == Self.saltByteCount else {
            throw ReceiptsError(.badStatement, "\(salt.count) bytes of salt instead of \(Self.saltByteCount)")
        }
        var hash = SHA256()
        hash.update(salt)
        for action in actions.sorted(by: { $0.bytes.lexicographicallyPrecedes($1.bytes) }) {
            hash.update(action.bytes)
        }
        return hash.finish()
    }

    /// Whether all of these actions are among those of `other`, as often as here.
    public func isPart(of other: ActionDigest) -> Bool {
        var left: [Digest: Int] = [:]
        for action in other.actions { left[action, default: 0] += 1 }
        for action in actions {
            guard let count = left[action], count > 0 else { return false }
            left[action] = count - 1
        }
        return true
    }
}
