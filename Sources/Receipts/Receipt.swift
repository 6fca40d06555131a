import Contracts
import FoundationEssentials

/// The proof of service (Leistungsnachweis) of one session: what was done, how long it took and what it comes to.
///
/// The relay computes it when a session has ended; operator and client sign it; the relay keeps it in the ledger, and both ends keep a
/// copy that can be checked without the relay.
public struct Receipt: Hashable, Sendable, Codable {
    /// What became of the client's signature. None of it stops billing.
    public enum State: String, Hashable, Sendable, Codable, CaseIterable {
        /// Both ends signed.
        case signed
        /// The client did not sign, for the reason that is given.
        case refused
        /// The client signed, with an objection.
        case disputed
        /// There was no answer in time.
        case timeout
    }

    /// Seconds of a session that cost the same surcharge, after rounding.
    public struct Band: Hashable, Sendable, Codable {
        /// How long.
        public var seconds: Int64
        /// The surcharge in basis points.
        public var percentBp: Int64
        /// Its label, `base` without one.
        public var label: String

        /// A band from its parts.
        public init(seconds: Int64, percentBp: Int64, label: String) {
            self.seconds = seconds
            self.percentBp = percentBp
            self.label = label
        }
    }

    /// The client's own clock beside the relay's.
    public struct AgentClock: Hashable, Sendable, Codable {
        /// Connected time as the closing statement says it.
        public var rawSeconds: Int64
        /// The relay's figure less this one.
        public var differenceSeconds: Int64

        /// A clock from its figures.
        public init(rawSeconds: Int64, differenceSeconds: Int64) {
            self.rawSeconds = rawSeconds
            self.differenceSeconds = differenceSeconds
        }
    }

    /// A time in which the clock stood still.
    public struct Break: Hashable, Sendable, Codable {
        /// Why it stood still.
        public enum Kind: String, Hashable, Sendable, Codable {
            /// One of the two stopped it.
            case paused
            /// An end was away.
            case disconnected
        }

        /// Why it stood still.
        public var kind: Kind
        /// Its first second, RFC 3339.
        public var from: String
        /// The first second after it.
        public var to: String

        /// A break from its parts.
        public init(kind: Kind, from: String, to: String) {
            self.kind = kind
            self.from = from
            self.to = to
        }
    }

    /// Always `lotse-receipt`.
    public var kind = Self.kind
    /// The version of this form.
    public var version = Self.version
    /// The session's id.
    public var session: String
    /// The contract's id.
    public var contract: String
    /// The contract's version.
    public var contractVersion: Int64
    /// SHA-256 of the contract's canonical bytes.
    public var contractHash: Digest
    /// The category's id.
    public var category: String
    /// The operator's name.
    public var `operator`: String
    /// When the clock started, RFC 3339.
    public var startedAt: String
    /// When it stopped.
    public var endedAt: String
    /// Ended − started − paused − disconnected.
    public var rawSeconds: Int64
    /// Stopped time.
    public var pausedSeconds: Int64
    /// Time without connection.
    public var disconnectedSeconds: Int64
    /// When the clock stood still, in the order in which that began: with it anybody can compute the rest again.
    public var breaks: [Break]
    /// How long nothing had happened before an idle timeout; connected, and not billed.
    public var idleSeconds: Int64
    /// The rounded time.
    public var billedSeconds: Int64
    /// The rounded time by surcharge, in time order; none has 0 seconds.
    public var bands: [Band]
    /// Included time before the session, in rounded seconds.
    public var quotaBeforeSeconds: Int64
    /// And after it.
    public var quotaAfterSeconds: Int64
    /// Time and surcharges, net, in cents; no retainer.
    public var netCents: Int64
    /// ISO 4217.
    public var currency: String
    /// Hash of the consent record.
    public var consentHash: Digest
    /// Hash of the contract's receipt before this one; nil for the first.
    public var previousReceiptHash: Digest?
    /// Hash of the ledger's last entry when the receipt was made.
    public var ledgerHead: Digest
    /// Digest of the actions from the closing statement; nil where there is none.
    public var transcriptDigest: Digest?
    /// What was blacked out of logs, by kind.
    public var redactions: [String: Int64]
    /// The client's own clock; nil where it said nothing.
    public var agentClock: AgentClock?
    /// What was done, in the operator's words.
    public var summary: String?
    /// What became of the client's signature.
    public var state: State
    /// Why, where it is not `signed`.
    public var reason: String?
    /// The relay's, the operator's and the client's, as far as they signed.
    public var signatures: [Signature]

    /// A receipt from its parts, without signatures.
    public init(
        session: String,
        contract: String,
        contractVersion: Int64,
        contractHash: Digest,
        category: String,
        operator: String,
        startedAt: String,
        endedAt: String,
        rawSeconds: Int64,
        pausedSeconds: Int64,
        disconnectedSeconds: Int64,
        breaks: [Break] = [],
        idleSeconds: Int64 = 0,
        billedSeconds: Int64,
        bands: [Band],
        quotaBeforeSeconds: Int64,
        quotaAfterSeconds: Int64,
        netCents: Int64,
        currency: String,
        consentHash: Digest,
        previousReceiptHash: Digest?,
        ledgerHead: Digest,
        transcriptDigest: Digest?,
        redactions: [String: Int64] = [:],
        agentClock: AgentClock?,
        summary: String?,
        state: State = .signed,
        reason: String? = nil
    ) {
        self.session = session
        self.contract = contract
        self.contractVersion = contractVersion
        self.contractHash = contractHash
        self.category = category
        self.operator = `operator`
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.rawSeconds = rawSeconds
        self.pausedSeconds = pausedSeconds
        self.disconnectedSeconds = disconnectedSeconds
        self.breaks = breaks
        self.idleSeconds = idleSeconds
        self.billedSeconds = billedSeconds
        self.bands = bands
        self.quotaBeforeSeconds = quotaBeforeSeconds
        self.quotaAfterSeconds = quotaAfterSeconds
        self.netCents = netCents
        self.currency = currency
        self.consentHash = consentHash
        self.previousReceiptHash = previousReceiptHash
        self.ledgerHead = ledgerHead
        self.transcriptDigest = transcriptDigest
        self.redactions = redactions
        self.agentClock = agentClock
        self.summary = summary
        self.state = state
        self.reason = reason
        signatures = []
    }

