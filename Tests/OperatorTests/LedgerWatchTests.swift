import Receipts
import RelayAPI
import TLS
import Testing

@testable import Operator

@Suite("The relay's ledger only grows")
struct LedgerWatchTests {
    /// A relay's keys: the authority, and the ledger's key in the two forms in which it is used.
    private struct Keys {
        let authority: CertificateAuthority
        let certificate: Certificate
        let ledger: PrivateKey

        init() throws {
            authority = try CertificateAuthority.create(commonName: "test", notBefore: 0, notAfter: 4_000_000_000)
            ledger = try PrivateKey.generate(.ed25519)
            certificate = try authority.issue(
                CertificateProfile(
                    commonName: "ledger",
                    uris: [SignedHead.keyURI],
                    usage: .signing,
                    notBefore: 0,
                    notAfter: 4_000_000_000
                ),
                for: ledger.publicKey
            )
        }

        func head(_ count: Int64, _ hash: Digest) throws -> SignedHead {
            let statement = #"{"count":\#(count),"hash":"\#(hash.hex)","kind":"lotse-ledger-head","version":1}"#
            let message = SignedBytes(domain: .ledgerHead, canonical: statement.utf8)
            return SignedHead(
                count: count,
                hash: hash.hex,
                signature: RelayAPI.Hexadecimal.encode(try ledger.sign(message.bytes))
            )
        }

        func answer(_ head: SignedHead, hashAtCount: Digest? = nil) -> HeadAnswer {
            HeadAnswer(head: head, hashAtCount: hashAtCount?.hex, certificate: certificate.pem)
        }
    }

    private let keys: Keys
    private let five = Digest.sha256("five")
    private let nine = Digest.sha256("nine")

    init() throws { keys = try Keys() }

    private func check(_ answer: HeadAnswer, after known: SignedHead?) throws -> SignedHead {
        try LedgerWatch.check(answer, after: known, authority: keys.authority.certificate)
    }

    @Test("the first head and one that extends it are taken")
    func grows() throws {
        let known = try keys.head(5, five)
        #expect(try check(keys.answer(known), after: nil) == known)
        #expect(try check(keys.answer(known, hashAtCount: five), after: known) == known)
        let next = try keys.head(9, nine)
        #expect(try check(keys.answer(next, hashAtCount: five), after: known) == next)
    }

    @Test("a shorter ledger is a rollback")
    func rollback() throws {
        let known = try keys.head(9, nine)
        #expect { try check(keys.answer(keys.head(5, five)), after: known) } throws: { "\($0)".contains("ROLLED BACK") }
    }

    @Test("another entry at the same place is a rewrite")
    func rewritten() throws {
        let known = try keys.head(5, five)
        for answer in [
            try keys.answer(keys.head(9, nine), hashAtCount: nine), try keys.answer(keys.head(9, nine)),
            try keys.answer(keys.head(5, nine), hashAtCount: five),
        ] {
            #expect { try check(answer, after: known) } throws: { "\($0)".contains("REWRITTEN") }
        }
    }

    @Test("a head that somebody else signed, or that was altered, is refused")
    func signature() throws {
        var altered = try keys.head(5, five)
        altered.count = 6
        #expect(throws: OperatorError.self) { try check(keys.answer(altered), after: nil) }
        let others = try Keys()
        #expect(throws: OperatorError.self) { try check(others.answer(others.head(5, five)), after: nil) }
        let mixed = HeadAnswer(
            head: try others.head(5, five),
            hashAtCount: nil,
            certificate: keys.certificate.pem
        )
        #expect(throws: OperatorError.self) { try check(mixed, after: nil) }
    }
}
