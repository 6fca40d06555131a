import Receipts
import TerminalText

/// Whose signatures count: the keys that this computer met, or those of a file.
///
/// A file has one key a line: `operator NAME KEY`, `relay KEY` or `client KEY`, keys in lowercase hexadecimal; `#` begins a comment.
public struct TrustedKeys: Sendable, Equatable {
    /// A key and whose it is.
    struct Entry: Sendable, Hashable {
        var signer: Signature.Signer
        /// An operator's name; nil for the others.
        var name: String?
        var key: VerifyingKey
    }

    private(set) var entries: [Entry] = []

    /// No keys.
    init() {}

    /// The keys that this computer met, its own included.
    ///
    /// - Throws: what reading them throws.
    init(of folder: AgentFolder) throws {
        let known = try folder.acquaintances.content()
        if let own = try folder.presentKey()?.verifyingKey { add(.client, nil, own.hex) }
        for person in known.operators { add(.operator, person.name, person.key) }
        for ledger in known.ledgers ?? [] { add(.relay, nil, ledger.key) }
    }

    /// The keys of a file.
    ///
    /// - Throws: `AgentError` (`configuration`) with the first line that is none.
    init(file bytes: [UInt8], name: String) throws(AgentError) {
        for (index, line) in String(decoding: bytes, as: UTF8.self).split(
            separator: "\n",
            omittingEmptySubsequences: false
        ).enumerated() {
            let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).map(String.init)
            guard let first = words.first else { continue }
            let signer = Signature.Signer(rawValue: first)
            guard let signer, words.count == (signer == .operator ? 3 : 2), let key = words.last,
                add(signer, signer == .operator ? words[1] : nil, key)
            else {
                throw AgentError(
                    .configuration,
                    "line \(index + 1) of \(name) is no key (write operator NAME KEY, relay KEY or client KEY)"
                )
            }
        }
    }

    @discardableResult
    private mutating func add(_ signer: Signature.Signer, _ name: String?, _ key: String) -> Bool {
        guard let key = VerifyingKey(hex: key) else { return false }
        entries.append(Entry(signer: signer, name: name, key: key))
        return true
    }

    /// Whether one of the keys signed a receipt.
    func signed(_ receipt: Receipt, as signer: Signature.Signer) -> Bool {
        entries.contains { entry in
            entry.signer == signer && (signer != .operator || entry.name == receipt.operator)
                && receipt.isSigned(by: signer, with: entry.key)
        }
    }

    /// The relay's key under a receipt, where it is known.
    func relayKey(of receipt: Receipt) -> VerifyingKey? {
        guard let key = receipt.signature(of: .relay).flatMap({ VerifyingKey(hex: $0.key) }) else { return nil }
        return entries.contains { $0.signer == .relay && $0.key == key } ? key : nil
    }

    /// The same as a file.
    var lines: [String] {
        entries.map { entry in
            [entry.signer.rawValue, entry.name.map { TerminalText.name($0) }, entry.key.hex].compactMap(\.self)
                .joined(separator: " ")
        }
    }
}

extension Receipt {
    /// Whether it is still what somebody signed, whoever that was: with the key that the signature names.
    func isSignedWithItsOwnKey(by signer: Signature.Signer) -> Bool {
        signature(of: signer).flatMap { VerifyingKey(hex: $0.key) }.map { isSigned(by: signer, with: $0) } ?? false
    }

    /// Who has to have signed a receipt in its state: a client who gave no answer leaves it to the relay.
    var neededSigners: [Signature.Signer] {
        switch state {
        case .signed, .disputed: [.relay, .operator, .client]
        case .refused: [.relay, .operator]
        case .timeout: [.relay]
        }
    }
}
