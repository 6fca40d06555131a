import Billing
import Contracts
import Receipts
import RelayAPI
import TimeZoneFiles

/// A receipt under a client's eyes: held against the consent, the contract and this computer's own clock, and computed again.
struct ReceiptReview: Sendable {
    /// What this computer knows of the session by itself.
    struct Knowledge: Sendable {
        /// What both agreed to.
        var consent: ConsentRecord
        /// The terms; nil where this computer does not keep them.
        var contract: Contract?
        /// What it said when the session was over; nil where the receipt is read later.
        var closing: ClosingStatement?
        /// How long nothing had happened where this computer ended the session for that; nil otherwise, and where the receipt is read later.
        var idleSeconds: Int64?
        /// When the relay's clock started, as it said then; nil where the receipt is read later.
        var startedAt: Timestamp?
        /// The relay's key; nil where it was never met.
        var relayKey: VerifyingKey?
    }

    /// Something in the receipt that is not so.
    enum Finding: Sendable, Equatable {
        case anotherSession
        case notSigned(Signature.Signer)
        /// Sums that do not add up, in words.
        case contradiction(String)
        /// It does not say what this computer said when the session was over.
        case anotherClosing
        /// It begins at another moment than the relay said at the start.
        case anotherStart
        /// Less idle time than this computer told when it ended the session for that: the rest would be billed.
        case idle(said: Int64, told: Int64)
        /// A kind of work that costs more than the one that was agreed to.
        case dearerCategory
        /// Times that are none, or a contract that cannot be billed.
        case notBillable(String)
        /// Seconds that come out differently here.
        case time(said: Int64, computed: Int64)
        /// Surcharges that come out differently here.
        case surcharges
        /// Included time that comes out differently here.
        case quota(said: Int64, computed: Int64)
        /// Cents that come out differently here.
        case cost(said: Int64, computed: Int64)
    }

    /// What is not so; none where all is well.
    let findings: [Finding]
    /// Whether time, surcharges and cost were computed again.
    let isComputed: Bool

    /// Reviews a receipt.
    ///
    /// - Parameter signers: who must have signed it already.
    init(_ receipt: Receipt, _ knowledge: Knowledge, signers: [Signature.Signer]) {
        var findings: [Finding] = []
        let consent = knowledge.consent
        if receipt.session != consent.session || receipt.contract != consent.contract
            || receipt.contractHash != consent.contractHash || receipt.contractVersion != consent.contractVersion
            || (try? consent.hash()) != receipt.consentHash || receipt.operator != consent.operator.name
            || receipt.currency != consent.price.currency
        {
            findings.append(.anotherSession)
        }
        for signer in signers where !Self.isSigned(receipt, by: signer, knowledge) {
            findings.append(.notSigned(signer))
        }
        findings += receipt.contradictions.map { .contradiction($0) }
        if let closing = knowledge.closing,
            receipt.agentClock?.rawSeconds != closing.rawSeconds || receipt.transcriptDigest != closing.actionsDigest
                || receipt.redactions != closing.redactions ?? [:]
        {
            findings.append(.anotherClosing)
        }
        if let start = knowledge.startedAt, start.rfc3339 != receipt.startedAt { findings.append(.anotherStart) }
        // Nobody is at work meanwhile, and nobody pays for it (rules 1 and 11).
        if let told = knowledge.idleSeconds, receipt.idleSeconds < told {
            findings.append(.idle(said: receipt.idleSeconds, told: told))
        }
        guard let contract = knowledge.contract else {
            self.findings = findings
            isComputed = false
            return
        }
        do {
            findings += try Self.computed(receipt, contract, consent)
            isComputed = TimeZoneFile.rules(of: contract.timeZone) != nil
        } catch {
            findings.append(.notBillable("\(error)"))
            isComputed = false
        }
        self.findings = findings
    }

