import Foundation
import Glibc
import RelayAPI
import Testing

extension Mishaps {
    /// A contract that costs 1.00 EUR for each second, and half as much again in its windows.
    @Suite("Clocks", .enabled(if: FakedClock.isPossible, "libfaketime is not installed, or a sanitizer is"))
    struct ClockTests {
        @Test(
            "the relay's wall clock jumps while a session runs: it is billed by monotonic time, from its start on",
            arguments: [3600, 86_400, -3600] as [Int64]
        )
        func jump(seconds: Int64) async throws {
            try await session(at: "2026-11-11T20:59:58Z", edges: "22:00", "06:00") { stage in
                try stage.clock?.jump(seconds)
            } check: { row, stage in
                // 22:00 in Berlin, whatever the relay's clock shows by then.
                #expect(row.netCents == price(row, dearFrom: "2026-11-11T21:00:00Z"))
            }
        }

        @Test(
            "over the end of summer time, with the clock set back by hand as well: the hour that comes twice is not billed"
        )
        func summerEnds() async throws {
            // 02:59:58 becomes 02:00:00; 03:00 is an hour away.
            try await session(at: "2026-10-25T00:59:58Z", edges: "03:00", "06:00") { stage in
                try stage.clock?.jump(-3600)
            } check: { row, _ in
                #expect(row.netCents == row.rawSeconds * 100)
            }
        }

        @Test(
            "over the beginning of summer time, with the clock put forward by hand as well: the hour that is left out is not billed"
        )
        func summerBegins() async throws {
            // 01:59:58 becomes 03:00:00.
            try await session(at: "2027-03-28T00:59:58Z", edges: "03:00", "06:00") { stage in
                try stage.clock?.jump(3600)
            } check: { row, _ in
                #expect(row.netCents == price(row, dearFrom: "2027-03-28T01:00:00Z"))
            }
        }

        @Test("over midnight into the weekend: each second has its own day's price")
        func midnight() async throws {
            // Friday, 23:59:58 in Berlin.
            try await session(at: "2026-11-13T22:59:58Z", edges: "00:00", "24:00", days: "sat-sun") { _ in
            } check: { row, _ in
                #expect(row.netCents == price(row, dearFrom: "2026-11-13T23:00:00Z"))
            }
        }

        @Test("over the month's end: the session belongs to the new month as a whole, and the old one has nothing")
        func monthEnd() async throws {
            // 31 October, 23:59:58 in Berlin.
            try await session(at: "2026-10-31T22:59:58Z", edges: "00:00", "06:00") { stage in
                let early = try await stage.run("invoice", "minute", "--month", "2026-10")
                #expect(early.status == 1, "\(early.story)")
            } check: { row, stage in
                #expect(row.netCents == price(row, dearFrom: "2026-10-31T23:00:00Z"))
                let sheets = { (month: String) in
                    try await stage.json(Timesheet.self, "timesheet", "minute", "--month", month, "--format", "json")
                        .sessions
                }
                #expect(try await sheets("2026-10").isEmpty)
                #expect(try await sheets("2026-11").map(\.netCents) == [row.netCents])
                let old = try await stage.run("invoice", "minute", "--month", "2026-10")
                #expect(old.errorOutput.contains("there is nothing to invoice in 2026-10"), "\(old.story)")
                // In time for the operator's certificate to be renewed.
                try stage.clock?.move(to: "2026-11-25T12:00:00Z")
                #expect(try await stage.run("contract", "list").status == 0)
                try stage.clock?.move(to: "2026-12-01T12:00:00Z")
                let new = try await stage.run("invoice", "minute", "--month", "2026-11", "--json")
                #expect(new.status == 0, "\(new.story)")
                #expect(
                    new.output.contains("\"netCents\" : \(row.netCents ?? 0)")
                        || new.output.contains("\"netCents\":\(row.netCents ?? 0)")
                )
            }
        }

        @Test("over the quota's end: the seconds that are left are free, those after it cost")
        func quota() async throws {
            let retainer = """
                retainer:
                  kind: takeOrPay
                  fee: "10.00"
                  included: 2s
                  period: month
                  overageRate: support
                  carryOver: { policy: none }

                """
            try await session(at: "2026-11-11T11:00:00Z", edges: "22:00", "06:00", more: retainer) { _ in
            } check: { row, _ in
                #expect(row.quotaSeconds == 2)
                #expect(row.netCents == (row.rawSeconds - 2) * 100)
            }
        }

