import Foundation
import Glibc
import Testing

extension EndToEnd {
    @Suite("What is blacked out of logs")
    struct RedactionTests {
        private static let lines = """
            2026-11-05T20:30:00Z login password=hunter2 user=mia
            2026-11-05T20:30:01Z mail to petra@acme.example, IBAN DE89 3704 0044 0532 0130 00
            2026-11-05T20:30:02Z GET https://shop:hunter2@db.example/ Authorization: Bearer abc123hunter2
            -----BEGIN PRIVATE KEY-----
            aHVudGVyMmh1bnRlcjJodW50ZXIyaHVudGVyMmh1bnRlcjJodW50ZXIyaHVudGVy
            -----END PRIVATE KEY-----
            2026-11-05T20:30:03Z the end

            """

        private struct Receipt: Decodable {
            var redactions: [String: Int64]
            var state: String
        }

        private static func with(_ contract: String, _ body: (Stage, Session, String) async throws -> Void) async throws
        {
            try await Stage.with(isReady: false) { stage in
                try await stage.initialize()
                try await stage.serve()
                try await stage.logIn("jana")
                try await stage.addContract(ExampleContract.text + contract)
                let folder = stage.folder + "/files/logs"
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
                let path = try stage.write("logs/app.log", Self.lines)
                try await body(stage, try await stage.session(agentOptions: ["--logs", folder]), path)
            }
        }

        @Test("no secret leaves the client's machine; both ends are told how many, and the receipt says so")
        func receipt() async throws {
            try await Self.with("") { stage, session, path in
                let logs = try await stage.run("logs", path)
                #expect(logs.status == 0)
                #expect(!logs.output.contains("hunter2"))
                #expect(!logs.output.contains("aHVu"))
                #expect(logs.output.contains("login password=[redacted password] user=mia\n"))
                #expect(logs.output.contains("petra@acme.example"))
                #expect(logs.output.hasSuffix("[redacted private key]\n2026-11-05T20:30:03Z the end\n"))
                let told = "1 private key, 2 passwords, 1 bearer token"
                #expect(logs.errorOutput.contains("lotse: blacked out on the client's machine: \(told)\n"))
                try await session.agent.says("blacked out before it was sent: \(told)\n")
                _ = try await stage.run("logs", path, "--lines", "7")

                let end = try await stage.run("end", "--summary", "looked", "--json")
                let receipt = try JSONDecoder().decode(Receipt.self, from: Data(end.output.utf8))
                #expect(receipt.state == "signed")
                #expect(receipt.redactions == ["privateKey": 2, "password": 4, "bearer": 2])
                #expect(try await session.agent.ended() == 0)
                #expect(
                    session.agent.output.contains("blacked out of logs: 2 private keys, 4 passwords, 2 bearer tokens")
                )
                let shown = try await stage.run("receipt", session.id)
                #expect(shown.output.contains("redacted  2 private keys, 4 passwords, 2 bearer tokens in logs\n"))
                let kept = stage.folder + "/agent/.local/share/lotse/receipts/\(session.id).json"
                let check = try stage.start(Programs.agent, ["verify", kept])
                #expect(try await check.ended() == 0)
                #expect(try await stage.ledgerIsWhole())
            }
        }

        @Test(
            "mail addresses and bank accounts go where the contract says so, and a set that there is not is a mistake in it"
        )
        func contract() async throws {
            try await Self.with("privacy: { redact: [default, email, iban] }\n") { stage, session, path in
                let logs = try await stage.run("logs", path)
                #expect(logs.output.contains("mail to [redacted e-mail address], IBAN [redacted IBAN]\n"))
                let end = try await stage.run("end", "--summary", "looked", "--json")
                let receipt = try JSONDecoder().decode(Receipt.self, from: Data(end.output.utf8))
                #expect(receipt.redactions == ["privateKey": 1, "password": 2, "bearer": 1, "email": 1, "iban": 1])
                let wrong = try stage.write(
                    "wrong.yaml",
                    ExampleContract.text + "privacy: { redact: [default, mail] }\n"
                )
                let check = try await stage.run("contract", "check", wrong)
                #expect(check.status == 1)
                #expect(
                    (check.output + check.errorOutput).contains(
                        "\"mail\" is no set that the client's program blacks out"
                    )
                )
            }
        }

        @Test(
            "a secret whose line comes in two pieces while it is followed does not come through, and Ctrl-C tells the counts"
        )
        func follow() async throws {
            try await Self.with("") { stage, session, path in
                let other = try stage.write("logs/tick.log", "tick 0\n")
                let follow = try stage.lotse("logs", path, other, "--follow", "--lines", "1", input: .open)
                try await follow.says("tick 0\n")
                try EndToEnd.LogsTests.append("login password=hun", to: path)
                // Each is at least one look at the files later: longer than an unfinished line waits in its file.
                for number in 1...3 {
                    try EndToEnd.LogsTests.append("tick \(number)\n", to: other)
                    try await follow.says("tick \(number)\n")
                }
                try EndToEnd.LogsTests.append("ter2 user=mia\n", to: path)
                try await follow.says("login password=[redacted password] user=mia\n")
                follow.signal(SIGINT)
                #expect(try await follow.ended() == 0)
                #expect(!follow.output.contains("hun"))
                #expect(follow.errorOutput.contains("blacked out on the client's machine: 1 password\n"))
                try await session.agent.says("blacked out before it was sent: 1 password\n")
            }
        }

        @Test("lotse-agent redact shows the same, and sends nothing")
        func preview() async throws {
            try await Stage.with(isReady: false) { stage in
                let path = try stage.write("app.log", Self.lines)
                let plain = try stage.start(Programs.agent, ["redact", path])
                #expect(try await plain.ended() == 0)
                #expect(!plain.output.contains("hunter2"))
                #expect(plain.output.contains("petra@acme.example"))
                #expect(plain.errorOutput.contains("1 private key, 2 passwords, 1 bearer token"))
                let also = try stage.start(Programs.agent, ["redact", "--lines", "6", "--also", "email,iban", path])
                #expect(try await also.ended() == 0)
                #expect(also.output.contains("mail to [redacted e-mail address], IBAN [redacted IBAN]\n"))
                let none = try stage.start(Programs.agent, ["redact", path + ".none"])
                #expect(try await none.ended() == 1)
                #expect(none.errorOutput.contains("does not exist"))
            }
        }
    }
}
