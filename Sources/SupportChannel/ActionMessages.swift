// The JSON in `parameters`, `notice` and `result` frames. Actions:
//
//   terms    SignedTerms      → result ConsentDraft     asked once, first; everything else is refused until there is a session
//   consent  SignedConsent    → result Consent          asked once, within ten seconds of the draft
//   events   Empty            → notice SessionEvent, for as long as the session lives
//   run      RunParameters    → output, errorOutput, result RunResult; input, inputEnd, signal go in
//   shell    ShellParameters  → output, result RunResult; input, inputEnd, resize go in
//   logs     LogsParameters   → source, notice LogNotice, output where it is packed, result LogsResult; inputEnd goes in
//   diagnose                   DiagnosisMessages.swift
//   get, put                   TransferMessages.swift
//   forward, connection        ForwardMessages.swift
//   pause    Empty            → result Empty
//   resume   Empty            → result Empty
//   note     NoteParameters   → result Empty
//   cap      CapParameters    → result CapReply            as the client answered, within a minute
//
// When the session is over, whoever ended it, in this order:
//
//   closing  ClosingParameters → output, the list of actions (`Transcripts.SessionTranscript`); result ClosingDraft
//   closed   SignedClosing     → result Empty
//   receipt  ReceiptParameters → result ReceiptParameters      as the client answered it, within 30 seconds
//   end      EndParameters     → result Empty; then either end closes

/// No parameters, or nothing to say.
public struct Empty: Codable, Sendable {
    /// Nothing.
    public init() {}
}

/// What the operator offers, and the proof of who offers it in this very connection.
public struct SignedTerms: Codable, Sendable {
    /// The terms' canonical bytes as text (`Receipts.Terms`).
    public var terms: String
    /// The operator's certificate, PEM.
    public var certificate: String
    /// The certificate of the authority that issued it, PEM.
    public var authority: String
    /// Signature by the certificate's key over `Receipts.OperatorProof`, in hexadecimal.
    public var signature: String

    /// Signed terms.
    public init(terms: String, certificate: String, authority: String, signature: String) {
        self.terms = terms
        self.certificate = certificate
        self.authority = authority
        self.signature = signature
    }
}

/// The client's yes: what both are to sign, with the client's signature.
public struct ConsentDraft: Codable, Sendable {
    /// Canonical bytes of a `Receipts.ConsentRecord` as text.
    public var record: String

    /// A draft.
    public init(record: String) { self.record = record }
}

/// The same with the operator's signature too: what the agent then posts to the relay.
public struct SignedConsent: Codable, Sendable {
    /// Canonical bytes of a `Receipts.ConsentRecord` as text.
    public var record: String

    /// A signed consent.
    public init(record: String) { self.record = record }
}

/// There is a session: the relay has committed the record.
public struct Consent: Codable, Sendable {
    /// The session's id.
    public var session: String
    /// When the clock started, RFC 3339.
    public var startedAt: String

    /// A consent.
    public init(session: String, startedAt: String) {
        self.session = session
        self.startedAt = startedAt
    }
}

/// A command to run, as argv and nothing else.
public struct RunParameters: Codable, Sendable {
    /// argv; the first is the program.
    public var arguments: [String]
    /// After how many milliseconds it is stopped.
    public var timeoutMilliseconds: Int64?

    /// Parameters.
    public init(arguments: [String], timeoutMilliseconds: Int64? = nil) {
        self.arguments = arguments
        self.timeoutMilliseconds = timeoutMilliseconds
    }
}

/// How a command ended.
public struct RunResult: Codable, Sendable, Equatable {
    /// Exit status as `lotse run` gives it: the command's own, 128 + signal, 127, 126, 124.
    public var status: Int32
    /// The signal that ended it.
    public var signal: Int32?
    /// A sentence where it did not simply exit.
    public var message: String?

    /// A result.
    public init(status: Int32, signal: Int32? = nil, message: String? = nil) {
        self.status = status
        self.signal = signal
        self.message = message
    }
}

/// Log files to read.
public struct LogsParameters: Codable, Sendable {
    /// Absolute paths on the client's machine, with `*`, `?` and `[…]` as in a shell; `journal` or `journal:UNIT` for journald.
    public var paths: [String]
    /// How many lines of each from the end; `nil` for the default, or for all since a time.
    public var lines: Int?
    /// Whether to go on as they grow.
    public var follow: Bool
    /// Only lines from this time on, RFC 3339.
    public var since: String?
    /// Only lines of so many last seconds, by the clock of the client's machine.
    public var lastSeconds: Int64?
    /// In what the frames may be packed: `zstd`.
    public var encodings: [String]?

    /// Parameters.
    public init(
        paths: [String],
        lines: Int?,
        follow: Bool,
        since: String? = nil,
        lastSeconds: Int64? = nil,
        encodings: [String]? = nil
    ) {
        self.paths = paths
        self.lines = lines
        self.follow = follow
        self.since = since
        self.lastSeconds = lastSeconds
        self.encodings = encodings
    }
}

