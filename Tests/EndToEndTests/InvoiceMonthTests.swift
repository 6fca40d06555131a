import Foundation
import RelayAPI
import Testing

extension EndToEnd {
    @Suite("A month is closed")
    struct InvoiceMonthTests {
        @Test("lotse invoice --all issues what there is, once; a month that is not over fails for each, at the end")
        func all() async throws {
            try await Stage.with(isReady: false) { stage in
                let month = try await stage.makePast(contracts: 30, sessions: 60)
                // Has nothing in that month.
                try await stage.addContract()

                let draft = try await stage.run("invoice", "--all", "--month", month, "--dry-run")
                #expect(draft.status == 0, "\(draft.story)")
                #expect(draft.output.split(separator: "\n").allSatisfy { $0.hasPrefix("draft DRAFT-client-0000") })

                let first = try await stage.run("invoice", "--all", "--month", month)
                #expect(first.status == 0, "\(first.story)")
                let lines = first.output.split(separator: "\n")
                #expect(lines.count == 30)
                for (index, line) in lines.enumerated() {
                    let number = String(format: "%04d", index + 1)
                    #expect(line.contains("-\(number), client-00\(number) \(month): "), "\(line)")
                }
                let second = try await stage.run("invoice", "--all", "--month", month)
                #expect(second.output == first.output)
                #expect(second.status == 0)

                let answers = try await stage.json(
                    [MonthInvoicesAnswer].self,
                    "invoice",
                    "--all",
                    "--month",
                    month,
                    "--json"
                )
                #expect(answers.count == 30)
                #expect(
                    answers.flatMap(\.invoices)
                        == (try await stage.json([InvoiceSummary].self, "invoice", "list", "--json"))
                )

                let now = Date().formatted(.iso8601.year().month())
                let early = try await stage.run("invoice", "--all", "--month", now)
                #expect(early.status == 1)
                #expect(early.output.isEmpty)
                let failures = early.errorOutput.split(separator: "\n")
                #expect(failures.count == 31, "\(early.story)")
                #expect(failures.first?.hasPrefix("lotse: no invoice for client-000001: \(now) is not over") == true)
                #expect(try await stage.ledgerIsWhole())
            }
        }

        @Test("after a backup was restored, numbers that were sent since are not given again, once the last is said")
        func restored() async throws {
            try await Stage.with(isReady: false) { stage in
                let month = try await stage.makePast(contracts: 3, sessions: 6)
                func issue(_ contract: String) async throws -> InvoiceSummary {
                    struct Answer: Decodable { var invoices: [InvoiceSummary] }
                    let answer = try await stage.json(Answer.self, "invoice", contract, "--month", month, "--json")
                    return try #require(answer.invoices.first)
                }
                func relay(_ arguments: String...) async throws -> Program {
                    let program = try stage.start(Programs.relay, arguments)
                    guard try await program.ended() == 0 else { throw Failure(program.story) }
                    return program
                }
                let first = try await issue("client-000001").number
                let backup = stage.folder + "/files/backup"
                _ = try await relay("backup", stage.relayFolder, backup)
                let sent = try await issue("client-000002").number
                let (port, ledger) = (stage.port, stage.relayFolder + "/ledger/ledger.sqlite")
                try await stage.stopRelay()
                try FileManager.default.removeItem(atPath: ledger)
                let restored = try await relay("restore", backup, stage.relayFolder)
                #expect(restored.output.contains("lotse invoice continue NUMBER"))
                try FileManager.default.removeItem(atPath: stage.folder + "/home/ledger.head")
                try await stage.serve(port: port)

                let wrong = try await stage.run("invoice", "continue", "43")
                #expect(wrong.status == 1)
                let sentence =
                    "lotse: \"43\" is no number of the pattern {year}-{number:4} (invoiceNumbers in supplier.yaml)\n"
                #expect(wrong.errorOutput == sentence)
                let none = first.replacingOccurrences(of: "-0001", with: "-0000")
                let earlier = try await stage.run("invoice", "continue", none)
                #expect(earlier.status == 1)
                let third = sent.replacingOccurrences(of: "-0002", with: "-0003")
                let said = try await stage.run("invoice", "continue", sent)
                #expect(said.output == "the next invoice is \(third)\n", "\(said.story)")
                #expect(try await issue("client-000003").number == third)
                let late = try await stage.run("invoice", "continue", sent)
                #expect(late.status == 1 && late.errorOutput.contains("a later number was given"), "\(late.story)")
                #expect(try await stage.ledgerIsWhole())
            }
        }

