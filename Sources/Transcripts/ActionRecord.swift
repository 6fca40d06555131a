import NIOCore
import Receipts
import SupportChannel

/// One action of a session as the list of actions has it: what the operator had done, and what came of it.
public struct ActionRecord: Hashable, Sendable, Codable {
    /// Who said yes to it. The agent's word.
    public enum Approval: String, Sendable, Codable {
        /// The client, asked about this very action.
        case asked
        /// The client, to all actions of its kind: with the consent, or during the session.
        case beforehand
        /// The client's own option `--yes`.
        case option
    }

    /// What the agent sent in frames of one kind.
    public struct Stream: Hashable, Sendable, Codable {
        /// How many bytes of payload.
        public var bytes: Int64
        /// SHA-256 of them; nil for a file's, of which the result tells.
        public var digest: Digest?

        /// A stream.
        public init(bytes: Int64, digest: Digest?) {
            self.bytes = bytes
            self.digest = digest
        }
    }

    /// Its number on the client's screen.
    public var number: Int64
    /// Its name, such as `run`.
    public let name: String
    /// Its parameters as they went over the wire; nil where they are longer than ``longestText`` or no text.
    public internal(set) var parameters: String?
    /// SHA-256 of the parameters.
    public let parametersDigest: Digest
    /// Who said yes to it; nil at the operator's end, which does not know.
    public var approval: Approval?
    /// When it was accepted, in whole seconds after the session's start.
    public var beganSeconds: Int64
    /// When its result was sent; nil where it had none.
    public var endedSeconds: Int64?
    /// By the name of the kind of frame: `output`, `errorOutput`, `source`, `notice`, `result`.
    public var streams: [String: Stream]
    /// The result as it went over the wire; nil where there was none, or under the same conditions as the parameters.
    public var result: String?

    /// Longer parameters and results are there by their digest alone, in bytes.
    public static let longestText = 4096

    /// An action that begins.
    public init(
        number: Int64,
        name: String,
        parameters: [UInt8],
        approval: Approval? = nil,
        beganSeconds: Int64
    ) {
        self.number = number
        self.name = name
        self.parameters = Self.text(parameters)
        self.parametersDigest = .sha256(parameters)
        self.approval = approval
        self.beganSeconds = beganSeconds
        self.streams = [:]
    }

    /// What both ends know of the beginning.
    public struct Request: Hashable, Sendable {
        /// Its name.
        public let name: String
        /// SHA-256 of its parameters.
        public let parametersDigest: Digest

        /// An action that was written down.
        public init(name: String, parametersDigest: Digest) {
            self.name = name
            self.parametersDigest = parametersDigest
        }

        /// An action that is asked for.
        public init(name: String, parameters: [UInt8]) {
            self.name = name
            self.parametersDigest = .sha256(parameters)
        }

        init(_ record: ActionRecord) {
            name = record.name
            parametersDigest = record.parametersDigest
        }
    }

    /// What both ends know of an action that both saw to its end.
    struct Exchange: Hashable {
        let request: Request
        let streams: [String: Stream]

        init(_ record: ActionRecord) {
            request = Request(record)
            streams = record.streams
        }
    }

    /// Whether the texts are those of the digests.
    var isConsistent: Bool {
        (parameters.map { .sha256($0) == parametersDigest } ?? true)
            && (result.map { .sha256($0) == streams["result"]?.digest } ?? true)
    }

    /// The bytes as text where they are one, and a short one.
    static func text(_ bytes: [UInt8]) -> String? {
        bytes.count <= longestText ? String(validating: bytes, as: UTF8.self) : nil
    }
}
