import Testing

@testable import RelayAPI

@Suite("Timestamp")
struct TimestampTests {
    @Test(
        "a moment is written and read as RFC 3339",
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (951_782_400, "2000-02-29T00:00:00Z"), (1_793_910_600, "2026-11-05T20:30:00Z"),
            (-1, "1969-12-31T23:59:59Z"), (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ]
    )
    func knownMoments(seconds: Int64, text: String) {
        #expect(Timestamp(seconds: seconds).rfc3339 == text)
        #expect(Timestamp(rfc3339: text)?.seconds == seconds)
    }

    @Test("every day of four centuries survives the round trip")
    func roundTrip() {
        for day in stride(from: Int64(-73_000), to: 146_097, by: 1) {
            let moment = Timestamp(seconds: day * 86_400 + 12_345)
            #expect(Timestamp(rfc3339: moment.rfc3339) == moment)
        }
    }

    @Test("offsets are added, fractions dropped")
    func offsets() {
        #expect(Timestamp(rfc3339: "2026-11-05T21:30:00+01:00") == Timestamp(rfc3339: "2026-11-05T20:30:00Z"))
        #expect(Timestamp(rfc3339: "2026-11-05T15:00:00.999-05:30") == Timestamp(rfc3339: "2026-11-05T20:30:00Z"))
    }

    @Test(
        "what is no moment is none",
        arguments: [
            "", "2026-11-05", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-11-05T24:00:00Z",
            "2026-11-05T20:60:00Z",
            "2026-11-05T20:30:00", "2026-11-05T20:30:00.Z", "2026-11-05T20:30:00+0100", "2026-11-05 20:30:00Z",
            "x026-11-05T20:30:00Z", "0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01",
        ]
    )
    func rejected(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }
}