        @Test("without a supplier nothing is issued, and all that is missing is named, one line each")
        func supplier() async throws {
            try await Stage.with(isReady: false) { stage in
                let month = try await stage.makePast(contracts: 2, sessions: 2)
                try Data("country: DE\n".utf8).write(to: URL(fileURLWithPath: stage.relayFolder + "/supplier.yaml"))
                for which in ["client-000001", "--all"] {
                    let program = try await stage.run("invoice", which, "--month", month)
                    #expect(program.status == 1)
                    let lines = program.errorOutput.split(separator: "\n")
                    #expect(lines.first?.hasPrefix("lotse: no invoice without its head") == true)
                    #expect(lines.dropFirst().allSatisfy { $0.hasPrefix("  supplier.yaml:") })
                    #expect(lines.count { $0.contains("UStG") } == 5, "\(program.story)")
                    #expect(lines.count == 12, "\(program.story)")
                }
            }
        }

        @Test(
            "a consumer without an electronic address gets the page; --xml says so in one sentence, and writes nothing"
        )
        func pageAlone() async throws {
            let business = #"kind: business"#
            let address = #", buyerReference: MK-1, eInvoiceAddress: { scheme: EM, value: mia@klein.example }"#
            let contract =
                ExampleContract.text.replacingOccurrences(of: business, with: "kind: consumer")
                .replacingOccurrences(of: address, with: "")
                .replacingOccurrences(
                    of: "kind: support, rate: support }",
                    with: "kind: support, rate: support, usesQuota: true }"
                )
                + "retainer: { kind: takeOrPay, fee: \"20.00\", included: 1h, period: month }\n"
            try await Stage.with(isReady: false) { stage in
                try await stage.initialize()
                let supplier = URL(fileURLWithPath: stage.relayFolder + "/supplier.yaml")
                try Data(ExampleSupplier.text.utf8).write(to: supplier)
                try await stage.serve()
                try await stage.logIn("jana")
                try await stage.addContract(contract)
                let month = Date().formatted(.iso8601.year().month())
                let (xml, html) = (stage.folder + "/files/draft.xml", stage.folder + "/files/draft.html")
                let draft = ["invoice", "minute", "--month", month, "--dry-run", "--html", html]
                let program = try stage.start(Programs.lotse, draft + ["--xml", xml])
                #expect(try await program.ended() == 1)
                // The invoice is there all the same.
                #expect(program.output.contains("DRAFT-minute"))
                #expect(program.errorOutput.split(separator: "\n").count == 1, "\(program.story)")
                #expect(program.errorOutput.contains("has no XRechnung, since minute has no client.eInvoiceAddress"))
                let files = FileManager.default
                #expect(!files.fileExists(atPath: xml) && !files.fileExists(atPath: html))
                let other = try stage.start(Programs.lotse, draft)
                #expect(try await other.ended() == 0, "\(other.story)")
                #expect(try String(contentsOf: URL(fileURLWithPath: html), encoding: .utf8).contains("DRAFT-minute"))
            }
        }

        @Test("one contract or all, not both and not none; files are for one")
        func usage() async throws {
            try await Stage.with(isReady: false) { stage in
                for arguments in [
                    ["invoice", "--month", "2026-10"], ["invoice", "acme", "--all", "--month", "2026-10"],
                    ["invoice", "--all", "--month", "2026-10", "--xml", "a.xml"],
                ] {
                    let program = try stage.start(Programs.lotse, arguments)
                    #expect(try await program.ended() == 64, "\(program.story)")
                }
            }
        }
    }
}
