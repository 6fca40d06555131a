import Foundation
import Testing

@testable import Invoicing

/// Writes one file of each kind where `LOTSE_INVOICE_SAMPLES` names a folder: `scripts/validate-invoices` checks them.
@Suite("Sample files") struct SampleFileTests {
    @Test(
        "every kind of invoice is written where a folder is named",
        .enabled(if: ProcessInfo.processInfo.environment["LOTSE_INVOICE_SAMPLES"] != nil)
    )
    func write() throws {
        let folder = try #require(ProcessInfo.processInfo.environment["LOTSE_INVOICE_SAMPLES"])
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (name, invoice) in try InvoiceSamples.all() {
            let file = URL(fileURLWithPath: folder).appendingPathComponent("\(name).xml")
            try Data(try XRechnung.bytes(invoice)).write(to: file)
        }
    }
}
