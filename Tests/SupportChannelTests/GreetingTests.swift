import NIOCore
import NIOEmbedded
import Testing

@testable import SupportChannel

@Suite("Greeting of wire version 0")
struct GreetingTests {
    /// A channel whose layer has begun, and what became of it.
    private final class Begun {
        let channel = EmbeddedChannel()
        var outcome: Result<Established, any Error>?

        init(as end: TunnelEnd) throws {
            let established = try ClearLayer().establish(on: channel, as: end)
            try channel.connect(to: SocketAddress(unixDomainSocketPath: "/other")).wait()
            established.assumeIsolated().whenComplete { self.outcome = $0 }
        }

        func receive(_ text: String) { _ = try? channel.writeInbound(ByteBuffer(string: text)) }

        var error: SupportChannelError? {
            guard case .failure(let error) = outcome else { return nil }
            return error as? SupportChannelError
        }

        var isMet: Bool {
            if case .success = outcome { true } else { false }
        }
    }

    @Test("each end says which one it is", arguments: [TunnelEnd.agent, .operator])
    func greets(end: TunnelEnd) throws {
        let begun = try Begun(as: end)
        #expect(try begun.channel.readOutbound(as: ByteBuffer.self) == ByteBuffer(string: "lotse/0 \(end.rawValue)\n"))
    }

    @Test("the right greeting is met, also byte by byte")
    func meets() throws {
        let begun = try Begun(as: .agent)
        for byte in "lotse/0 operator" { begun.receive(String(byte)) }
        #expect(begun.outcome == nil)
        begun.receive("\n")
        #expect(begun.isMet)
    }

    @Test(
        "any other line ends the tunnel",
        arguments: ["lotse/1 agent\n", "hello\n", "\n", "lotse/0 operator\n", "lotse/0 agent \n", "GET / HTTP/1.1\r\n"]
    )
    func wrongLine(line: String) throws {
        let begun = try Begun(as: .operator)
        begun.receive(line)
        #expect(begun.error?.kind == .wrongPeer)
        #expect(!begun.channel.isActive)
    }

    @Test("a line that does not end is not kept for ever")
    func tooLong() throws {
        let begun = try Begun(as: .operator)
        begun.receive(String(repeating: "x", count: 64))
        #expect(begun.outcome == nil)
        begun.receive("x")
        #expect(begun.error?.kind == .wrongPeer)
        #expect(!begun.channel.isActive)
    }

    @Test("bytes right behind the greeting wait for the layer above")
    func early() throws {
        let begun = try Begun(as: .operator)
        begun.receive("lotse/0 agent\nfirst ")
        begun.receive("second")
        #expect(try begun.channel.readInbound(as: ByteBuffer.self) == nil)
        try begun.outcome?.get().release()
        begun.channel.embeddedEventLoop.run()
        #expect(try begun.channel.readInbound(as: ByteBuffer.self) == ByteBuffer(string: "first second"))
        begun.receive("third")
        #expect(try begun.channel.readInbound(as: ByteBuffer.self) == ByteBuffer(string: "third"))
    }

    @Test("an end that never comes is an error")
    func nobody() throws {
        let begun = try Begun(as: .operator)
        _ = try begun.channel.finish()
        #expect(begun.error?.kind == .closed)
    }
}
