import FoundationEssentials
import Receipts
import RelayAPI

/// Whom this client worked with before, and on which terms: so that what changed can be said before the client agrees.
struct Acquaintances: Sendable {
    /// The file.
    let file: String

    /// An operator who was met before.
    struct Operator: Codable, Sendable, Equatable {
        /// SPKI SHA-256 of the authority under which the name means something, in hexadecimal.
        var authority: String
        /// The name.
        var name: String
        /// The key of the certificate, in hexadecimal.
        var key: String
        /// When this key was seen first.
        var since: Timestamp
    }

    /// A contract that was agreed to before.
    struct Contract: Codable, Sendable, Equatable {
        /// SPKI SHA-256 of the relay's authority, in hexadecimal.
        var authority: String
        /// The contract's id.
        var contract: String
        /// The version.
        var version: Int64
        /// Hash of that version, in hexadecimal.
        var hash: String
        /// What was left of the included time at the last consent, in seconds.
        var quotaLeftSeconds: Int64?
        /// When that was.
        var at: Timestamp
        /// Hash of the contract's last receipt that was signed here.
        var receiptHash: Digest?
    }

    /// The key with which a relay signs.
    struct Ledger: Codable, Sendable, Equatable {
        /// SPKI SHA-256 of the relay's authority, in hexadecimal.
        var authority: String
        /// The key, in hexadecimal.
        var key: String
    }

    /// What is known of the two that an offer names.
    struct Recollection: Sendable, Equatable {
        var `operator`: Operator?
        var contract: Contract?

        /// Nobody was met yet.
        static let nothing = Recollection()
    }

    struct Content: Codable {
        var operators: [Operator] = []
        var contracts: [Contract] = []
        /// Files of older releases have none.
        var ledgers: [Ledger]?
    }

    /// What is known of an operator and a contract.
    ///
    /// - Throws: `AgentError` (`configuration`) where the file is there and cannot be read: a damaged memory is not a first meeting.
    func recall(operator name: String, contract: String, authority: String) throws(AgentError) -> Recollection {
        do {
            guard let bytes = try SmallFile.read(file) else { return .nothing }
            let content = try JSONDecoder().decode(Content.self, from: Data(bytes))
            return Recollection(
                operator: content.operators.first { $0.authority == authority && $0.name == name },
                contract: content.contracts.first { $0.authority == authority && $0.contract == contract }
            )
        } catch let failure as SystemFailure {
            throw AgentError(
                .configuration,
                "\(file) cannot be read: \(SystemReason.sentence(failure.code)) (mend or remove it)"
            )
        } catch {
            throw AgentError(.configuration, "\(file) is damaged (remove it; whom you worked with is then unknown)")
        }
    }

    /// Remembers who and what was agreed to.
    ///
    /// - Throws: `SystemFailure`, or what decoding a damaged file throws. The same holds for those below.
    func remember(_ consent: ConsentRecord, relayKey: VerifyingKey? = nil, at moment: Timestamp) throws {
        let person = Operator(
            authority: consent.authority,
            name: consent.operator.name,
            key: consent.operator.key,
            since: moment
        )
        let contract = Contract(
            authority: consent.authority,
            contract: consent.contract,
            version: consent.contractVersion,
            hash: consent.contractHash.hex,
            quotaLeftSeconds: consent.price.quotaLeftSeconds,
            at: moment
        )
        try change { content in
            content.remember(person)
            let before = content.contracts.first { $0.isSame(as: contract) }
            content.contracts.removeAll { $0.isSame(as: contract) }
            var known = contract
            known.receiptHash = before?.receiptHash
            content.contracts.append(known)
            guard let relayKey else { return }
            let ledger = Ledger(authority: consent.authority, key: relayKey.hex)
            content.ledgers = (content.ledgers ?? []).filter { $0 != ledger } + [ledger]
        }
    }

    /// Remembers the last receipt of a contract.
    func remember(_ receipt: Receipt, authority: String) throws {
        let hash = try receipt.hash()
        try change { content in
            for index in content.contracts.indices
            where content.contracts[index].authority == authority
                && content.contracts[index].contract == receipt.contract
            {
                content.contracts[index].receiptHash = hash
            }
        }
    }

    /// Hash of a contract's last receipt that was signed here; nil where there is none.
    func lastReceipt(of contract: String, authority: String) throws -> Digest? {
        try content().contracts.first { $0.authority == authority && $0.contract == contract }?.receiptHash
    }

    /// All that is remembered.
    func content() throws -> Content {
        try SmallFile.read(file).map { try JSONDecoder().decode(Content.self, from: Data($0)) } ?? Content()
    }

    private func change(_ body: (inout Content) throws -> Void) throws {
        try SmallFile.update(file) { present in
            var content = try present.map { try JSONDecoder().decode(Content.self, from: Data($0)) } ?? Content()
            try body(&content)
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return Array(try encoder.encode(content)) + [UInt8(ascii: "\n")]
        }
    }
}

extension Acquaintances.Content {
    /// A key that is known already stays known since then.
    fileprivate mutating func remember(_ person: Acquaintances.Operator) {
        guard !operators.contains(where: { $0.isSamePerson(as: person) && $0.key == person.key }) else { return }
        operators.removeAll { $0.isSamePerson(as: person) }
        operators.append(person)
    }
}

extension Acquaintances.Contract {
    fileprivate func isSame(as other: Self) -> Bool { authority == other.authority && contract == other.contract }
}

extension Acquaintances.Operator {
    fileprivate func isSamePerson(as other: Self) -> Bool { authority == other.authority && name == other.name }
}
