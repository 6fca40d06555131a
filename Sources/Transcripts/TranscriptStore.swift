import Receipts

/// All transcripts that one end keeps, each in a folder that is called like its session.
public struct TranscriptStore: Sendable {
    /// Where it is.
    public let path: String

    /// A store at `path`; need not exist.
    public init(path: String) { self.path = path }

    /// The folder of a session's transcript. Whatever the relay calls a session, it is in here.
    public func folder(of session: String) -> TranscriptFolder {
        let isHarmless =
            (1...64).contains(session.utf8.count)
            && session.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
        return TranscriptFolder(path: "\(path)/\(isHarmless ? session : Digest.sha256(session).hex)")
    }

    /// Makes the folder of a session.
    ///
    /// - Throws: `TranscriptError`.
    func make(_ folder: TranscriptFolder) throws(TranscriptError) {
        var rest = path[...]
        var missing: [String] = []
        while !rest.isEmpty, SystemCalls.modified(String(rest)) == nil {
            missing.append(String(rest))
            rest = rest[..<(rest.lastIndex(of: "/") ?? rest.startIndex)]
        }
        for folder in missing.reversed() { try SystemCalls.makeFolder(folder) }
        try SystemCalls.makeFolder(folder.path)
    }

    /// The sessions whose transcripts are kept, oldest first.
    public var sessions: [TranscriptAbout] {
        folders.compactMap { try? $0.readAbout() }.sorted { ($0.startedAt, $0.session) < ($1.startedAt, $1.session) }
    }

    /// Deletes what the contracts do not let be kept any longer.
    ///
    /// It counts from the session's end; where the program did not live to see that, from what was written last.
    ///
    /// - Parameter now: Unix seconds.
    /// - Returns: how many were deleted.
    @discardableResult
    public func forgetOld(at now: Int64) -> Int {
        var count = 0
        for folder in folders {
            let about = try? folder.readAbout()
            let days = min(max(about?.retentionDays ?? Self.usualDays, 0), Self.longestDays)
            guard (about?.endedAt ?? folder.lastWritten) <= now - days * 86_400 else { continue }
            folder.remove()
            count += 1
        }
        return count
    }

    /// Of what cannot be read nobody knows what the contract says: as long as contracts do that say nothing.
    private static let usualDays: Int64 = 30
    /// No contract says more.
    private static let longestDays: Int64 = 3650

    private var folders: [TranscriptFolder] {
        SystemCalls.names(in: path).map { TranscriptFolder(path: "\(path)/\($0)") }
    }
}
