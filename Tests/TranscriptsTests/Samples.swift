import FoundationEssentials
import NIOCore
import Receipts
import SupportChannel
import Synchronization

@testable import Transcripts

/// A store that goes away with the test.
final class TemporaryStore: Sendable {
    let store: TranscriptStore

    init() {
        let root = FileManager.default.temporaryDirectory.path
        store = TranscriptStore(path: "\(root)/lotse-transcripts-\(UInt64.random(in: .min ... .max))/deep/transcripts")
    }

    deinit {
        let root = store.path.split(separator: "/").dropLast(2).joined(separator: "/")
        try? FileManager.default.removeItem(atPath: "/" + root)
    }
}

/// A clock that a test moves.
final class TestClock: Sendable {
    private let moment = Mutex<Duration>(.zero)
    static let start: Int64 = 1_800_000_000

    func advance(by duration: Duration) { moment.withLock { $0 += duration } }

    var clock: TranscriptClock {
        TranscriptClock(
            now: { [self] in moment.withLock { $0 } },
            epochSeconds: { [self] in Self.start + moment.withLock { $0 }.components.seconds }
        )
    }
}

extension TranscriptAbout {
    static func sample(_ session: String = "s-1", days: Int64 = 30) -> TranscriptAbout {
        TranscriptAbout(
            session: session,
            contract: "acme",
            operator: "jana",
            machine: "till",
            startedAt: TestClock.start,
            retentionDays: days
        )
    }
}

extension ActionFrame {
    static func output(_ text: String) -> ActionFrame { ActionFrame(.output, ByteBuffer(string: text)) }
    static func error(_ text: String) -> ActionFrame { ActionFrame(.errorOutput, ByteBuffer(string: text)) }
    static func result(_ json: String) -> ActionFrame { ActionFrame(.result, ByteBuffer(string: json)) }
    static func source(_ index: Int, _ text: String) -> ActionFrame {
        var payload = ByteBuffer(integer: UInt16(index))
        payload.writeString(text)
        return ActionFrame(.source, payload)
    }
}

func runParameters(_ arguments: String...) -> [UInt8] {
    let words = arguments.map { "\"\($0)\"" }.joined(separator: ",")
    return Array("{\"arguments\":[\(words)]}".utf8)
}

/// What an action comes to after these frames.
func record(
    _ name: String = "run",
    _ parameters: [UInt8] = runParameters("df"),
    _ frames: [ActionFrame]
) -> ActionRecord {
    var tally = ActionTally(ActionRecord(number: 1, name: name, parameters: parameters, beganSeconds: 0))
    for frame in frames { tally.take(frame, elapsed: 1) }
    return tally.current
}
