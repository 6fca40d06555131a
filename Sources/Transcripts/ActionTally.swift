import NIOCore
import Receipts
import SupportChannel

/// Counts and digests what the agent sends on one action, at either end.
///
/// `output` and `errorOutput` are taken as the bytes that they carry, however they were split; each `source` and `notice` with its length
/// (4 bytes, big endian) in front. What is in no stream: `resize`.
struct ActionTally {
    /// So far.
    private(set) var record: ActionRecord
    private var streams: [StreamTally?] = Array(repeating: nil, count: Self.kinds.count)

    private static let kinds: [(kind: ActionFrame.Kind, name: String)] = [
        (.output, "output"), (.errorOutput, "errorOutput"), (.source, "source"), (.notice, "notice"),
        (.result, "result"),
    ]

    init(_ record: ActionRecord) { self.record = record }

    /// Whether the agent has said everything.
    var isWhole: Bool { record.endedSeconds != nil }

    /// - Parameter elapsed: whole seconds since the session's start.
    mutating func take(_ frame: ActionFrame, elapsed: Int64) {
        guard let index = Self.kinds.firstIndex(where: { $0.kind == frame.kind }) else { return }
        // A file's digest is in the result: no need to compute it once more at each end.
        let isFile = record.name == "get" && frame.kind == .output
        let stream = streams[index] ?? StreamTally(isDigested: !isFile)
        streams[index] = stream
        stream.take(frame.payload, isUnit: frame.kind == .source || frame.kind == .notice)
        if frame.kind == .result {
            record.result = ActionRecord.text(Array(frame.payload.readableBytesView))
            record.endedSeconds = elapsed
        }
    }

    /// The action with its streams as they are now.
    var current: ActionRecord {
        var record = record
        for (stream, kind) in zip(streams, Self.kinds) {
            if let stream { record.streams[kind.name] = stream.current }
        }
        return record
    }
}

/// One stream. A class, since a hash has one owner and a list of them has not.
private final class StreamTally {
    private var bytes: Int64 = 0
    private var hash: SHA256?

    init(isDigested: Bool) { hash = isDigested ? SHA256() : nil }

    func take(_ payload: ByteBuffer, isUnit: Bool) {
        bytes += Int64(payload.readableBytes)
        if isUnit {
            let length = UInt32(truncatingIfNeeded: payload.readableBytes).bigEndian
            withUnsafeBytes(of: length) { hash?.update($0) }
        }
        payload.withUnsafeReadableBytes { hash?.update($0) }
    }

    var current: ActionRecord.Stream { .init(bytes: bytes, digest: hash?.copy().finish()) }
}
