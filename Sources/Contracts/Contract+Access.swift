extension Contract {
    /// What the operator may ask the client for.
    public struct Access: Codable, Hashable, Sendable {
        /// The most that may be asked for. Default run and logs.
        public var grants: [Grant]
        /// Log files and folders that may be read, absolute paths; none: the client names them.
        public var logs: [String]
        /// Folders and files that may be fetched from and put into, absolute paths; nil: the client says so for each file.
        public var files: [String]?
        /// Bytes of the largest file that may be fetched or put; nil: `standardLargestFileBytes`.
        public var largestFileBytes: Int64?
        /// Which commands may run. Default any.
        public var commands: Commands
        /// What `lotse diagnose` looks at beside its own catalogue; nil where there is nothing. These commands may run for that
        /// whatever `commands` says.
        public var diagnose: [Diagnostic]?
        /// How long a session may last. Default 4 h.
        public var maximumSessionSeconds: Int64
        /// After how long without any action a session ends. Default 15 min.
        public var idleTimeoutSeconds: Int64

        /// Access from its parts; the defaults are those of a silent contract.
        public init(
            grants: [Grant] = [.run, .logs],
            logs: [String] = [],
            commands: Commands = .any,
            maximumSessionSeconds: Int64 = 4 * 3600,
            idleTimeoutSeconds: Int64 = 15 * 60,
            files: [String]? = nil,
            largestFileBytes: Int64? = nil,
            diagnose: [Diagnostic]? = nil
        ) {
            self.diagnose = diagnose
            self.files = files
            self.largestFileBytes = largestFileBytes
            self.grants = grants
            self.logs = logs
            self.commands = commands
            self.maximumSessionSeconds = maximumSessionSeconds
            self.idleTimeoutSeconds = idleTimeoutSeconds
        }
    }

    /// A command that only looks, which a diagnosis runs.
    public struct Diagnostic: Codable, Hashable, Sendable {
        /// Its name within the contract.
        public var id: String
        /// What it looks at.
        public var title: String
        /// argv; the first is the program.
        public var command: [String]

        /// A check.
        public init(id: String, title: String, command: [String]) {
            self.id = id
            self.title = title
            self.command = command
        }

        /// More a contract does not have.
        public static let most = 32
    }

    /// Bytes of the largest file where a contract says nothing: 2 GB.
    public static let standardLargestFileBytes: Int64 = 2_000_000_000

    /// Something that the client may allow, and take back.
    public enum Grant: String, Codable, Hashable, Sendable, CaseIterable {
        /// Run commands, each shown before it runs.
        case run
        /// A terminal.
        case shell
        /// Read log files.
        case logs
        /// Get and put files.
        case files
        /// Reach ports behind the agent.
        case forward
    }

    /// Which commands may run.
    public enum Commands: Hashable, Sendable {
        /// Any command; the client still sees each one.
        case any
        /// Commands that match one of these: an argument for each word, `*` for any argument, a last `*` for any rest.
        case patterns([[String]])

        /// Whether a command may run.
        public func allows(_ arguments: [String]) -> Bool {
            switch self {
            case .any: !arguments.isEmpty
            case .patterns(let patterns): patterns.contains { Self.pattern($0, matches: arguments) }
            }
        }

        private static func pattern(_ pattern: [String], matches arguments: [String]) -> Bool {
            guard !pattern.isEmpty, !arguments.isEmpty else { return false }
            let isOpen = pattern.last == "*"
            let fixed = isOpen ? pattern.dropLast() : pattern[...]
            guard isOpen ? arguments.count >= fixed.count : arguments.count == fixed.count else { return false }
            // Bytes, not characters: Swift's == takes different bytes for equal where Unicode normalizes them.
            return zip(fixed, arguments).allSatisfy { $0 == "*" || $0.utf8.elementsEqual($1.utf8) }
        }
    }

    /// What becomes of transcripts.
    public struct Privacy: Codable, Hashable, Sendable {
        /// After how many days a transcript is deleted. Default 30.
        public var transcriptRetentionDays: Int64
        /// Names of the sets of patterns that are blacked out of logs: `default` are secrets, which always are; `email` and `iban` add mail
        /// addresses and bank accounts. Default `default`.
        public var redact: [String]

        /// All that there are.
        public static let sets = ["default", "email", "iban"]

        /// Privacy from its parts; the defaults are those of a silent contract.
        public init(transcriptRetentionDays: Int64 = 30, redact: [String] = ["default"]) {
            self.transcriptRetentionDays = transcriptRetentionDays
            self.redact = redact
        }
    }
}

extension Contract.Commands: Codable {
    /// Decodes `"any"` or a list of argument lists.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let word = try? container.decode(String.self) {
            guard word == "any" else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "commands are any or a list")
            }
            self = .any
        } else {
            self = .patterns(try container.decode([[String]].self))
        }
    }

    /// Encodes `"any"` or the list of argument lists.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .any: try container.encode("any")
        case .patterns(let patterns): try container.encode(patterns)
        }
    }
}
