import Billing
import Contracts
import FoundationEssentials
import Receipts
import Redaction
import RelayAPI
import SupportChannel
import TLS
import TimeZoneFiles

/// The operator's terms after they were checked: what the client may agree to.
struct Offer: Sendable {
    /// What this client knows by itself, and every offer has to fit.
    struct Situation: Sendable {
        /// SPKI SHA-256 of the relay's authority, in hexadecimal.
        var authority: String
        /// The room of the code that the client typed.
        var room: String
        /// This computer's clock, Unix seconds.
        var moment: Int64
        /// What the client allows at most.
        var allowed: Set<Contract.Grant>
        /// What the client shares instead of the contract's list.
        var logs: [String]?
        /// Where the client shares files instead of the contract's list.
        var files: [String]?
        /// How the client wants to be asked.
        var approval: ConsentRecord.Approval
    }

    /// As they came.
    let terms: Terms
    /// The operator's proven key.
    let operatorKey: VerifyingKey
    /// The relay's authority.
    let authority: Certificate
    /// The contract that they name.
    let contract: Contract
    /// SHA-256 of the contract's canonical bytes.
    let hash: Digest
    /// The kind of work.
    let category: Contract.Category
    /// What is asked for and may be allowed by this client.
    let grants: [Contract.Grant]
    /// What is asked for and not allowed, by the operator's own words.
    let withheld: [String]
    /// Log files and folders that may be read.
    let logs: [String]
    /// What is blacked out of them.
    var redaction: RedactionRules { RedactionRules(sets: contract.privacy.redact) }
    /// Where files may be fetched from and put; none: anywhere, since the client sees each.
    let files: [String]
    /// Bytes of the largest file.
    let largestFileBytes: Int64
    /// How the client wants to be asked.
    let approval: ConsentRecord.Approval
    /// Seconds by which the operator's clock is ahead of this computer's.
    let clockDifference: Int64
    /// Whether this computer knows the contract's time zone, and so what the hour costs.
    let isSurchargeChecked: Bool

    /// Clocks that are further apart make another day's price, in seconds.
    static let largestClockDifference: UInt64 = 86_400

    /// Contracts are a few kilobytes.
    static let longestContract = 256 * 1024

    /// Checks terms whose operator is proven.
    ///
    /// - Throws: `AgentError` (`badTerms`): the reason as the rest of a sentence.
    init(_ proven: ProvenTerms, in situation: Situation) throws(AgentError) {
        let terms = proven.terms
        guard terms.authority == situation.authority, terms.room == situation.room else {
            throw Self.bad("it is for another relay or another code than the one that was typed here")
        }
        let bytes = Array(terms.contract.utf8)
        let contract = try Self.contract(bytes)
        guard let category = contract.category(terms.category) else {
            throw Self.bad("the contract has no category \(quoted(terms.category))")
        }
        guard terms.contractVersion > 0 else { throw Self.bad("the contract has no version \(terms.contractVersion)") }
        guard contract.access.idleTimeoutSeconds > 0, contract.access.maximumSessionSeconds > 0 else {
            throw Self.bad("the contract leaves no time for a session")
        }
        guard let offeredAt = Timestamp(rfc3339: terms.offeredAt) else {
            throw Self.bad("it does not say when it was made")
        }
        clockDifference = offeredAt.seconds &- situation.moment
        guard clockDifference.magnitude <= Self.largestClockDifference else {
            throw Self.bad("its date is more than a day away from this computer's (check the date and the clock here)")
        }
        isSurchargeChecked = try Self.check(terms.price, of: category, in: contract, at: offeredAt.seconds)
        self.terms = terms
        self.contract = contract
        self.category = category
        operatorKey = proven.operatorKey
        authority = proven.authority
        hash = Digest.sha256(bytes)
        let agreed = Set(contract.access.grants)
        grants = Contract.Grant.allCases.filter {
            terms.grants.contains($0.rawValue) && agreed.contains($0) && situation.allowed.contains($0)
        }
        let given = Set(grants)
        withheld = Contract.Grant.allCases.filter { terms.grants.contains($0.rawValue) && !given.contains($0) }
            .map(\.rawValue)
        logs = situation.logs ?? contract.access.logs
        files = situation.files ?? contract.access.files ?? []
        largestFileBytes = contract.access.largestFileBytes ?? Contract.standardLargestFileBytes
        approval = situation.approval
    }

    private static func contract(_ bytes: [UInt8]) throws(AgentError) -> Contract {
        guard bytes.count <= longestContract else { throw bad("the contract is too long") }
        let contract: Contract
        do {
            contract = try JSONDecoder().decode(Contract.self, from: Data(bytes))
        } catch {
            throw bad("the contract cannot be read (both ends need the same release)")
        }
        // What is hashed must say nothing that the value shown to the client does not (RFC 8785 has one text for each value).
        guard contract.canonicalBytes == bytes else { throw bad("the contract's text is not its canonical form") }
        return contract
    }

    /// A price is what the contract says, whatever the operator's program says.
    ///
    /// - Returns: Whether the surcharge could be checked too.
    private static func check(
        _ price: Terms.Price,
        of category: Contract.Category,
        in contract: Contract,
        at moment: Int64
    ) throws(AgentError) -> Bool {
        guard let rate = contract.rateCentsPerHour(of: category) else {
            throw bad("the contract has no price for \(quoted(category.id))")
        }
        guard price.currency == contract.currency, price.centsPerHour == rate else {
            throw bad("the price is not the contract's")
        }
        let surcharge = SurchargeNow(contract, category, at: moment)
        if let surcharge {
            guard price.surchargePercentBp == surcharge.percentBp, price.surchargeLabel == surcharge.label else {
                throw bad("the surcharge is not the contract's for this hour")
            }
        }
        guard (price.quotaLeftSeconds == nil) == (contract.retainer == nil) else {
            throw bad("what is left of the included time does not fit the contract")
        }
        return surcharge != nil || contract.surcharges.isEmpty
    }

    private static func bad(_ reason: String) -> AgentError { AgentError(.badTerms, reason) }

    /// What both are to sign, given the client's yes.
    func record(machine: String, key: VerifyingKey, exporter: [UInt8]) -> ConsentRecord {
        ConsentRecord(
            terms,
            contractID: contract.contract,
            requestsEarlyStart: terms.asksForEarlyStart(under: contract),
            answer: ConsentRecord.Answer(
                grants: grants.map(\.rawValue),
                approval: approval,
                machine: machine,
                key: key
            ),
            operatorKey: operatorKey,
            exporter: exporter
        )
    }

    /// The language for this client: German where the contract or the locale says so.
    func language(locale: Language) -> Language { contract.language == .german ? .german : locale }
}