/// Something to know about one of the log files.
public struct LogNotice: Codable, Sendable, Equatable {
    /// Index in `LogsParameters.paths`, or among the files that these name.
    public var source: Int
    /// One sentence; empty where there is only a name.
    public var message: String
    /// Whether nothing more comes from this file.
    public var isFailure: Bool
    /// The file's path, where the source is none of `LogsParameters.paths`.
    public var name: String?

    /// A notice.
    public init(source: Int, message: String, isFailure: Bool, name: String? = nil) {
        self.source = source
        self.message = message
        self.isFailure = isFailure
        self.name = name
    }
}

/// How reading logs ended.
public struct LogsResult: Codable, Sendable, Equatable {
    /// How often something was blacked out on the client's machine, by kind.
    public var redactions: [String: Int64]?

    /// A result.
    public init(redactions: [String: Int64]? = nil) { self.redactions = redactions }
}

/// A note that the operator wrote down.
public struct NoteParameters: Codable, Sendable {
    /// The words.
    public var text: String

    /// Parameters.
    public init(text: String) { self.text = text }
}

/// The agreed upper limit is reached: does the session go on?
public struct CapParameters: Codable, Sendable {
    /// `session` or `month`.
    public var limit: String
    /// How much it is, in cents.
    public var cents: Int64

    /// Parameters.
    public init(limit: String, cents: Int64) {
        self.limit = limit
        self.cents = cents
    }
}

/// What the client says to that.
public struct CapReply: Codable, Sendable {
    /// Canonical bytes of a `Receipts.CapAnswer` as text, signed by the client.
    public var answer: String

    /// A reply.
    public init(answer: String) { self.answer = answer }
}

/// The session is over, and the relay has closed it with these figures: what has the client's program to say of it?
public struct ClosingParameters: Codable, Sendable {
    /// What was done.
    public var summary: String?
    /// Connected time.
    public var rawSeconds: Int64
    /// What is billed.
    public var billedSeconds: Int64
    /// What it comes to, net, in cents.
    public var netCents: Int64?
    /// ISO 4217.
    public var currency: String?
    /// Why the relay ended the session; nil where one of the two did.
    public var reason: String?
    /// SHA-256 of the recording that the operator's end keeps, in hexadecimal; nil where it keeps none.
    public var recording: String?

    /// Parameters.
    public init(
        summary: String?,
        rawSeconds: Int64,
        billedSeconds: Int64,
        netCents: Int64? = nil,
        currency: String? = nil,
        reason: String? = nil
    ) {
        self.reason = reason
        self.summary = summary
        self.rawSeconds = rawSeconds
        self.billedSeconds = billedSeconds
        self.netCents = netCents
        self.currency = currency
    }
}

/// What the client's program says of a session that is over.
public struct ClosingDraft: Codable, Sendable {
    /// Canonical bytes of a `Receipts.ClosingStatement` as text, with the client's signature.
    public var statement: String

    /// A draft.
    public init(statement: String) { self.statement = statement }
}

/// The same with the operator's signature too: it stands even if the relay withholds the session's end.
public struct SignedClosing: Codable, Sendable {
    /// Canonical bytes of a `Receipts.ClosingStatement` as text.
    public var statement: String

    /// A signed statement.
    public init(statement: String) { self.statement = statement }
}

/// A receipt on its way to be signed, and back.
public struct ReceiptParameters: Codable, Sendable {
    /// Canonical bytes of a `Receipts.Receipt` as text.
    public var receipt: String

    /// Parameters.
    public init(receipt: String) { self.receipt = receipt }
}

/// Nothing follows.
public struct EndParameters: Codable, Sendable {
    /// Canonical bytes of the `Receipts.Receipt` as the relay keeps it; nil where there is none.
    public var receipt: String?
    /// Why there is none.
    public var problem: String?

    /// Parameters.
    public init(receipt: String? = nil, problem: String? = nil) {
        self.receipt = receipt
        self.problem = problem
    }
}

/// Something that happened on the client's side.
public struct SessionEvent: Codable, Sendable, Equatable {
    /// What happened.
    public enum Kind: String, Codable, Sendable {
        /// The client ended the session.
        case ended
        /// Nothing was done for too long.
        case idle
        /// The longest time is over.
        case timeout
        /// The client stopped the clock; only they let it go on.
        case paused
        /// The client let it go on.
        case resumed
        /// The client took something back; `grants` is what is left.
        case revoked

        /// Whether nothing follows.
        public var isLast: Bool {
            switch self {
            case .ended, .idle, .timeout: true
            case .paused, .resumed, .revoked: false
            }
        }
    }

    /// What happened.
    public var kind: Kind
    /// Connected time so far.
    public var rawSeconds: Int64?
    /// What is billed.
    public var billedSeconds: Int64?
    /// What the client still allows.
    public var grants: [String]?
    /// How long nothing had happened before an idle timeout.
    public var idleSeconds: Int64?

    /// An event.
    public init(
        kind: Kind,
        rawSeconds: Int64? = nil,
        billedSeconds: Int64? = nil,
        grants: [String]? = nil,
        idleSeconds: Int64? = nil
    ) {
        self.idleSeconds = idleSeconds
        self.kind = kind
        self.rawSeconds = rawSeconds
        self.billedSeconds = billedSeconds
        self.grants = grants
    }
}
