import Ledger
import RelayAPI
import Testing

@testable import Relay

@Suite("Limits of the relay")
struct LimitTests {
    private func isTooMany(_ error: any Error) -> Bool {
        (error as? Refusal)?.problem.code == "tooManySessions" && "\(error)".contains("maximumSessionsPerOperator")
    }

    @Test("an operator with as many sessions as one may have gets no other, until one of them ends")
    func sessions() async throws {
        let stage = try await DeskStage(sessionsPerOperator: 1)
        try await stage.with {
            let first = try await stage.session()
            await #expect { try await stage.session() } throws: { isTooMany($0) }
            let invitation = try await stage.invite()
            let credentials = TunnelCredentials(peer: stage.peer, token: nil, invitation: invitation.invitation)
            await #expect { try await stage.desk.admit(credentials) } throws: { isTooMany($0) }
            _ = try await stage.desk.end(EndRequest(summary: "done"), session: first, by: stage.jana)
            _ = try await stage.desk.admit(credentials)
            _ = try await stage.session()
            #expect(try stage.ledgerReport().ok)
        }
    }

    @Test("each limit is shown beside what is used of it")
    func gauges() async throws {
        let stage = try await DeskStage(freeBytes: 1 << 40)
        try await stage.with {
            _ = try await stage.session()
            _ = try await stage.session()
            try await stage.usage.record()
            let lines = stage.metrics.registry.text.split(separator: "\n").map(String.init)
            for line in [
                "lotse_connections 0", "lotse_connections_limit 20000",
                "lotse_connections_per_address 0", "lotse_connections_per_address_limit 1000",
                "lotse_unauthenticated_bytes 0", "lotse_unauthenticated_bytes_limit 1310720000",
                "lotse_unauthenticated_seconds 0", "lotse_unauthenticated_seconds_limit 60",
                "lotse_tunnel_queue_bytes 0", "lotse_tunnel_queue_bytes_limit 122880",
                "lotse_sessions_per_operator 2", "lotse_sessions_per_operator_limit 10000",
                "lotse_ledger_disk_free_bytes 1099511627776", "lotse_ledger_reserve_bytes 67108864",
                "lotse_ledger_reserve_reached 0",
            ] {
                #expect(lines.contains(line), "\(lines)")
            }
        }
    }

    @Test("while the ledger's disk has less free than the reserve no session starts, and a gauge says so")
    func reserve() async throws {
        let stage = try await DeskStage(freeBytes: 63 << 20)
        try await stage.with {
            await #expect { try await stage.session() } throws: {
                let error = $0 as? LedgerError
                return error?.kind == .diskFull
                    && error?.diagnostics.contains("63 MiB left and 64 MiB are kept") == true
            }
            try await stage.usage.record()
            #expect(stage.metrics.registry.text.contains("\nlotse_ledger_reserve_reached 1\n"))
        }
    }
}
