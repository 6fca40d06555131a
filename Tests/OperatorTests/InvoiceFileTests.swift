import Receipts
import RelayAPI
import Testing

@testable import Operator

@Suite("An invoice's files")
struct InvoiceFileTests {
    private func invoice(xml: String) -> InvoiceFile {
        InvoiceFile(
            summary: InvoiceSummary(
                number: "2026-0007",
                contract: "klein",
                firstMonth: "2026-11",
                month: "2026-11",
                kind: "invoice",
                issueDate: "2026-12-01",
                netCents: 1500,
                vatCents: 285,
                grossCents: 1785,
                currency: "EUR",
                xmlHash: Digest.sha256(xml).hex
            ),
            xml: xml,
            html: "<!doctype html>"
        )
    }

    @Test("where the page alone is the invoice the sentence says so, and what to write instead")
    func pageAlone() throws {
        #expect {
            try invoice(xml: "").requireXML()
        } throws: {
            "\($0)"
                == "invoice 2026-0007 has no XRechnung, since klein has no client.eInvoiceAddress: the page is the invoice (--html FILE without --xml writes it)"
        }
        try invoice(xml: "<?xml version=\"1.0\"?>").requireXML()
    }
}
