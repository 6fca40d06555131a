import TerminalText

/// What the client wrote behind `lotse-agent`, as text.
public struct AgentOptions: Sendable, Equatable {
    /// `--relay https://HOST:PORT`.
    public var relay: String?
    /// `--pin SHA256`: the authority's SPKI SHA-256 as 64 hexadecimal digits.
    public var pin: String?
    /// `--ca FILE`: certificates in PEM.
    public var authorities: String?
    /// `--grant run,logs`: what may be asked for at most.
    public var grants: String?
    /// `--yes`: consent without asking.
    public var agrees: Bool
    /// `--logs PATH…`: log files and folders that may be read, instead of the contract's.
    public var logs: [String]

    /// Options; those that are left out were not given.
    public init(
        relay: String? = nil,
        pin: String? = nil,
        authorities: String? = nil,
        grants: String? = nil,
        agrees: Bool = false,
        logs: [String] = []
    ) {
        self.relay = relay
        self.pin = pin
        self.authorities = authorities
        self.grants = grants
        self.agrees = agrees
        self.logs = logs
    }
}

/// Something that a client may allow in this version.
public enum AgentGrant: String, Sendable, CaseIterable {
    /// Run commands, each shown before it runs.
    case run
    /// Read log files.
    case logs

    /// Reads `run,logs`.
    ///
    /// - Throws: `AgentError` (`usage`) for anything else.
    public static func list(_ text: String) throws(AgentError) -> Set<AgentGrant> {
        var grants: Set<AgentGrant> = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            let name = String(word.filter { $0 != " " })
            if let grant = AgentGrant(rawValue: name) {
                grants.insert(grant)
            } else if ["shell", "files", "forward"].contains(name) {
                throw AgentError(.usage, "this version cannot grant \(name) yet (--grant takes run and logs)")
            } else {
                throw AgentError(
                    .usage,
                    "--grant does not know \(quoted(name)) (it takes run and logs, with a comma between them)"
                )
            }
        }
        return grants
    }
}

/// A text from the command line or a file, in quotes and safe to show.
func quoted(_ text: String) -> String { "\"\(TerminalText.name(text, limit: 60))\"" }
