import Contracts
import Testing

@testable import Invoicing

@Suite("Reading an invoice back") struct ParsedInvoiceTests {
    @Test("every kind of invoice says the same when it is read back")
    func figures() throws {
        for (name, invoice) in try InvoiceSamples.all() {
            let parsed = try ParsedInvoice(XRechnung.bytes(invoice))
            #expect(parsed.kind == invoice.kind && parsed.number == invoice.number, "\(name)")
            #expect(parsed.issueDate == invoice.issueDate && parsed.dueDate == invoice.dueDate, "\(name)")
            #expect(parsed.from == invoice.from && parsed.to == invoice.to, "\(name)")
            #expect(parsed.original == invoice.original, "\(name)")
            #expect(parsed.contract == invoice.contract && parsed.buyerReference == invoice.buyer.reference, "\(name)")
            #expect(parsed.seller.name == invoice.seller.name && parsed.seller.vatId == invoice.seller.vatId, "\(name)")
            #expect(parsed.seller.taxNumber == invoice.seller.taxNumber, "\(name)")
            #expect(parsed.buyer.name == invoice.buyer.name && parsed.buyer.vatId == invoice.buyer.vatId, "\(name)")
            #expect(parsed.buyer.address == invoice.buyer.address, "\(name)")
            #expect(parsed.payment.iban == invoice.seller.iban, "\(name)")
            #expect(parsed.lines.map(\.id) == invoice.lines.map { "\($0.number)" }, "\(name)")
            #expect(parsed.lines.map(\.name) == invoice.lines.map(\.text), "\(name)")
            #expect(parsed.lines.map(\.session) == invoice.lines.map(\.session), "\(name)")
            #expect(parsed.lines.map(\.quantity) == invoice.lines.map(\.quantity), "\(name)")
            #expect(parsed.lines.map(\.unit) == invoice.lines.map(\.unit), "\(name)")
            #expect(parsed.lines.map(\.price) == invoice.lines.map(\.price), "\(name)")
            #expect(parsed.lines.map(\.netCents) == invoice.lines.map(\.netCents), "\(name)")
            #expect(parsed.lines.map(\.vat) == invoice.lines.map(\.vat), "\(name)")
            #expect(parsed.groups.map(\.vat) == invoice.groups.map(\.vat), "\(name)")
            #expect(parsed.groups.map(\.netCents) == invoice.groups.map(\.netCents), "\(name)")
            #expect(parsed.groups.map(\.vatCents) == invoice.groups.map(\.vatCents), "\(name)")
            #expect(
                [parsed.lineCents, parsed.netCents, parsed.vatCents, parsed.grossCents, parsed.payableCents]
                    == [invoice.netCents, invoice.netCents, invoice.vatCents, invoice.grossCents, invoice.grossCents],
                "\(name)"
            )
            let csv = invoice.proof.isEmpty ? nil : Array(ServiceRow.csv(invoice.proof).utf8)
            #expect(parsed.proof == csv, "\(name)")
        }
    }

    @Test("surcharges say which percentage of which price they are")
    func surcharges() throws {
        let line = try #require(
            try ParsedInvoice(XRechnung.bytes(Sample.invoice())).lines.first { $0.kind == .surcharge }
        )
        #expect((line.percentBp, line.centsPerHour, line.price.description) == (5000, 9500, "47.50"))
        #expect(line.note == "50\u{A0}% von 95,00 € je Stunde")
    }

    @Test("what XML cannot hold is left out, markup comes back as it was")
    func escaping() throws {
        let invoice = try InvoiceSamples.hostile()
        let bytes = try XRechnung.bytes(invoice)
        let parsed = try ParsedInvoice(bytes)
        #expect(parsed.buyer.name == "</cbc:Name> & \"O'Hara\" <b>")
        #expect(parsed.lines.contains { $0.name == "Zuschlag Nacht <&> ]]> 50 %" })
        #expect(!String(decoding: bytes, as: UTF8.self).contains("<script>"))
        #expect(XMLWriter.escaped("a\u{0}\u{1F}\u{FFFE}\t\r\n😀") == "a&#9;&#13;&#10;😀")
    }

    @Test("a file that is cut off anywhere is refused")
    func truncated() throws {
        let bytes = try XRechnung.bytes(Sample.invoice())
        // All but the last line's end.
        for count in stride(from: 0, to: bytes.count - 1, by: 37) {
            #expect(kind { _ = try ParsedInvoice(Array(bytes.prefix(count))) } == .unreadable, "\(count) bytes")
        }
    }

    @Test("bytes that were changed at random are refused or read, and never trap")
    func noise() throws {
        var random = Seeded(11)
        let invoice = try Sample.invoice()
        let bytes = try XRechnung.bytes(invoice)
        for _ in 0..<400 {
            var changed = bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                changed[Int.random(in: 0..<changed.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            guard let parsed = try? ParsedInvoice(changed) else { continue }
            // Other white space between elements says nothing else.
            let isSame = changed.filter { $0 > 0x20 } == bytes.filter { $0 > 0x20 }
            let found = InvoiceCheck.differences(parsed, from: invoice)
            #expect(isSame || !found.isEmpty, "\(zip(changed, bytes).enumerated().filter { $1.0 != $1.1 })")
        }
    }

    @Test(
        "document types, entities, comments, instructions, CDATA and depth are refused",
        arguments: [
            "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "<a>&b;</a>", "<a>&#x41;</a>", "<a>&#0;</a>", "<a>&amp</a>",
            "<!-- a --><a></a>", "<a><!-- b --></a>", "<a><?b c?></a>", "<a><![CDATA[b]]></a>", "<a/>", "<a b='c'></a>",
            "<a b=\"<\"></a>", "<a></b>", "<a></a><b></b>", "<a>b<c></c></a>", "<a><c></c>b</a>", "<a>\u{7}</a>",
            "</a>", "",
            "<a b=\"c\"", "<>", "<a b=\"c\" b=\"c\" b=\"c\" b=\"c\" b=\"c\" b=\"c\" b=\"c\" b=\"c\" b=\"c\"></a>",
            String(repeating: "<a>", count: 17) + String(repeating: "</a>", count: 17),
            "<\(String(repeating: "a", count: 65))></a>",
        ]
    )
    func hostile(body: String) {
        let file = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + body
        #expect(kind { _ = try XMLReader.read(Array(file.utf8)) } == .unreadable)
    }

    @Test("files too large, with too many elements or not UTF-8 are refused; the ones just within are read")
    func limits() throws {
        let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        func read(_ body: String) throws { _ = try XMLReader.read(Array((head + body).utf8)) }
        let filler = XMLReader.mostBytes - head.utf8.count - 7
        #expect(throws: Never.self) { try read("<a>\(String(repeating: "x", count: filler))</a>") }
        #expect(kind { try read("<a>\(String(repeating: "x", count: filler + 1))</a>") } == .unreadable)
        func elements(_ count: Int) -> String { "<a>\(String(repeating: "<b></b>", count: count - 1))</a>" }
        #expect(throws: Never.self) { try read(elements(XMLReader.mostElements)) }
        #expect(kind { try read(elements(XMLReader.mostElements + 1)) } == .unreadable)
        let deep = String(repeating: "<a>", count: 16) + String(repeating: "</a>", count: 16)
        #expect(throws: Never.self) { try read(deep) }
        #expect(
            kind { _ = try XMLReader.read(Array(head.utf8) + [0x3C, 0x61, 0x3E, 0xFF] + Array("</a>".utf8)) }
                == .unreadable
        )
    }

    @Test("Base64 comes back, and other forms of it are refused")
    func base64() {
        for count in 0..<20 {
            let bytes = (0..<count).map { UInt8($0 * 37 & 0xFF) }
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
        }
        #expect(Base64.encode(Array("Lotse".utf8)) == "TG90c2U=")
        for text in ["TG90c2U", "TG90c2U==", "====", "TG9 c2U=", "TG90c2V=", "A===", "=AAA", "TG90\n"] {
            #expect(Base64.decode(text) == nil, "\(text)")
        }
    }
}
