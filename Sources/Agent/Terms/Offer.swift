import Contracts
import FoundationEssentials
import Receipts
import RelayAPI
import SupportChannel

/// The operator's terms after they were checked: what the client may agree to.
struct Offer: Sendable {
    /// As they came.
    let terms: Terms
    /// The contract that they name.
    let contract: Contract
    /// SHA-256 of the contract's canonical bytes.
    let hash: Digest
    /// The kind of work.
    let category: Contract.Category
    /// Its price in cents per hour.
    let centsPerHour: Int64
    /// What is asked for and may be allowed by this client.
    let grants: [AgentGrant]
    /// What is asked for and not allowed, by the operator's own words.
    let withheld: [String]
    /// Log files and folders that may be read.
    let logs: [String]

    /// Contracts are a few kilobytes.
    static let longestContract = 256 * 1024

    /// Checks terms.
    ///
    /// - Parameters:
    ///   - allowed: what the client allows at most.
    ///   - logs: what the client shares instead of the contract's list.
    /// - Throws: `AgentError` (`badTerms`): the reason as the rest of a sentence.
    init(_ terms: Terms, allowed: Set<AgentGrant>, logs: [String]?) throws(AgentError) {
        let bytes = Array(terms.contract.utf8)
        guard bytes.count <= Self.longestContract else { throw Self.bad("the contract is too long") }
        let contract: Contract
        do {
            contract = try JSONDecoder().decode(Contract.self, from: Data(bytes))
        } catch {
            throw Self.bad("the contract cannot be read (both ends need the same release)")
        }
        // What is hashed must say nothing that the value shown to the client does not (RFC 8785 has one text for each value).
        guard contract.canonicalBytes == bytes else { throw Self.bad("the contract's text is not its canonical form") }
        guard let category = contract.category(terms.category) else {
            throw Self.bad("the contract has no category \(quoted(terms.category))")
        }
        guard let price = contract.rateCentsPerHour(of: category) else {
            throw Self.bad("the contract has no price for \(quoted(category.id))")
        }
        guard terms.version > 0 else { throw Self.bad("the contract has no version \(terms.version)") }
        guard contract.access.idleTimeoutSeconds > 0, contract.access.maximumSessionSeconds > 0 else {
            throw Self.bad("the contract leaves no time for a session")
        }
        self.terms = terms
        self.contract = contract
        self.hash = Digest.sha256(bytes)
        self.category = category
        self.centsPerHour = price
        let agreed = Set(contract.access.grants.map(\.rawValue))
        grants = AgentGrant.allCases.filter {
            terms.grants.contains($0.rawValue) && agreed.contains($0.rawValue) && allowed.contains($0)
        }
        let given = Set(grants.map(\.rawValue))
        withheld = Contract.Grant.allCases.map(\.rawValue).filter { terms.grants.contains($0) && !given.contains($0) }
        self.logs = logs ?? contract.access.logs
    }

    private static func bad(_ reason: String) -> AgentError { AgentError(.badTerms, reason) }

    /// What the relay is told when the client agrees.
    func consentRequest(machine: String) -> ConsentRequest {
        ConsentRequest(
            invitation: terms.invitation,
            contract: contract.contract,
            version: terms.version,
            hash: hash.hex,
            category: category.id,
            grants: grants.map(\.rawValue),
            machine: machine
        )
    }

    /// The language for this client: German where the contract or the locale says so.
    func language(locale: Language) -> Language { contract.language == .german ? .german : locale }
}
