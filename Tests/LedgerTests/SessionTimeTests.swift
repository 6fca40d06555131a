import Testing

@testable import Ledger

struct SessionTimeTests {
    private func time(_ until: Int64, _ breaks: [(BreakKind, Int64, Int64?)]) -> [Int64] {
        let time = SessionTime(
            startedAt: 100,
            until: until,
            breaks: breaks.map { BreakRecord(kind: $0.0, from: $0.1, to: $0.2) }
        )
        return [time.rawSeconds, time.pausedSeconds, time.disconnectedSeconds]
    }

    @Test("without breaks all time counts")
    func plain() {
        #expect(time(160, []) == [60, 0, 0])
        #expect(time(100, []) == [0, 0, 0])
        #expect(time(90, []) == [0, 0, 0])
    }

    @Test("pauses and disconnections apart")
    func apart() {
        #expect(time(200, [(.paused, 110, 120), (.disconnected, 130, 135), (.paused, 190, 200)]) == [75, 20, 5])
    }

    @Test("time both paused and disconnected counts as disconnected")
    func overlaps() {
        // The disconnection begins within the pause and outlasts it, the other way round, and each within the other.
        #expect(time(200, [(.paused, 110, 130), (.disconnected, 120, 140)]) == [70, 10, 20])
        #expect(time(200, [(.disconnected, 110, 130), (.paused, 120, 140)]) == [70, 10, 20])
        #expect(time(200, [(.paused, 110, 150), (.disconnected, 120, 130)]) == [60, 30, 10])
        #expect(time(200, [(.disconnected, 110, 150), (.paused, 120, 130)]) == [60, 0, 40])
        #expect(time(200, [(.disconnected, 110, 150), (.paused, 110, 150)]) == [60, 0, 40])
        #expect(
            time(200, [(.paused, 110, 150), (.disconnected, 115, 120), (.disconnected, 130, 135)]) == [60, 30, 10]
        )
    }

    @Test("breaks of one kind that overlap or touch count once")
    func merged() {
        #expect(time(200, [(.paused, 110, 130), (.paused, 120, 140), (.paused, 140, 150)]) == [60, 40, 0])
        #expect(time(200, [(.disconnected, 110, 150), (.disconnected, 120, 130)]) == [60, 0, 40])
    }

    @Test("breaks of no length count nothing")
    func empty() {
        #expect(time(200, [(.paused, 110, 110), (.disconnected, 100, 100), (.disconnected, 200, 200)]) == [100, 0, 0])
    }

    @Test("a break that is open lasts until the end")
    func open() {
        #expect(time(200, [(.paused, 150, nil)]) == [50, 50, 0])
        #expect(time(200, [(.disconnected, 150, nil)]) == [50, 0, 50])
        #expect(time(200, [(.paused, 150, nil), (.disconnected, 170, nil)]) == [50, 20, 30])
        #expect(time(140, [(.paused, 150, nil)]) == [40, 0, 0])
    }

    @Test("what lies outside of the session does not count")
    func outside() {
        #expect(
            time(200, [(.paused, 0, 110), (.disconnected, 190, 900), (.paused, 300, 400), (.paused, 20, 30)]) == [
                80, 10, 10,
            ]
        )
        #expect(time(200, [(.paused, 150, 140)]) == [100, 0, 0])
    }

    @Test("absurd instants trap nowhere", arguments: [Int64.min, -1, 0, 100, .max])
    func extremes(edge: Int64) {
        for other in [Int64.min, -1, 0, 100, .max] {
            let breaks = [
                BreakRecord(kind: .paused, from: edge, to: other),
                BreakRecord(kind: .disconnected, from: other, to: nil),
            ]
            let time = SessionTime(startedAt: other, until: edge, breaks: breaks)
            #expect(time.pausedSeconds >= 0 || edge == .max)
        }
    }

    @Test("the three parts are what counting second by second gives")
    func bySecond() {
        var random = SeededRandom(seed: 7)
        for _ in 0..<500 {
            let until = Int64.random(in: 100...160, using: &random)
            let breaks = (0..<Int.random(in: 0...6, using: &random)).map { _ in
                let from = Int64.random(in: 90...170, using: &random)
                let to = Bool.random(using: &random) ? nil : from + Int64.random(in: 0...30, using: &random)
                return BreakRecord(kind: Bool.random(using: &random) ? .paused : .disconnected, from: from, to: to)
            }
            var (raw, paused, disconnected): (Int64, Int64, Int64) = (0, 0, 0)
            for second in 100..<until {
                let running = breaks.filter { $0.from <= second && second < ($0.to ?? until) }.map(\.kind)
                if running.contains(.disconnected) {
                    disconnected += 1
                } else if running.contains(.paused) {
                    paused += 1
                } else {
                    raw += 1
                }
            }
            let time = SessionTime(startedAt: 100, until: until, breaks: breaks)
            #expect([time.rawSeconds, time.pausedSeconds, time.disconnectedSeconds] == [raw, paused, disconnected])
        }
    }
}

/// SplitMix64: the same numbers for the same seed on every machine.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
