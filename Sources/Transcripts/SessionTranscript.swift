import Contracts
import FoundationEssentials
import Receipts

/// The list of a session's actions, the same bytes at both ends: what the receipt's digest is the digest of.
///
/// JSON Lines, each line in the canonical form of RFC 8785: 32 random bytes in hexadecimal as a string, so that the digest says nothing to
/// whoever does not have the list; then the header; then one line for each action. `sha256sum` of the file is the receipt's
/// `transcriptDigest`.
public struct SessionTranscript: Hashable, Sendable {
    /// The second line.
    struct Header: Hashable, Sendable, Codable {
        var kind = "lotse-transcript"
        var version: Int64 = 1
        var session: String
        /// RFC 3339.
        var startedAt: String
        /// SHA-256 of the recordings that `client` and `operator` keep, where they keep one.
        var recordings: [String: Digest]
    }

    /// Whose recording it is.
    public enum End: String, Sendable {
        /// The agent's.
        case client
        /// The operator's.
        case `operator`
    }

    /// How many random bytes stand in front.
    public static let saltByteCount = 32
    /// Larger lists are none, in bytes.
    public static let longest = 256 << 20

    private let salt: Digest
    private let header: Header
    /// What the operator had done, in the order in which it began.
    public let actions: [ActionRecord]
    /// The file's bytes.
    public let bytes: [UInt8]

    /// A list.
    ///
    /// - Parameters:
    ///   - salt: 32 random bytes.
    ///   - startedAt: RFC 3339.
    ///   - recordings: digests of the recordings that the ends keep.
    public init(
        salt: [UInt8],
        session: String,
        startedAt: String,
        recordings: [End: Digest],
        actions: [ActionRecord]
    ) throws(TranscriptError) {
        guard let salt = Digest(bytes: salt) else { throw TranscriptError(.badList, "another length of salt") }
        self.salt = salt
        let named = Dictionary(uniqueKeysWithValues: recordings.map { ($0.key.rawValue, $0.value) })
        header = Header(session: session, startedAt: startedAt, recordings: named)
        self.actions = actions
        bytes = try Self.lines(salt, header, actions)
    }

    /// Reads a file.
    ///
    /// - Throws: `badList` for anything but the one form that a list has.
    public init(reading bytes: [UInt8]) throws(TranscriptError) {
        guard bytes.count <= Self.longest, bytes.last == UInt8(ascii: "\n") else { throw Self.unreadable }
        let lines = bytes.dropLast().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let decoder = JSONDecoder()
        guard lines.count >= 2, let salt = try? decoder.decode(Digest.self, from: Data(lines[0])),
            let header = try? decoder.decode(Header.self, from: Data(lines[1])),
            header.kind == "lotse-transcript", header.version == 1
        else { throw Self.unreadable }
        var actions: [ActionRecord] = []
        for line in lines.dropFirst(2) {
            guard let action = try? decoder.decode(ActionRecord.self, from: Data(line)) else { throw Self.unreadable }
            actions.append(action)
        }
        guard try Self.lines(salt, header, actions) == bytes else { throw Self.unreadable }
        self.salt = salt
        self.header = header
        self.actions = actions
        self.bytes = bytes
    }

    /// The session's id.
    public var session: String { header.session }

    /// When the session's clock started, RFC 3339.
    public var startedAt: String { header.startedAt }

    /// What the receipt says of it.
    public var digest: Digest { .sha256(bytes) }

    /// SHA-256 of the recording that one end keeps; nil where it keeps none.
    public func recording(of end: End) -> Digest? { header.recordings[end.rawValue] }

    /// 32 random bytes.
    public static func newSalt() -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<saltByteCount).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    private static let unreadable = TranscriptError(
        .badList,
        "this is no list of a session's actions, or it was changed"
    )

    private static func lines(
        _ salt: Digest,
        _ header: Header,
        _ actions: [ActionRecord]
    ) throws(TranscriptError) -> [UInt8] {
        var bytes = JSONValue.string(salt.hex).canonicalBytes + [UInt8(ascii: "\n")]
        func append(_ value: some Encodable) throws(TranscriptError) {
            guard let json = try? JSONValue(encoding: value), json.isInteroperable else { throw unreadable }
            bytes += json.canonicalBytes
            bytes.append(UInt8(ascii: "\n"))
        }
        try append(header)
        for action in actions { try append(action) }
        return bytes
    }
}
