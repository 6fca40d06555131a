import NIOCore
import Testing

@testable import Agent

@Suite("Standard input on its way", .timeLimit(.minutes(5)))
struct CommandInputQueueTests {
    private struct Broken: Error {}

    private static func text(_ input: CommandInput?) -> String? {
        if case .data(let bytes)? = input { String(buffer: bytes) } else { nil }
    }

    @Test("data comes in order, then the end")
    func order() async throws {
        let queue = CommandInputQueue()
        await queue.append(ByteBuffer(string: "a"))
        await queue.append(ByteBuffer(string: "b"))
        queue.finish()
        #expect(Self.text(try await queue.next()) == "a")
        #expect(Self.text(try await queue.next()) == "b")
        #expect(try await queue.next() == nil)
    }

    @Test("a broken connection is an error at once, not an end")
    func broken() async throws {
        let queue = CommandInputQueue()
        await queue.append(ByteBuffer(string: "half"))
        queue.fail(Broken())
        await #expect(throws: Broken.self) { try await queue.next() }
    }

    @Test("whoever adds too much waits until there is room, or until nobody reads")
    func bounded() async throws {
        let queue = CommandInputQueue()
        await queue.append(ByteBuffer(repeating: 0, count: CommandInputQueue.limit))
        let added = OneShot<Void>()
        let adding = Task {
            await queue.append(ByteBuffer(string: "more"))
            added.trigger()
        }
        #expect(!added.isTriggered)
        _ = try await queue.next()
        await adding.value
        #expect(Self.text(try await queue.next()) == "more")
        await queue.append(ByteBuffer(repeating: 0, count: CommandInputQueue.limit))
        let dropped = Task { await queue.append(ByteBuffer(string: "dropped")) }
        queue.close()
        await dropped.value
        #expect(try await queue.next() == nil)
    }

    @Test("a cancelled reader returns")
    func cancelled() async {
        let queue = CommandInputQueue()
        let reading = Task { try await queue.next() }
        reading.cancel()
        await #expect(throws: CancellationError.self) { _ = try await reading.value }
    }
}
