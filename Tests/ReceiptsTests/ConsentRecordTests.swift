import Contracts
import Foundation
import Receipts
import Testing

struct ConsentRecordTests {
    private let operatorKey: SigningKey
    private let clientKey: SigningKey
    private let terms: Terms
    private let record: ConsentRecord

    init() throws {
        // Any key stands for the operator's here; the P-256 ones have tests of their own.
        operatorKey = try SigningKey.generate()
        clientKey = try SigningKey.generate()
        terms = Self.terms
        let plain = ConsentRecord(
            terms,
            contractID: "acme",
            answer: .init(grants: ["run"], approval: .each, machine: "till", key: clientKey.verifyingKey),
            operatorKey: operatorKey.verifyingKey,
            exporter: [UInt8](repeating: 7, count: 32)
        )
        let message = try plain.signedBytes()
        record = plain.signed([
            try Signature(by: .operator, of: message, with: operatorKey),
            try Signature(by: .client, of: message, with: clientKey),
        ])
    }

    static let terms = Terms(
        session: "s-1",
        invitation: "i-1",
        room: "4821",
        authority: String(repeating: "ab", count: 32),
        operator: "jana",
        contract: "{}",
        contractVersion: 3,
        category: "question",
        purpose: "the shop is slow",
        price: .init(currency: "EUR", centsPerHour: 9500, surchargePercentBp: 5000, surchargeLabel: "Night"),
        grants: ["run", "logs"],
        offeredAt: "2026-11-05T20:30:00Z"
    )

    @Test("both signatures hold, and the canonical form gives the same record back")
    func whole() throws {
        #expect(record.isSignedByBoth)
        let again = try ConsentRecord(canonical: record.canonicalBytes())
        #expect(again == record)
        #expect(again.isSignedByBoth)
        #expect(try again.hash() == record.signed([]).hash())
    }

