import Foundation
import Testing

extension EndToEnd {
    @Suite("What is settled without a session's clock")
    struct SettlementTests {
        /// The example with two hours a month.
        private static let contract =
            ExampleContract.text.replacingOccurrences(
                of: "support, rate: support }\n",
                with: "support, rate: support, usesQuota: true }\n"
            )
            .replacingOccurrences(of: "warranty, rate: support, usesQuota: true }", with: "warranty, rate: support }")
                + """
                retainer: { kind: takeOrPay, fee: "100.00", included: 2h, period: month, overageRate: support, carryOver: { policy: unlimited } }
                minimumTermMonths: 24

                """

        private static let supplier = """
            name: Jana Lotse IT-Service
            contact: Jana Lotse
            street: Deichweg 3
            postalCode: "20457"
            city: Hamburg
            country: DE
            phone: "+49 40 5550100"
            email: jana@lotse.example
            eInvoiceAddress: { scheme: EM, value: jana@lotse.example }
            taxNumber: 22/815/08154
            timeZone: Europe/Berlin
            iban: DE02120300000000202051
            invoiceNumbers: "{year}-{number:4}"
            """

        private struct Record: Decodable {
            var session, state, startedAt, category: String
            var recorded: Bool?
            var netCents, quotaSeconds: Int64?
        }

        private struct Credit: Decodable {
            var session, month, reason: String
            var netCents, quotaReturnedSeconds: Int64
            var asWarranty: Bool
        }

        private struct Balance: Decodable { var quotaLeftSeconds, changedSeconds: Int64 }
        private struct End: Decodable { var endsOn, warning: String? }
        private struct Shown: Decodable {
            struct Month: Decodable {
                var month: String
                var carriedSeconds, grantedSeconds, returnedSeconds, usedSeconds, leftSeconds: Int64
            }
            var endsOn: String?
            var quota: [Month]?
        }
        private struct Listed: Decodable { var contract: String; var endsOn: String? }
        private struct Sheet: Decodable {
            struct Row: Decodable { var session: String; var recorded: Bool? }
            struct Credit: Decodable { var session: String; var netCents: Int64 }
            struct Totals: Decodable { var netCents, quotaLeftSeconds: Int64? }
            var sessions: [Row]
            var credits: [Credit]?
            var totals: Totals
        }

        private func time(_ seconds: Int64) -> String {
            Date(timeIntervalSince1970: TimeInterval(seconds)).ISO8601Format()
        }

        /// A stage with the contract, stored some seconds ago, and an invoice's head; gives the first second that work may have been in.
        private func with(_ body: (Stage, Int64) async throws -> Void) async throws {
            try await Stage.with(isReady: false) { stage in
                try await stage.initialize()
                try Data(Self.supplier.utf8).write(to: URL(fileURLWithPath: stage.relayFolder + "/supplier.yaml"))
                try await stage.serve()
                try await stage.logIn("jana", role: "owner")
                try await stage.addContract(Self.contract)
                let stored = Int64(Date().timeIntervalSince1970)
                try await eventually("some seconds have passed since the contract was stored") {
                    Int64(Date().timeIntervalSince1970) >= stored + 4 ? true : nil
                }
                try await body(stage, stored + 1)
            }
        }

        @Test("work without a session shows in sessions, timesheet, invoice and its proof, marked as recorded")
        func record() async throws {
            try await with { stage, from in
                let (start, end) = (time(from), time(from + 2))
                let record = try await stage.json(
                    Record.self,
                    "record",
                    "minute",
                    "--from",
                    start,
                    "--to",
                    end,
                    "--category",
                    "support",
                    "--summary",
                    "by telephone",
                    "--json"
                )
                #expect(record.recorded == true && record.state == "ended" && record.startedAt == start)
                #expect(record.quotaSeconds == 60 && record.netCents == 0)
                #expect(try await stage.run("sessions").output.contains("recorded"))
                let sheet = try await stage.json(Sheet.self, "timesheet", "minute", "--format", "json")
                #expect(sheet.sessions.map(\.recorded) == [true])
                for format in ["table", "csv", "ics", "timeclock", "timewarrior", "kimai"] {
                    let text = try await stage.run("timesheet", "minute", "--format", format)
                    #expect(text.status == 0 && text.output.contains("recorded"), "\(format): \(text.output)")
                }
                let month = try #require(
                    try await stage.json(Shown.self, "contract", "show", "minute", "--json").quota?.last?.month
                )
                let xml = stage.folder + "/files/draft.xml"
                let draft = try await stage.run("invoice", "minute", "--month", month, "--dry-run", "--xml", xml)
                #expect(draft.status == 0, "\(draft.story)")
                let text = try String(contentsOf: URL(fileURLWithPath: xml), encoding: .utf8)
                #expect(text.contains("(recorded later): by telephone"))
                let verified = try stage.start(Programs.agent, ["verify", xml])
                #expect(try await verified.ended() == 0)
                #expect(verified.output.contains("written down later"))

                let again = try await stage.run(
                    "record",
                    "minute",
                    "--from",
                    start,
                    "--to",
                    end,
                    "--category",
                    "support",
                    "--summary",
                    "twice"
                )
                #expect(again.status == 1 && again.errorOutput.contains("worked in session \(record.session)"))
                let future = try await stage.run(
                    "record",
                    "minute",
                    "--from",
                    start,
                    "--to",
                    time(from + 80_000),
                    "--category",
                    "support",
                    "--summary",
                    "x"
                )
                #expect(future.status == 1 && future.errorOutput.contains("lies in the future"))
                #expect(try await stage.run("record", "minute", "--from", start).status == 64)
                #expect(try await stage.ledgerIsWhole())
            }
        }

