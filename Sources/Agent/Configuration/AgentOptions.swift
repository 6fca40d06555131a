import Contracts
import Receipts
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
    /// `--approve each|session`: whether each action is asked about.
    public var approval: String?
    /// `--look`: nothing runs.
    public var looks: Bool
    /// `--logs PATH…`: log files and folders that may be read, instead of the contract's.
    public var logs: [String]
    /// `--files PATH…`: where files may be fetched from and put, instead of the contract's folders.
    public var files: [String]

    /// Options; those that are left out were not given.
    public init(
        relay: String? = nil,
        pin: String? = nil,
        authorities: String? = nil,
        grants: String? = nil,
        agrees: Bool = false,
        approval: String? = nil,
        looks: Bool = false,
        logs: [String] = [],
        files: [String] = []
    ) {
        self.relay = relay
        self.pin = pin
        self.authorities = authorities
        self.grants = grants
        self.agrees = agrees
        self.approval = approval
        self.looks = looks
        self.logs = logs
        self.files = files
    }
}

extension AgentOptions {
    /// What may be asked for at most: what `--grant` says; else `run,logs` where nobody is asked, and whatever the contract names
    /// where the client is. With `--look` log files alone.
    ///
    /// - Throws: `AgentError` (`usage`).
    func allowed() throws(AgentError) -> Set<Contract.Grant> {
        let given: Set<Contract.Grant>? = if let grants { try Self.grants(grants) } else { nil }
        guard looks else { return given ?? (agrees ? [.run, .logs] : Set(Contract.Grant.allCases)) }
        guard given == nil || given == [.logs] else {
            throw AgentError(.usage, "--look lets nothing run, only log files may be shared (leave --grant out)")
        }
        return [.logs]
    }

    /// Whether each action is asked about: where nobody was asked for consent nobody is asked again, unless `--approve` says so.
    ///
    /// - Throws: `AgentError` (`usage`).
    func chosenApproval() throws(AgentError) -> ConsentRecord.Approval {
        guard let approval else { return agrees ? .session : .each }
        guard let chosen = ConsentRecord.Approval(rawValue: approval) else {
            throw AgentError(
                .usage,
                "--approve does not know \(quoted(approval)) (it takes each, to be asked before each action, or session)"
            )
        }
        return chosen
    }

    /// Reads `run,logs`.
    private static func grants(_ text: String) throws(AgentError) -> Set<Contract.Grant> {
        var grants: Set<Contract.Grant> = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            let name = String(word.filter { $0 != " " })
            guard let grant = Contract.Grant(rawValue: name) else {
                let known = Contract.Grant.allCases.map(\.rawValue).joined(separator: ", ")
                throw AgentError(
                    .usage,
                    "--grant does not know \(quoted(name)) (it takes \(known), with a comma between them)"
                )
            }
            grants.insert(grant)
        }
        return grants
    }
}

/// A text from the command line or a file, in quotes and safe to show.
func quoted(_ text: String) -> String { "\"\(TerminalText.name(text, limit: 60))\"" }
