import Contracts
import Receipts
import Testing

struct SignedBytesTests {
    @Test("domain, zero byte, canonical JSON without signatures")
    func form() {
        let statement: JSONValue = ["b": 1, "a": "x", "signatures": ["s"], "c": ["signatures": 2]]
        let bytes = SignedBytes(domain: .ledgerHead, statement: statement).bytes
        #expect(bytes == Array("lotse/1 ledger head\0{\"a\":\"x\",\"b\":1,\"c\":{\"signatures\":2}}".utf8))
    }
}

struct LedgerHeadTests {
    private let key: SigningKey
    private let head: LedgerHead

    init() throws {
        key = try SigningKey.generate()
        head = try LedgerHead(count: 7, hash: .sha256("x"), signedBy: key)
    }

    @Test("a head survives its canonical form")
    func roundTrip() throws {
        let again = try LedgerHead(canonical: head.canonicalBytes)
        #expect(again == head)
        #expect(again.isSigned(by: key.verifyingKey))
        #expect(try !again.isSigned(by: SigningKey.generate().verifyingKey))
    }

    @Test(
        "no other count or hash passes for signed",
        arguments: [("\"count\":7", "\"count\":8"), ("\"hash\":\"2", "\"hash\":\"3")]
    )
    func edited(from: String, to: String) throws {
        let text = String(decoding: head.canonicalBytes, as: UTF8.self)
        let edited = text.replacing(from, with: to)
        #expect(edited != text)
        #expect(try !LedgerHead(canonical: Array(edited.utf8)).isSigned(by: key.verifyingKey))
    }

    @Test("anything but the canonical form is refused")
    func malformed() throws {
        let text = String(decoding: head.canonicalBytes, as: UTF8.self)
        let variants = [
            "", "{}", " " + text, text + "\n", text.replacing("\"version\":1", with: "\"version\":2"),
            text.replacing("\"count\":7", with: "\"count\":0"), text.replacing("\"count\":7", with: "\"count\":7.0"),
            text.replacing("\"by\":\"relay\"", with: "\"by\":\"client\""),
            text.replacing("\"count\":7", with: "\"count\":7,\"more\":1"),
            String(repeating: "[", count: 100_000),
        ]
        for variant in variants {
            #expect { try LedgerHead(canonical: Array(variant.utf8)) } throws: {
                ($0 as? ReceiptsError)?.kind == .badStatement
            }
        }
    }
}