    private static let kind = "lotse-receipt"
    private static let version: Int64 = 1
    private static let longest = 128 * 1024
}

extension Receipt {
    /// Reads the canonical form; says nothing yet about the signatures.
    ///
    /// - Throws: `badStatement` for anything but the exact bytes that ``canonicalBytes()`` would give.
    public init(canonical bytes: [UInt8]) throws(ReceiptsError) {
        guard bytes.count <= Self.longest, let receipt = try? JSONDecoder().decode(Receipt.self, from: Data(bytes)),
            receipt.kind == Self.kind, receipt.version == Self.version, (try? receipt.canonicalBytes()) == bytes
        else { throw ReceiptsError(.badStatement, "these bytes are not a receipt in its canonical form") }
        self = receipt
    }

    /// The whole receipt with its signatures, as it is stored and sent.
    public func canonicalBytes() throws(ReceiptsError) -> [UInt8] { try .canonical(self, "a receipt") }

    /// What is signed.
    public func signedBytes() throws(ReceiptsError) -> SignedBytes { try .of(self, in: .receipt, "a receipt") }

    /// What names the receipt in the next one and everywhere else: SHA-256 of its signed bytes as they were before anybody answered.
    ///
    /// So the next session's receipt need not wait until somebody has signed this one.
    public func hash() throws(ReceiptsError) -> Digest { try with(.signed, reason: nil).signedBytes().digest }

    /// Whether `other` says the same apart from what became of the client's signature.
    public func isOutcome(of other: Receipt) -> Bool {
        guard let own = try? hash(), let others = try? other.hash() else { return false }
        return own == others
    }

    /// Whether one of the three signed it with this key.
    public func isSigned(by signer: Signature.Signer, with key: VerifyingKey) -> Bool {
        guard let message = try? signedBytes() else { return false }
        return signatures.contains { $0.by == signer && $0.isValid(for: message, by: key) }
    }

    /// The receipt with one more signature; one of the same signer is replaced.
    public func adding(_ signature: Signature) -> Receipt {
        var receipt = self
        receipt.signatures.removeAll { $0.by == signature.by }
        receipt.signatures.append(signature)
        receipt.signatures.sort { $0.by.rawValue < $1.by.rawValue }
        return receipt
    }

    /// The signature of one of the three; nil where they did not sign.
    public func signature(of signer: Signature.Signer) -> Signature? { signatures.first { $0.by == signer } }

    /// Whether operator and client that a consent names signed as far as the state says: an answer that is missing has no signature of
    /// the client, and no other has one more than it needs.
    public func isAnswered(under consent: ConsentRecord) -> Bool {
        guard session == consent.session, (try? consent.hash()) == consentHash,
            let operatorKey = VerifyingKey(hex: consent.operator.key), isSigned(by: .operator, with: operatorKey),
            let clientKey = VerifyingKey(hex: consent.client.key), clientKey.algorithm == .ed25519
        else { return false }
        return switch state {
        case .signed, .disputed: isSigned(by: .client, with: clientKey)
        case .refused, .timeout: signature(of: .client) == nil
        }
    }

    /// The receipt with another outcome; signatures fall away with what they were under.
    public func with(_ state: State, reason: String?) -> Receipt {
        var receipt = self
        (receipt.state, receipt.reason, receipt.signatures) = (state, reason, [])
        return receipt
    }

    /// Whether it may stand in a ledger: answered, or settled by the relay alone because nobody answered in time.
    public func isSettled(under consent: ConsentRecord) -> Bool {
        if isAnswered(under: consent) { return true }
        return session == consent.session && (try? consent.hash()) == consentHash && state == .timeout
            && signatures.allSatisfy { $0.by == .relay }
    }

    /// What does not add up in it: sums that anybody can check without the contract.
    public var contradictions: [String] {
        var found: [String] = []
        let bandSeconds = bands.reduce(Int64(0)) { $0 &+ $1.seconds }
        if bandSeconds != billedSeconds { found.append("the bands come to \(bandSeconds) s, not \(billedSeconds) s") }
        if bands.contains(where: { $0.seconds <= 0 }) { found.append("a band without seconds") }
        if min(rawSeconds, pausedSeconds, disconnectedSeconds, billedSeconds, idleSeconds) < 0 {
            found.append("a negative time")
        }
        let used = quotaBeforeSeconds &- quotaAfterSeconds
        if used < 0 || used > billedSeconds { found.append("the included time that it used is \(used) s") }
        if let clock = agentClock, clock.differenceSeconds != rawSeconds &- clock.rawSeconds {
            found.append(
                "the clocks differ by \(rawSeconds &- clock.rawSeconds) s, not by \(clock.differenceSeconds) s"
            )
        }
        if state == .signed, reason != nil { found.append("a reason without an objection") }
        if state == .disputed, reason == nil { found.append("an objection without a reason") }
        return found
    }
}
