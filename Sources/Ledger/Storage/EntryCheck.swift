internal import GRDB
import Receipts

/// Follows the hash chain and hands every entry to a replay.
struct EntryCheck {
    let db: Database
    let replay: Replay

    /// How many entries are handed on at once.
    private static let batch = 500

    /// The first entry that was changed, is missing or cannot be read, if there is one.
    func run() throws -> HeadCheck.Problem? {
        let rows = try RawRows(
            "SELECT sequence, at, kind, payload, previousHash, hash FROM entries ORDER BY sequence",
            in: db
        )
        var chain = Chain()
        var steps: [Replay.Step] = []
        while try rows.next() {
            switch chain.step(rows) {
            case .failure(let problem):
                _ = replay.apply(steps)
                return problem.problem
            case .success(let step): steps.append(step)
            }
            guard steps.count == Self.batch else { continue }
            // A problem of the replay is one of an earlier entry than any that would be found from here on.
            guard replay.apply(steps) else { return nil }
            steps.removeAll(keepingCapacity: true)
        }
        _ = replay.apply(steps)
        return nil
    }
}

/// How far the chain has been followed.
private struct Chain {
    struct Broken: Error {
        let problem: HeadCheck.Problem

        init(_ entry: Int64, _ text: String) { problem = .init(entry: entry, text: text) }
    }

    private var expected: Int64 = 1
    private var previous = Digest.zero.hex

    mutating func step(_ row: RawRows) -> Result<Replay.Step, Broken> {
        guard let sequence = row.integer(0), sequence == expected else {
            return .failure(Broken(expected, "entry \(expected) is missing"))
        }
        guard let at = row.integer(1), let kind = row.text(2).flatMap({ String(validating: $0, as: UTF8.self) }),
            let payload = row.text(3), let stated = row.text(4), let hash = row.text(5)
        else { return .failure(Broken(sequence, "entry \(sequence) was changed")) }
        let statedHash = String(decoding: stated, as: UTF8.self)
        guard statedHash == previous || Digest(hex: statedHash) != nil else {
            return .failure(Broken(sequence, "entry \(sequence) was changed"))
        }
        let computed = EntryRecord.hash(sequence, at, kind, payload, statedHash).hex
        guard
            computed.utf8.withContiguousStorageIfAvailable({ RawRows.isSame(UnsafeRawBufferPointer($0), hash) }) == true
        else {
            return .failure(Broken(sequence, "entry \(sequence) was changed: its hash does not fit"))
        }
        guard statedHash == previous else {
            // This entry is whole and attests another one before it, so that the one before is not the original.
            let entry = max(1, sequence &- 1)
            return .failure(Broken(entry, "entry \(entry) was replaced: entry \(sequence) attests another one"))
        }
        guard let event = try? LedgerEvent(kind: kind, payload: payload) else {
            return .failure(Broken(sequence, "entry \(sequence) does not fit the entries before it"))
        }
        (previous, expected) = (computed, expected &+ 1)
        return .success(Replay.Step(stamp: EntryStamp(sequence: sequence, at: at), event: event))
    }
}