    private static func isSigned(_ receipt: Receipt, by signer: Signature.Signer, _ knowledge: Knowledge) -> Bool {
        let key =
            switch signer {
            case .operator: VerifyingKey(hex: knowledge.consent.operator.key)
            case .client: VerifyingKey(hex: knowledge.consent.client.key)
            case .relay: knowledge.relayKey
            }
        // Of a relay that was never met there is nothing to hold it against.
        guard let key else { return signer == .relay }
        return receipt.isSigned(by: signer, with: key)
    }

    private static func computed(_ receipt: Receipt, _ contract: Contract, _ consent: ConsentRecord) throws
        -> [Finding]
    {
        var findings: [Finding] = []
        guard !contract.isDearer(receipt.category, than: consent.category) else { return [.dearerCategory] }
        let session = try work(receipt)
        let time = try SessionTime(session, mergeGapSeconds: nil)
        let times = [
            (receipt.rawSeconds, time.rawSeconds), (receipt.pausedSeconds, time.pausedSeconds),
            (receipt.disconnectedSeconds, time.disconnectedSeconds),
        ]
        findings += times.filter { $0.0 != $0.1 }.map { .time(said: $0.0, computed: $0.1) }
        if let zone = TimeZoneFile.rules(of: contract.timeZone) {
            let version = ContractVersion(number: receipt.contractVersion, contract: contract, zone: zone)
            let figures = try SessionFigures(session, under: version)
            if let billed = figures.billedSeconds, billed != receipt.billedSeconds {
                findings.append(.time(said: receipt.billedSeconds, computed: billed))
            } else if let bands = figures.bands, bands != receipt.bands.map(band) {
                findings.append(.surcharges)
            }
        }
        let covered = try SessionFigures.quotaSeconds(
            of: receipt.billedSeconds,
            category: receipt.category,
            quotaBeforeSeconds: receipt.quotaBeforeSeconds,
            in: contract
        )
        let used = receipt.quotaBeforeSeconds &- receipt.quotaAfterSeconds
        if used != covered { findings.append(.quota(said: used, computed: covered)) }
        let cost = try SessionFigures.netCents(
            of: receipt.bands.map(band),
            category: receipt.category,
            quotaSeconds: covered,
            in: contract
        )
        if cost != receipt.netCents { findings.append(.cost(said: receipt.netCents, computed: cost)) }
        return findings
    }

    private static func band(_ band: Receipt.Band) -> Band {
        Band(seconds: band.seconds, percentBp: band.percentBp, label: band.label)
    }

    private static func work(_ receipt: Receipt) throws -> WorkSession {
        func breaks(_ kind: Receipt.Break.Kind) throws -> [WorkSession.Interval] {
            try receipt.breaks.filter { $0.kind == kind }.map {
                WorkSession.Interval(from: try Instant(rfc3339: $0.from), to: try Instant(rfc3339: $0.to))
            }
        }
        let (start, end) = (try Instant(rfc3339: receipt.startedAt), try Instant(rfc3339: receipt.endedAt))
        return WorkSession(
            session: receipt.session,
            category: receipt.category,
            startedAt: start,
            endedAt: end,
            pauses: try breaks(.paused),
            gaps: try breaks(.disconnected),
            idleFrom: receipt.idleSeconds > 0
                ? try Instant(seconds: max(start.seconds, end.seconds &- receipt.idleSeconds)) : nil
        )
    }
}

extension ReceiptReview {
    /// Reviews a receipt later, with what this computer keeps.
    ///
    /// - Throws: `SystemFailure`.
    init(_ receipt: Receipt, _ consent: ConsentRecord, folder: AgentFolder, keys: TrustedKeys) throws {
        let knowledge = Knowledge(
            consent: consent,
            contract: try folder.contract(consent.contractHash),
            relayKey: keys.relayKey(of: receipt)
        )
        self.init(receipt, knowledge, signers: receipt.neededSigners)
        // Whoever keeps keys of relays knows this one's.
        guard knowledge.relayKey == nil, keys.entries.contains(where: { $0.signer == .relay }) else { return }
        self = ReceiptReview(findings: findings + [.notSigned(.relay)], isComputed: isComputed)
    }

    private init(findings: [Finding], isComputed: Bool) {
        self.findings = findings
        self.isComputed = isComputed
    }
}
