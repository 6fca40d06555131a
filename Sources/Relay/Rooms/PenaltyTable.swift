/// How long an address must wait after it guessed.
///
/// An unknown room costs 5 s, a failed confirmation 60 s, doubling with each further one to 600 s. The table is bounded: where it
/// is full, the entries that end first make room. Its time is monotonic seconds: nobody waits for a wall clock that was set back.
struct PenaltyTable: Sendable {
    enum Offence: Sendable {
        case unknownRoom
        case failedConfirmation

        fileprivate var seconds: Int64 { self == .unknownRoom ? 5 : 60 }
    }

    private struct Entry {
        var until: Int64
        var seconds: Int64
    }

    /// The longest penalty, and how long an offence is remembered after its penalty is over.
    private static let longest: Int64 = 600

    private let capacity: Int
    private var entries: [AddressBlock: Entry] = [:]

    init(capacity: Int = 10_000) { self.capacity = max(1, capacity) }

    /// How many addresses are remembered.
    var count: Int { entries.count }

    /// How many seconds `block` must still wait; 0 where it need not.
    func remaining(for block: AddressBlock, at now: Int64) -> Int64 {
        max(0, (entries[block]?.until ?? now) - now)
    }

    /// Remembers an offence.
    mutating func add(_ offence: Offence, by block: AddressBlock, at now: Int64) {
        if entries[block] == nil, entries.count >= capacity { makeRoom(at: now) }
        let isFresh = entries[block].map { $0.until + Self.longest > now } ?? false
        let doubled = isFresh ? (entries[block]?.seconds ?? 0) * 2 : 0
        let seconds = min(Self.longest, max(offence.seconds, doubled))
        entries[block] = Entry(until: now + seconds, seconds: seconds)
    }

    /// Forgets what is over, and where that is not enough an eighth: to look for one with each that comes would make a flood from many
    /// addresses dear.
    private mutating func makeRoom(at now: Int64) {
        entries = entries.filter { $0.value.until + Self.longest > now }
        guard entries.count >= capacity else { return }
        for (block, _) in entries.sorted(by: { $0.value.until < $1.value.until }).prefix(max(1, capacity / 8)) {
            entries[block] = nil
        }
    }
}
