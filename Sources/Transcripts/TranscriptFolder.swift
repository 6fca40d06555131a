import FoundationEssentials
import Receipts
import TerminalText

/// What is known of a session whose transcript is kept.
public struct TranscriptAbout: Hashable, Sendable, Codable {
    /// The session's id.
    public var session: String
    /// The contract's id.
    public var contract: String
    /// The operator's name.
    public var `operator`: String
    /// The name of the client's machine.
    public var machine: String
    /// When the clock started, Unix seconds.
    public var startedAt: Int64
    /// When the session ended, Unix seconds; nil while it lives, and where the program did not live to see its end.
    public var endedAt: Int64?
    /// For how many days after the session's end the contract lets it be kept.
    public var retentionDays: Int64

    /// A session that begins.
    public init(
        session: String,
        contract: String,
        operator name: String,
        machine: String,
        startedAt: Int64,
        retentionDays: Int64
    ) {
        self.session = session
        self.contract = contract
        self.operator = name
        self.machine = machine
        self.startedAt = startedAt
        self.retentionDays = retentionDays
    }
}

/// The folder of one session's transcript, for its owner alone.
///
/// | file | what it is |
/// | --- | --- |
/// | `session.json` | whose it is, and for how long it is kept |
/// | `actions.txt` | what was done, one line each, written as it happens |
/// | `recording.cast` | what was to be seen, asciicast v2, written as it happens |
/// | `transcript.jsonl` | what both ends agreed on at the end: `sha256sum` of it is the receipt's `transcriptDigest` |
public struct TranscriptFolder: Sendable, Hashable {
    /// Where it is.
    public let path: String

    /// A folder at `path`; need not exist.
    public init(path: String) { self.path = path }

    /// The plain list of actions.
    public var actions: String { path + "/actions.txt" }
    /// The recording.
    public var recording: String { path + "/recording.cast" }
    /// The list that the receipt's digest is about.
    public var list: String { path + "/transcript.jsonl" }
    var about: String { path + "/session.json" }

    private static let longestAbout = 64 * 1024
    /// The recording's text is bounded; a control character takes six bytes of JSON.
    static let longestRecording = 128 << 20

    /// What is known of the session; nil where there is no transcript of it.
    ///
    /// - Throws: `TranscriptError`.
    public func readAbout() throws(TranscriptError) -> TranscriptAbout? {
        guard let bytes = try SystemCalls.read(about, limit: Self.longestAbout) else { return nil }
        guard let known = try? JSONDecoder().decode(TranscriptAbout.self, from: Data(bytes)) else {
            throw TranscriptError(.badList, "\(about) cannot be understood")
        }
        return known
    }

    func write(_ about: TranscriptAbout) throws(TranscriptError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let bytes = try? encoder.encode(about) else { throw TranscriptError(.badList, "no JSON") }
        try SystemCalls.replace(self.about, with: Array(bytes) + [UInt8(ascii: "\n")])
    }

    /// Keeps what both ends agreed on.
    ///
    /// - Throws: `TranscriptError`.
    public func keep(_ list: SessionTranscript) throws(TranscriptError) {
        try SystemCalls.replace(self.list, with: list.bytes)
    }

    /// What both ends agreed on; nil where the session did not come to that.
    ///
    /// - Throws: `TranscriptError`.
    public func readList() throws(TranscriptError) -> SessionTranscript? {
        guard let bytes = try SystemCalls.read(list, limit: SessionTranscript.longest) else { return nil }
        return try SessionTranscript(reading: bytes)
    }

    /// The recording's bytes; nil where there is none.
    ///
    /// - Throws: `TranscriptError`.
    public func readRecording() throws(TranscriptError) -> [UInt8]? {
        try SystemCalls.read(recording, limit: Self.longestRecording)
    }

    /// The plain list of actions; nil where there is none. What is in it is safe to show.
    ///
    /// - Throws: `TranscriptError`.
    public func readActions() throws(TranscriptError) -> String? {
        try SystemCalls.read(actions, limit: Self.longestRecording).map {
            String(decoding: TerminalText.visible($0), as: UTF8.self)
        }
    }

    /// Whether anything is there.
    public var exists: Bool { SystemCalls.modified(path) != nil }

    /// When anything in it was written last, Unix seconds.
    var lastWritten: Int64 {
        SystemCalls.names(in: path).compactMap { SystemCalls.modified("\(path)/\($0)") }.max()
            ?? SystemCalls.modified(path) ?? 0
    }

    /// Removes it. Nothing that is in no transcript is touched.
    func remove() {
        for name in [actions, recording, list, about] {
            SystemCalls.remove(name)
            SystemCalls.remove(name + ".new")
        }
        SystemCalls.removeFolder(path)
    }
}
