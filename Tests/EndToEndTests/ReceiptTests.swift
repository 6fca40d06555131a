import Foundation
import Glibc
import Testing

extension EndToEnd {
    @Suite("Receipts")
    struct ReceiptTests {
        /// What this test reads of a receipt.
        struct Receipt: Decodable, Equatable {
            struct Signature: Decodable, Equatable {
                var by: String
            }
            struct AgentClock: Decodable, Equatable {
                var rawSeconds: Int64
                var differenceSeconds: Int64
            }

            var kind: String
            var session: String
            var state: String
            var reason: String?
            var rawSeconds: Int64
            var billedSeconds: Int64
            var netCents: Int64
            var summary: String?
            var agentClock: AgentClock?
            var previousReceiptHash: String?
            var transcriptDigest: String?
            var signatures: [Signature]
        }

        @Test("both ends keep the same receipt, and the client's program checks it without any network")
        func signed() async throws {
            try await Stage.with { stage in
                let session = try await stage.session()
                #expect(try await stage.run("run", "--", "true").status == 0)
                let end = try await stage.run("end", "--summary", "looked", "--json")
                #expect(end.status == 0)
                let receipt = try JSONDecoder().decode(Receipt.self, from: Data(end.output.utf8))
                #expect(receipt.kind == "lotse-receipt")
                #expect(receipt.session == session.id)
                #expect(receipt.state == "signed")
                #expect(receipt.signatures.map(\.by) == ["client", "operator", "relay"])
                #expect(receipt.summary == "looked")
                #expect(receipt.transcriptDigest?.count == 64)
                #expect(try #require(receipt.agentClock).differenceSeconds.magnitude <= 1)
                #expect(try await session.agent.ended() == 0)
                #expect(session.agent.output.contains("You signed the receipt."))

                let kept = stage.folder + "/agent/.local/share/lotse/receipts/\(session.id).json"
                let own = stage.folder + "/home/receipts/\(session.id).json"
                #expect(try String(contentsOfFile: kept, encoding: .utf8) == end.output)
                #expect(try String(contentsOfFile: own, encoding: .utf8) == end.output)
                let check = try stage.start(Programs.agent, ["verify", kept])
                #expect(try await check.ended() == 0)
                #expect(check.output.contains("computed again on this computer"))
                #expect(check.output.contains("receipt signed by both"))

                let timesheet = try await stage.run("timesheet", "minute", "--format", "json")
                #expect(timesheet.output.contains(#""receipt":"signed""#))
                let again = try await stage.run("receipt", session.id, "--json")
                #expect(again.output == end.output)
                #expect(try await stage.ledgerIsWhole())
            }
        }

        @Test("a receipt that somebody changed is not right, on the client's computer and on any with its keys")
        func changed() async throws {
            try await Stage.with { stage in
                let session = try await stage.session()
                let end = try await stage.run("end", "--summary", "looked", "--json")
                #expect(try await session.agent.ended() == 0)
                let cheaper = try stage.write(
                    "changed.json",
                    end.output.replacingOccurrences(of: #""summary":"looked""#, with: #""summary":"worked""#)
                )
                let check = try stage.start(Programs.agent, ["verify", cheaper])
                #expect(try await check.ended() == 1)
                #expect(check.output.contains("is NOT right"))

                // Somewhere else, with what this computer knows.
                let keys = try stage.start(Programs.agent, ["keys"])
                #expect(try await keys.ended() == 0)
                let trust = try stage.write("keys.txt", keys.output)
                let good = try stage.write("good.json", end.output)
                let elsewhere = try stage.start(Programs.agent, ["verify", "--trust", trust, good])
                #expect(try await elsewhere.ended() == 0, "\(elsewhere.story)")
                let wrong = try stage.start(Programs.agent, ["verify", "--trust", trust, cheaper])
                #expect(try await wrong.ended() == 1)
                let nobody = try stage.start(Programs.agent, ["verify", "--trust", try stage.write("none", ""), good])
                #expect(try await nobody.ended() == 1)
                #expect(nobody.output.contains("no key that is trusted here"))
            }
        }

        @Test("each receipt of a contract names the one before it")
        func chain() async throws {
            try await Stage.with { stage in
                var before: String?
                for number in 0..<2 {
                    let session = try await stage.session()
                    let receipt = try await stage.json(Receipt.self, "end", "--summary", "\(number)", "--json")
                    #expect(try await session.agent.ended() == 0)
                    #expect((receipt.previousReceiptHash == nil) == (number == 0))
                    #expect(receipt.previousReceiptHash != before || number == 0)
                    before = receipt.previousReceiptHash
                }
            }
        }

        @Test("an agent that was killed leaves a receipt without an answer, and the bill stands")
        func killed() async throws {
            try await Stage.with(resumeSeconds: 0) { stage in
                let session = try await stage.session()
                session.agent.signal(SIGKILL)
                try await stage.holderIsGone(session)
                let row = try await eventually("the receipt is settled") {
                    let timesheet = try await stage.run("timesheet", "minute", "--format", "json")
                    return timesheet.output.contains(#""receipt":"timeout""#) ? timesheet.output : nil
                }
                #expect(row.contains(session.id))
                let receipt = try await stage.json(Receipt.self, "receipt", session.id, "--json")
                #expect(receipt.state == "timeout")
                #expect(receipt.reason == "the client's connection was lost")
                #expect(receipt.agentClock == nil)
                #expect(receipt.signatures.map(\.by) == ["relay"])
                #expect(try await stage.ledgerIsWhole())
            }
        }

        @Test(
            "where the client ends the session the receipt is signed, and the operator's summary is a signed addendum"
        )
        func clientEnds() async throws {
            try await Stage.with { stage in
                let session = try await stage.session()
                session.agent.signal(SIGINT)
                #expect(try await session.agent.ended() == 0)
                #expect(session.agent.output.contains("You signed the receipt."))
                try await stage.holderIsGone(session)
                let receipt = try await stage.json(Receipt.self, "end", "--summary", "it was the cable", "--json")
                #expect(receipt.state == "signed")
                #expect(receipt.summary == nil)
                #expect(try await stage.record(of: session.id).summary == "it was the cable")
                #expect(try await stage.ledgerIsWhole())
            }
        }

        @Test("a receipts' folder of one's own is used, and so is one that cannot be written to told of")
        func folders() async throws {
            try await Stage.with { stage in
                let folder = stage.folder + "/files/receipts"
                let session = try await stage.session(agentOptions: ["--receipts", folder])
                _ = try await stage.run("end", "--summary", "x")
                #expect(try await session.agent.ended() == 0)
                #expect(FileManager.default.fileExists(atPath: folder + "/\(session.id).json"))
                let check = try stage.start(
                    Programs.agent,
                    ["verify", "--receipts", folder, folder + "/\(session.id).json"]
                )
                #expect(try await check.ended() == 0)

                let other = try await stage.session(agentOptions: ["--receipts", "/proc/nowhere"])
                let end = try await stage.json(Receipt.self, "end", "--summary", "x", "--json")
                #expect(end.state == "signed")
                #expect(try await other.agent.ended() == 0)
                #expect(other.agent.output.contains("/proc/nowhere"))
            }
        }
    }
}
