import Contracts
import FoundationEssentials

/// What an operator offers for one session: the client's consent is about this, and about nothing else.
///
/// The canonical bytes (RFC 8785) are what the operator signs (``OperatorProof``); they are sent and kept as they are.
public struct Terms: Hashable, Sendable, Codable {
    /// What a session costs at the moment of the offer. Money in whole cents.
    public struct Price: Hashable, Sendable, Codable {
        /// ISO 4217.
        public var currency: String
        /// The category's price, net.
        public var centsPerHour: Int64
        /// What is added to it at this hour, in basis points; 0 for nothing.
        public var surchargePercentBp: Int64
        /// What the surcharge is called.
        public var surchargeLabel: String?
        /// What is left of the client's included time, in rounded seconds; none where the contract includes none.
        public var quotaLeftSeconds: Int64?
        /// What the month's work costs so far, net and without the fee; none where the contract has no cap for the month.
        public var monthNetCents: Int64?

        /// A price from its parts.
        public init(
            currency: String,
            centsPerHour: Int64,
            surchargePercentBp: Int64 = 0,
            surchargeLabel: String? = nil,
            quotaLeftSeconds: Int64? = nil,
            monthNetCents: Int64? = nil
        ) {
            self.currency = currency
            self.centsPerHour = centsPerHour
            self.surchargePercentBp = surchargePercentBp
            self.surchargeLabel = surchargeLabel
            self.quotaLeftSeconds = quotaLeftSeconds
            self.monthNetCents = monthNetCents
        }
    }

    /// Always `lotse-terms`.
    public var kind: String = Self.kind
    /// The version of this form.
    public var version: Int64 = Self.version
    /// The session's id, which the relay gave when the ends had met.
    public var session: String
    /// The invitation's id.
    public var invitation: String
    /// The room's digits.
    public var room: String
    /// SPKI SHA-256 of the relay's authority, in hexadecimal.
    public var authority: String
    /// The operator's name.
    public var `operator`: String
    /// The contract's canonical bytes as text; their SHA-256 is what is agreed to.
    public var contract: String
    /// The contract's version.
    public var contractVersion: Int64
    /// The category's id.
    public var category: String
    /// What the session is for.
    public var purpose: String
    /// The price now.
    public var price: Price
    /// What the operator asks for: `run`, `shell`, `logs`, `files`, `forward`.
    public var grants: [String]
    /// The operator's wall clock, RFC 3339: what the price was computed for.
    public var offeredAt: String

    /// Terms from their parts.
    public init(
        session: String,
        invitation: String,
        room: String,
        authority: String,
        operator: String,
        contract: String,
        contractVersion: Int64,
        category: String,
        purpose: String,
        price: Price,
        grants: [String],
        offeredAt: String
    ) {
        self.session = session
        self.invitation = invitation
        self.room = room
        self.authority = authority
        self.operator = `operator`
        self.contract = contract
        self.contractVersion = contractVersion
        self.category = category
        self.purpose = purpose
        self.price = price
        self.grants = grants
        self.offeredAt = offeredAt
    }

    /// Reads canonical bytes back, strictly.
    ///
    /// - Throws: `badStatement` for anything but the exact bytes that ``canonicalBytes()`` would give.
    public init(canonical bytes: [UInt8]) throws(ReceiptsError) {
        guard bytes.count <= Self.longest, let terms = try? JSONDecoder().decode(Terms.self, from: Data(bytes)),
            terms.kind == Self.kind, terms.version == Self.version, (try? terms.canonicalBytes()) == bytes
        else { throw ReceiptsError(.badStatement, "these bytes are not terms in their canonical form") }
        self = terms
    }

    /// What is signed and sent: RFC 8785.
    ///
    /// - Throws: `badStatement` for numbers beyond ±(2^53 − 1).
    public func canonicalBytes() throws(ReceiptsError) -> [UInt8] {
        try .canonical(self, "terms")
    }

    private static let kind = "lotse-terms"
    private static let version: Int64 = 1
    /// The longest terms, in bytes: a contract is a few kilobytes.
    private static let longest = 512 * 1024
}

extension [UInt8] {
    /// A statement's canonical bytes.
    static func canonical(_ statement: some Encodable, _ name: String) throws(ReceiptsError) -> [UInt8] {
        guard let json = try? JSONValue(encoding: statement), json.isInteroperable else {
            throw ReceiptsError(.badStatement, "\(name) with a number that no canonical form has")
        }
        return json.canonicalBytes
    }
}