        @Test("a session is given back: on timesheet and invoice, and its quota comes back")
        func credit() async throws {
            try await with { stage, _ in
                let session = try await stage.session()
                try await eventually("the relay counts a second") {
                    try await stage.record(of: session.id).rawSeconds >= 1 ? true : nil
                }
                let ended = try await stage.run("end", "--summary", "looked")
                #expect(ended.status == 0)
                #expect(try await session.agent.ended() == 0)
                let credit = try await stage.json(
                    Credit.self,
                    "credit",
                    session.id,
                    "--reason",
                    "our own fault",
                    "--as",
                    "warranty",
                    "--json"
                )
                #expect(credit.session == session.id && credit.asWarranty && credit.quotaReturnedSeconds == 60)
                let again = try await stage.run("credit", session.id, "--reason", "twice")
                #expect(again.status == 1 && again.errorOutput.contains("already"))
                let sheet = try await stage.json(Sheet.self, "timesheet", "minute", "--format", "json")
                #expect(sheet.credits?.map(\.session) == [session.id] && sheet.totals.quotaLeftSeconds == 7200)
                #expect(
                    try await stage.run("timesheet", "minute").output.contains("accepted as warranty: our own fault")
                )
                let xml = stage.folder + "/files/draft.xml"
                let draft = try await stage.run("invoice", "minute", "--month", credit.month, "--dry-run", "--xml", xml)
                #expect(draft.status == 0, "\(draft.story)")
                let text = try String(contentsOf: URL(fileURLWithPath: xml), encoding: .utf8)
                #expect(text.contains("Given back: support") && text.contains("our own fault"))
                let verified = try stage.start(Programs.agent, ["verify", xml])
                #expect(try await verified.ended() == 0)
                #expect(verified.output.contains("\(session.id)  accepted as warranty  0.00 EUR"))
                #expect(try await stage.ledgerIsWhole())
            }
        }

        @Test("a contract's balance and its end are entries that contract list and show tell of")
        func contract() async throws {
            try await with { stage, _ in
                let added = try await stage.json(
                    Balance.self,
                    "contract",
                    "balance",
                    "minute",
                    "--quota",
                    "90m",
                    "--json"
                )
                #expect(added.quotaLeftSeconds == 12_600 && added.changedSeconds == 5400)
                let taken = try await stage.json(Balance.self, "contract", "balance", "minute", "--quota=-1h", "--json")
                #expect(taken.quotaLeftSeconds == 9000)
                #expect(try await stage.run("contract", "balance", "minute", "--quota", "much").status == 64)
                let shown = try await stage.json(Shown.self, "contract", "show", "minute", "--json")
                let month = try #require(shown.quota?.last)
                #expect((month.carriedSeconds, month.grantedSeconds, month.leftSeconds) == (1800, 7200, 9000))
                #expect(try await stage.run("contract", "show", "minute").output.contains("GRANTED"))

                let end = try await stage.run("contract", "end", "minute", "--on", "2099-12-31")
                #expect(end.status == 0 && end.output.contains("ends with 2099-12-31") && end.errorOutput == "")
                let today = try await stage.json(
                    End.self,
                    "contract",
                    "end",
                    "minute",
                    "--on",
                    time(Int64(Date().timeIntervalSince1970) + 86_400).prefix(10).description,
                    "--json"
                )
                #expect(today.warning?.contains("at the earliest") == true)
                let listed = try await stage.json([Listed].self, "contract", "list", "--json")
                #expect(listed.first?.endsOn == today.endsOn)
                #expect(try await stage.run("contract", "end", "minute").status == 64)
                let revoked = try await stage.json(End.self, "contract", "end", "minute", "--revoke", "--json")
                #expect(revoked.endsOn == nil)
                _ = try await stage.invite()
                #expect(try await stage.ledgerIsWhole())
            }
        }
    }
}