        @Test(
            "relay, agent or the session's holder stand still for some seconds: the time goes on by the relay's clock, and so does the session"
        )
        func stopped() async throws {
            try await Stage.with { stage in
                let before = ContinuousClock.now
                let session = try await stage.session()
                let started = ContinuousClock.now
                for process in [try #require(stage.relay).pid, session.agent.pid, session.holder] {
                    kill(process, SIGSTOP)
                    let end = ContinuousClock.now + .seconds(2)
                    defer { kill(process, SIGCONT) }
                    try await eventually("two seconds are over") { ContinuousClock.now >= end ? true : nil }
                }
                #expect(try await stage.run("run", "--", "echo", "here").output == "here\n")
                let ending = ContinuousClock.now
                #expect(try await stage.run("end", "--summary", "done").status == 0)
                let after = ContinuousClock.now
                let row = try await stage.record(of: session.id)
                #expect(row.rawSeconds >= (ending - started).components.seconds - 1)
                #expect(row.rawSeconds <= (after - before).components.seconds + 1)
                #expect(try await session.agent.ended() == 0)
                #expect(try await stage.ledgerIsWhole())
            }
        }

        /// Runs a session of some seconds that begins at about a moment, and holds its time against this process's monotonic clock.
        ///
        /// - Parameters:
        ///   - edges: between these hours each second costs half as much again.
        ///   - change: happens in the middle of the session.
        private func session(
            at moment: String,
            edges from: String,
            _ to: String,
            days: String = "all",
            more: String = "",
            _ change: (Stage) async throws -> Void,
            check: (BilledRow, Stage) async throws -> Void
        ) async throws {
            try await Stage.with(isReady: false) { stage in
                _ = try await stage.fakeClock(at: moment)
                try await stage.initialize()
                try Data(ExampleSupplier.text.utf8).write(
                    to: URL(fileURLWithPath: stage.relayFolder + "/supplier.yaml")
                )
                try await stage.serve()
                try await stage.logIn("jana")
                try await stage.addContract(Self.contract(from, to, days: days, more: more))
                // Starting took its time.
                try stage.clock?.move(to: moment)
                let before = ContinuousClock.now
                let session = try await stage.session()
                let started = ContinuousClock.now
                try await stage.lasts(3, session)
                try await change(stage)
                try await stage.lasts(6, session)
                let ending = ContinuousClock.now
                #expect(try await stage.run("end", "--summary", "done").status == 0)
                let after = ContinuousClock.now
                let rows = try await stage.json([BilledRow].self, "sessions", "--json")
                let row = try #require(rows.first)
                #expect(row.rawSeconds >= (ending - started).components.seconds - 1, "\(row)")
                #expect(row.rawSeconds <= (after - before).components.seconds + 1, "\(row)")
                #expect(row.billedSeconds == row.rawSeconds)
                #expect(row.seconds("endedAt") == row.seconds("startedAt") + row.rawSeconds)
                try await check(row, stage)
                #expect(try await session.agent.ended() == 0)
                #expect(try await stage.ledgerIsWhole())
            }
        }

        /// What the seconds of a session cost of which those from a moment on cost half as much again.
        private func price(_ row: BilledRow, dearFrom moment: String) -> Int64 {
            let edge = (try? Date(moment, strategy: .iso8601)).map { Int64($0.timeIntervalSince1970) } ?? 0
            let cheap = min(max(0, edge - row.seconds("startedAt")), row.rawSeconds)
            #expect(cheap < row.rawSeconds, "the session must reach the edge")
            return row.rawSeconds * 100 + (row.rawSeconds - cheap) * 50
        }

        private static func contract(_ from: String, _ to: String, days: String, more: String) -> String {
            ExampleContract.text
                .replacingOccurrences(of: "\"90.00\"", with: "\"3600.00\"")
                .replacingOccurrences(of: "step: 1m", with: "step: 1s")
                .replacingOccurrences(
                    of: "kind: support, rate: support }",
                    with: "kind: support, rate: support, usesQuota: \(!more.isEmpty) }"
                )
                + "surcharges:\n  - { label: Dear, percent: 50, days: \(days), from: \"\(from)\", to: \"\(to)\" }\n"
                + more
        }
    }
}

/// What a session came to.
private struct BilledRow: Decodable {
    var startedAt: String
    var endedAt: String?
    var rawSeconds: Int64
    var billedSeconds: Int64
    var netCents: Int64?
    var quotaSeconds: Int64?

    func seconds(_ member: String) -> Int64 {
        let text = member == "startedAt" ? startedAt : endedAt ?? ""
        return (try? Date(text, strategy: .iso8601)).map { Int64($0.timeIntervalSince1970) } ?? 0
    }
}

extension Stage {
    /// Waits until a session's clock shows so many seconds.
    fileprivate func lasts(_ seconds: Int64, _ session: Session) async throws {
        try await eventually("the session lasts \(seconds) s") {
            // libfaketime lets one program in thousands see the real time, by which its certificate has expired: it is asked again.
            try? await self.record(of: session.id).rawSeconds >= seconds ? true : nil
        }
    }
}
