import SupportChannel
import Testing

@Suite("The session's clock")
struct SessionClockTests {
    @Test("counts connected time without pauses, and stands still while paused")
    func pauses() {
        var clock = SessionClock(startingAt: .seconds(10))
        #expect(clock.connected(at: .seconds(15)) == .seconds(5))
        clock.pause(at: .seconds(15))
        clock.pause(at: .seconds(17))
        #expect(clock.connected(at: .seconds(100)) == .seconds(5))
        #expect(clock.paused(at: .seconds(100)) == .seconds(85))
        clock.resume(at: .seconds(115))
        clock.resume(at: .seconds(117))
        #expect(clock.connected(at: .seconds(120)) == .seconds(10))
        #expect(clock.paused(at: .seconds(120)) == .seconds(100))
        #expect(clock.elapsed(at: .seconds(120)) == .seconds(110))
    }

    @Test("time without a connection is neither connected nor paused, whatever else happens meanwhile")
    func disconnections() {
        var clock = SessionClock(startingAt: .zero)
        clock.disconnect(at: .seconds(10))
        clock.pause(at: .seconds(20))
        #expect(clock.connected(at: .seconds(25)) == .seconds(10))
        #expect(clock.paused(at: .seconds(25)) == .zero)
        clock.reconnect(at: .seconds(30))
        #expect(clock.paused(at: .seconds(35)) == .seconds(5))
        clock.resume(at: .seconds(40))
        #expect(clock.connected(at: .seconds(50)) == .seconds(20))
        #expect(clock.elapsed(at: .seconds(50)) == .seconds(50))
    }

    @Test("a moment before the last change counts as that change")
    func backwards() {
        var clock = SessionClock(startingAt: .zero)
        clock.pause(at: .seconds(10))
        clock.resume(at: .seconds(20))
        clock.disconnect(at: .seconds(15))
        #expect(clock.connected(at: .seconds(100)) == .seconds(10))
        #expect(clock.paused(at: .seconds(100)) == .seconds(10))
    }

    @Test("goes on from where it stood")
    func takenUp() {
        let clock = SessionClock(
            at: .seconds(5),
            startedAt: .seconds(-95),
            connected: .seconds(60),
            paused: .seconds(30)
        )
        #expect(clock.connected(at: .seconds(6)) == .seconds(61))
        #expect(clock.elapsed(at: .seconds(6)) == .seconds(101))
    }
}
