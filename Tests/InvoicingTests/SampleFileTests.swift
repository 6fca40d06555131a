import Foundation
import QRCodes
import Testing

@testable import Invoicing

/// Writes one file of each kind where `LOTSE_INVOICE_SAMPLES` names a folder: `scripts/validate-invoices` checks them.
@Suite("Sample files") struct SampleFileTests {
    @Test(
        "every kind of invoice is written where a folder is named",
        .enabled(if: ProcessInfo.processInfo.environment["LOTSE_INVOICE_SAMPLES"] != nil)
    )
    func write() throws {
        let path = try #require(ProcessInfo.processInfo.environment["LOTSE_INVOICE_SAMPLES"])
        let folder = URL(fileURLWithPath: path)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (name, invoice) in try InvoiceSamples.all() {
            try Data(try XRechnung.bytes(invoice)).write(to: folder.appendingPathComponent("\(name).xml"))
            let page = try InvoicePage.html(invoice, zone: Sample.berlin, qrCode: QRMatrix.encode)
            try Data(page.utf8).write(to: folder.appendingPathComponent("\(name).html"))
        }
        let comparison = try SimulationTests.comparison()
        try Data(comparison.html.utf8).write(to: folder.appendingPathComponent("simulation.html"))
        try Data(comparison.text.utf8).write(to: folder.appendingPathComponent("simulation.txt"))
    }
}
