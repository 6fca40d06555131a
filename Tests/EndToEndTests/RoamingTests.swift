import Foundation
import Receipts
import Testing

extension Mishaps {
    @Suite("A client in another network", .enabled(if: NetworkNamespace.isPossible, "needs root, ip and tc"))
    struct RoamingTests {
        private static func with(
            _ body: (Stage, NetworkNamespace, Session) async throws -> Void
        ) async throws {
            try await NetworkNamespace.with { network in
                try await Stage.with(isReady: false) { stage in
                    try await stage.makeReady(at: network.host)
                    let session = try await stage.session(
                        agentOptions: ["--logs", stage.folder + "/files"],
                        at: "https://\(network.host):\(stage.port)",
                        by: network.wrapper
                    )
                    try await body(stage, network, session)
                }
            }
        }

        @Test("a client whose address changes is back by itself, with all that its commands said meanwhile")
        func roaming() async throws {
            try await Self.with { stage, network, session in
                let script = "i=0; while [ $i -lt 120 ]; do i=$((i+1)); echo $i; sleep 0.1; done"
                let run = try stage.lotse("run", "--", "sh", "-c", script)
                try await eventually("it runs", of: run) { run.output.isEmpty ? nil : true }
                try network.roam()
                try await eventually("it is back", within: .seconds(30)) {
                    session.agent.output.contains("The connection is back after") ? true : nil
                }
                #expect(try await run.ended(within: .seconds(30)) == 0, "\(run.story)")
                #expect(run.output == (1...120).map { "\($0)\n" }.joined())
                let receipt = try await stage.json(Receipt.self, "end", "--summary", "mended", "--json")
                #expect(receipt.state == .signed, "\(session.agent.story)")
                #expect(receipt.disconnectedSeconds > 0)
                #expect(try await session.agent.ended() == 0)
                #expect(try await stage.ledgerIsWhole())
            }
        }

        @Test("a log goes through a narrow line in a fraction of its size, whole")
        func narrow() async throws {
            try await Self.with { stage, network, session in
                var lines = ""
                for index in 0..<100_000 {
                    lines +=
                        "2026-11-28T10:\(index / 60 % 60):\(index % 60)Z shop[\(index % 997)]: GET /item/\(index) 200 \(index % 83) ms\n"
                }
                let log = try stage.write("shop.log", lines)
                try network.limit(megabits: 20)
                let before = try network.sent()
                let pulled = try await stage.run("logs", log, "--lines", "1000000")
                #expect(pulled.status == 0, "\(pulled.story)")
                #expect(pulled.output == lines)
                let sent = try network.sent() - before
                #expect(sent < lines.utf8.count / 3, "\(sent) bytes for \(lines.utf8.count)")
                #expect(try await stage.run("end", "--summary", "looked").status == 0)
                #expect(try await session.agent.ended() == 0)
            }
        }
    }
}
