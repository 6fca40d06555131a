import NIOCore
import NIOEmbedded
import Testing

@testable import TLS

@Suite("Closing")
struct ClosingTests {
    let identities: Identities

    init() throws { identities = try Identities() }

    private func connected(halfClosure: Bool = false) throws -> Pair {
        let pair = try identities.pair()
        for end in [pair.client, pair.server] { end.channel.allowRemoteHalfClosure = halfClosure }
        try pair.connect()
        return pair
    }

    private func expectCleanEnd(_ pair: Pair) {
        for end in [pair.client, pair.server] {
            #expect(end.application.errors.isEmpty)
            #expect(end.application.isInactive)
            #expect(!end.channel.isActive)
        }
    }

    @Test("close: what was written arrives, then both sides end without an error")
    func close() throws {
        let pair = try connected()
        let write = pair.client.write(ByteBuffer(string: "last words"), flush: false)
        let close = pair.client.close()
        #expect(!close.isDone)
        pair.carry()
        #expect(write.isSuccess && close.isSuccess)
        #expect(pair.server.application.text == "last words")
        expectCleanEnd(pair)
    }

    @Test("close with more than the channel takes: everything is encrypted and arrives before close_notify")
    func closeDrains() throws {
        let pair = try connected()
        let write = pair.client.write(ByteBuffer(repeating: 7, count: 1 << 20))
        let close = pair.client.close()
        let late = pair.client.write("too late")
        #expect(late.failure == .closed)
        pair.carry(chunk: 30_000)
        #expect(write.isSuccess && close.isSuccess)
        #expect(pair.server.application.receivedBytes == 1 << 20)
        expectCleanEnd(pair)
    }

    @Test("close by both at once, and close asked for twice")
    func closeByBoth() throws {
        let pair = try connected()
        let closes = [pair.client.close(), pair.server.close(), pair.client.close()]
        pair.carry()
        #expect(closes.allSatisfy { $0.isSuccess })
        expectCleanEnd(pair)
    }

    @Test("a peer that does not answer close_notify is waited for until the deadline")
    func closeDeadline() throws {
        let pair = try connected()
        let close = pair.client.close()
        pair.loop.advanceTime(by: .milliseconds(4_999))
        #expect(!close.isDone && pair.client.channel.isActive)
        pair.loop.advanceTime(by: .milliseconds(1))
        #expect(close.failure == .closeTimeout)
        #expect(pair.client.application.failures == [.closeTimeout])
        #expect(!pair.client.channel.isActive)
    }

    @Test("a peer that does not take the last bytes is waited for until the deadline, counted from the last progress")
    func drainDeadline() throws {
        let pair = try connected()
        let write = pair.client.write(ByteBuffer(repeating: 7, count: 1 << 20))
        let close = pair.client.close()
        pair.loop.advanceTime(by: .seconds(4))
        pair.server.deliver(pair.client.wire.take(.max))
        pair.loop.advanceTime(by: .seconds(4))
        #expect(!close.isDone)
        pair.loop.advanceTime(by: .seconds(1))
        #expect(close.failure == .closeTimeout && write.failure == .closeTimeout)
        #expect(!pair.client.channel.isActive)
    }

    @Test("a peer that ends the transport instead of answering close_notify ends the connection well")
    func endInsteadOfAnswer() throws {
        let pair = try connected()
        let close = pair.client.close()
        _ = pair.client.wire.take(.max)
        pair.client.deliverEnd()
        pair.loop.run()
        #expect(close.isSuccess)
        #expect(pair.client.application.errors.isEmpty)
    }

    @Test("an end of the transport without close_notify is an error, not an end", arguments: [false, true])
    func truncation(halfClosure: Bool) throws {
        let pair = try connected(halfClosure: halfClosure)
        let write = pair.server.write(ByteBuffer(repeating: 7, count: 1 << 20))
        _ = pair.client.write("half a mess")
        pair.carry(chunk: 1000, limit: 2000)
        pair.server.deliverEnd()
        pair.loop.run()
        #expect(pair.server.application.failures == [.truncated])
        #expect(pair.server.application.inputClosed == 0)
        #expect(write.failure == .truncated)
        #expect(!pair.server.channel.isActive)
    }

    @Test("half close: one direction ends, the other stays usable, then ends too", arguments: [false, true])
    func halfClose(byServer: Bool) throws {
        let pair = try connected(halfClosure: true)
        let (first, second) = byServer ? (pair.server, pair.client) : (pair.client, pair.server)
        _ = first.write("question")
        let half = first.close(.output)
        #expect(first.write("more").failure == .closed)
        pair.carry()
        #expect(half.isSuccess)
        #expect(second.application.text == "question")
        #expect(second.application.inputClosed == 1)
        #expect(first.channel.isActive && second.channel.isActive)
        pair.loop.advanceTime(by: .hours(1))
        _ = second.write(ByteBuffer(repeating: 65, count: 1 << 20))
        pair.carry()
        #expect(first.application.receivedBytes == 1 << 20)
        let other = second.close(.output)
        pair.carry()
        #expect(other.isSuccess)
        #expect(first.application.inputClosed == 1)
        expectCleanEnd(pair)
    }

    @Test("half close where the peer does not allow it: it answers with all that it has written, then both end")
    func halfCloseNotAllowed() throws {
        let pair = try connected()
        let write = pair.server.write(ByteBuffer(repeating: 65, count: 1 << 20))
        let half = pair.client.close(.output)
        pair.carry()
        #expect(write.isSuccess && half.isSuccess)
        #expect(pair.client.application.receivedBytes == 1 << 20)
        #expect(pair.server.application.inputClosed == 0)
        expectCleanEnd(pair)
    }

    @Test("half close with more than the channel takes: the peer may close first and still gets everything")
    func halfCloseDrains() throws {
        let pair = try connected(halfClosure: true)
        let write = pair.client.write(ByteBuffer(repeating: 65, count: 1 << 20))
        let half = pair.client.close(.output)
        let other = pair.server.close(.output)
        pair.carry(chunk: 30_000)
        #expect(write.isSuccess && half.isSuccess && other.isSuccess)
        #expect(pair.server.application.receivedBytes == 1 << 20)
        expectCleanEnd(pair)
    }

    @Test("half close, then close: the rest of the input is thrown away until the peer answers")
    func halfCloseThenClose() throws {
        let pair = try connected(halfClosure: true)
        let half = pair.client.close(.output)
        pair.carry()
        let close = pair.client.close()
        _ = pair.server.write("nobody reads this")
        pair.carry()
        #expect(half.isSuccess && !close.isDone)
        #expect(pair.client.application.receivedBytes == 0)
        _ = pair.server.close()
        pair.carry()
        #expect(close.isSuccess)
        expectCleanEnd(pair)
    }

    @Test("close before and during the handshake closes at once and fails what waits")
    func closeEarly() throws {
        for isActive in [false, true] {
            let pair = try identities.pair()
            let write = pair.client.write("never sent")
            if isActive { pair.activate() }
            let close = pair.client.close()
            #expect(close.isSuccess)
            #expect(write.failure == .closed && pair.client.handshake.failure == .closed)
            pair.carry()
            if isActive { #expect(pair.server.handshake.failure == .handshakeFailed) }
        }
    }

    @Test("the input alone cannot be closed")
    func closeInput() throws {
        let pair = try connected()
        let close = pair.client.close(.input)
        #expect(close.isDone && !close.isSuccess)
        #expect(pair.client.channel.isActive)
    }
}