    @Test("the hash is found in the canonical form as well, whatever its texts look like")
    func hashOfCanonical() throws {
        var hostile = terms
        hostile.purpose = #"","signatures":[],"version":1} ,"signatures":["#
        let plain = ConsentRecord(
            hostile,
            contractID: "acme",
            answer: .init(grants: [], approval: .each, machine: #","signatures":["#, key: clientKey.verifyingKey),
            operatorKey: operatorKey.verifyingKey,
            exporter: [1]
        )
        for record in [record, record.signed([]), plain.signed(record.signatures), plain] {
            #expect(try ConsentRecord.hash(ofCanonical: record.canonicalBytes()) == record.hash())
        }
        for bad in ["", "{}", #"{"version":1}"#, #"{"a":1,"signatures":[],"version":2}"#] {
            #expect(throws: ReceiptsError.self) { try ConsentRecord.hash(ofCanonical: Array(bad.utf8)) }
        }
    }

    @Test("with one signature, none, a third one or both by one key it is not signed by both")
    func missing() throws {
        let (first, second) = (record.signatures[0], record.signatures[1])
        #expect(!record.signed([]).isSignedByBoth)
        #expect(!record.signed([first]).isSignedByBoth)
        #expect(!record.signed([second]).isSignedByBoth)
        #expect(!record.signed([second, first]).isSignedByBoth)
        #expect(!record.signed([first, second, second]).isSignedByBoth)
        let renamed = Signature(by: .client, key: first.key, signature: first.signature)
        #expect(!record.signed([first, renamed]).isSignedByBoth)
        let other = try Signature(by: .client, of: record.signedBytes(), with: SigningKey.generate())
        #expect(!record.signed([first, other]).isSignedByBoth)
    }

    @Test(
        "whatever of it is changed, the signatures hold no more",
        arguments: [
            ("\"s-1\"", "\"s-2\""), ("\"i-1\"", "\"i-2\""), ("\"4821\"", "\"4822\""), ("abab", "abac"),
            ("\"acme\"", "\"acm3\""), ("\"contractVersion\":3", "\"contractVersion\":4"),
            ("\"contractHash\":\"", "\"contractHash\":\"0"),
            ("question", "change"), ("is slow", "is fast"), ("9500", "9501"), ("5000", "0"), ("Night", "Light"),
            ("[\"run\"]", "[\"run\",\"shell\"]"), ("\"each\"", "\"session\""), ("\"jana\"", "\"jane\""),
            ("\"till\"", "\"tilt\""), ("\"exporterHash\":\"", "\"exporterHash\":\"0"),
        ]
    )
    func edited(from: String, to: String) throws {
        let text = String(decoding: try record.canonicalBytes(), as: UTF8.self)
        guard let range = text.range(of: from) else {
            Issue.record("\(from) is not in the record")
            return
        }
        var edited = text.replacingCharacters(in: range, with: to)
        // A digest stays 64 digits long.
        if to.hasSuffix("\"0") { edited = edited.replacingLastDigit(behind: to) }
        let other = try ConsentRecord(canonical: Array(edited.utf8))
        #expect(!other.isSignedByBoth)
        #expect(!other.saysTheSame(as: record))
    }

    @Test("anything but the canonical form is refused")
    func malformed() throws {
        let text = String(decoding: try record.canonicalBytes(), as: UTF8.self)
        let variants = [
            "", "{}", "[]", " " + text, text + "\n", text.replacing("\"version\":1}", with: "\"version\":2}"),
            text.replacing("lotse-consent", with: "lotse-receipt"), text.replacing("9500", with: "9500.0"),
            text.replacing("\"each\"", with: "\"never\""),
            text.replacing("{\"approval\"", with: "{\"a\":1,\"approval\""),
            String(repeating: "[", count: 10_000), text + String(repeating: " ", count: 40_000),
        ]
        for variant in variants {
            #expect(throws: ReceiptsError.self) { try ConsentRecord(canonical: Array(variant.utf8)) }
        }
    }

    @Test(
        "a consumer's request to begin at once is in the record, for as long as they may withdraw",
        arguments: [("2026-11-01", true), ("2026-10-21", true), ("2026-10-20", false)]
    )
    func earlyStart(signedOn: String, isAsked: Bool) throws {
        var contract = Contract(
            contract: "acme",
            title: "Support",
            timeZone: "Europe/Berlin",
            validFrom: try LocalDate.parse(signedOn),
            signedOn: try LocalDate.parse(signedOn),
            client: Contract.Client(
                name: "Mia Klein",
                kind: .consumer,
                street: "Am Markt 1",
                postalCode: "10115",
                city: "Berlin",
                country: "DE"
            ),
            ratesCentsPerHour: ["support": 9500],
            categories: [Contract.Category(id: "question", kind: .support, rate: "support")],
            vat: Contract.VAT(category: .standard, percentBp: 1900)
        )
        #expect(terms.asksForEarlyStart(under: contract) == isAsked)
        contract.client.kind = .business
        #expect(!terms.asksForEarlyStart(under: contract))
        let asking = ConsentRecord(
            terms,
            contractID: "acme",
            requestsEarlyStart: isAsked,
            answer: .init(grants: [], approval: .each, machine: "till", key: clientKey.verifyingKey),
            operatorKey: operatorKey.verifyingKey,
            exporter: []
        )
        let text = String(decoding: try asking.canonicalBytes(), as: UTF8.self)
        #expect(text.contains(#""requestsEarlyStart":true"#) == isAsked)
        #expect(try ConsentRecord(canonical: asking.canonicalBytes()) == asking)
    }

    @Test("names that Unicode calls equal are different records")
    func normalization() throws {
        func record(_ machine: String) -> ConsentRecord {
            ConsentRecord(
                terms,
                contractID: "acme",
                answer: .init(grants: [], approval: .each, machine: machine, key: clientKey.verifyingKey),
                operatorKey: operatorKey.verifyingKey,
                exporter: []
            )
        }
        #expect(!record("caf\u{e9}").saysTheSame(as: record("cafe\u{301}")))
    }
}

extension String {
    /// Drops the last hexadecimal digit of the value that begins with `prefix`.
    fileprivate func replacingLastDigit(behind prefix: String) -> String {
        guard let start = range(of: prefix)?.upperBound, let end = self[start...].firstIndex(of: "\"") else {
            return self
        }
        var result = self
        result.remove(at: index(before: end))
        return result
    }
}

struct TermsTests {
    @Test("terms survive their canonical form, and nothing else is taken for them")
    func canonical() throws {
        let bytes = try ConsentRecordTests.terms.canonicalBytes()
        #expect(try Terms(canonical: bytes) == ConsentRecordTests.terms)
        let text = String(decoding: bytes, as: UTF8.self)
        for variant in [
            "", text + " ", text.replacing("lotse-terms", with: "lotse-term"), text.replacing("3,", with: "3.0,"),
        ] {
            #expect(throws: ReceiptsError.self) { try Terms(canonical: Array(variant.utf8)) }
        }
    }

    @Test("the proof is domain, zero byte, exported bytes and the terms' digest")
    func proof() throws {
        let exporter = [UInt8](0..<32)
        let bytes = try OperatorProof.signedBytes(exporter: exporter, terms: Array("x".utf8)).bytes
        #expect(bytes == Array("lotse/1 operator proof\0".utf8) + exporter + Digest.sha256("x").bytes)
        #expect(throws: ReceiptsError.self) { try OperatorProof.signedBytes(exporter: [1], terms: []) }
    }
}
