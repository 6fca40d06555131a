import Testing

@testable import Operator

@Suite("Status line")
struct StatusLineTests {
    private func status(_ change: (inout HolderStatus) -> Void = { _ in }) -> StatusLine {
        var status = HolderStatus(
            session: "s-1",
            contract: "acme",
            agent: "box",
            grants: ["run"],
            asksEach: false,
            startedAt: .init(seconds: 0),
            isPaused: false,
            isPausedByClient: false,
            rawSeconds: 754,
            pausedSeconds: 0,
            netCents: 1900,
            currency: "EUR",
            quotaLeftSeconds: 6446,
            roundTripMilliseconds: 23
        )
        change(&status)
        return StatusLine(status)
    }

    @Test("clock, cost, included time and distance fit 80 columns; a narrower window loses the last first")
    func fields() {
        let line = status()
        #expect(line.text(columns: 80) == "acme 0:12:34   19.00 EUR so far   1:47:26 included left   23 ms away")
        #expect(line.text(columns: 60) == "acme 0:12:34   19.00 EUR so far   1:47:26 included left")
        #expect(line.text(columns: 40) == "acme 0:12:34   19.00 EUR so far")
        #expect(line.text(columns: 20) == "acme 0:12:34")
        #expect(line.text(columns: 8) == "acme 0:")
        for columns in 2..<100 { #expect(line.text(columns: columns).count < columns) }
    }

    @Test("a client out of reach is not at any distance, and the clock says that it stands still")
    func away() {
        let line = status { $0.isDisconnected = true }
        #expect(line.text(columns: 80) == "acme 0:12:34 no connection   19.00 EUR so far   1:47:26 included left")
        #expect(line.isPaused)
    }

    @Test("what is not known is not shown, and a clock that stands still says so")
    func unknown() {
        let line = status { status in
            status.netCents = nil
            status.quotaLeftSeconds = nil
            status.roundTripMilliseconds = nil
            status.isPaused = true
        }
        #expect(line.text(columns: 80) == "acme 0:12:34 paused")
        #expect(
            status { ($0.isPaused, $0.isPausedByClient) = (true, true) }.clock == "acme 0:12:34 paused by the client"
        )
    }
}
