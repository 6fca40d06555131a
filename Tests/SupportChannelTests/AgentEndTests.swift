import NIOCore
import NIOEmbedded
import Testing

@testable import SupportChannel

@Suite("The end that serves")
struct AgentEndTests {
    /// RFC 9113 §3.4 and §6: what a client begins with, and a request on stream 1.
    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0]
    private static let request: [UInt8] = [0, 0, 3, 1, 4, 0, 0, 0, 1, 0x83, 0x87, 0x84]

    private struct Broken: Error {}

    @Test(
        "an action that comes after an error from below is turned away, and the program goes on",
        arguments: [true, false]
    )
    func afterError(isServed: Bool) async throws {
        let channel = NIOAsyncTestingChannel()
        let end = try await channel.testingEventLoop.executeInContext {
            try AgentEnd(addingTo: channel)
        }
        try await channel.connect(to: SocketAddress(unixDomainSocketPath: "/nowhere"))
        let serving = Task { if isServed { try await end.serve { _ in } } }
        try await channel.writeInbound(ByteBuffer(bytes: Self.preface))
        try await channel.testingEventLoop.executeInContext { channel.pipeline.fireErrorCaught(Broken()) }
        // SwiftNIO stops the program where it drops a stream; that it still runs is the test.
        _ = try? await channel.writeInbound(ByteBuffer(bytes: Self.request))
        _ = try? await channel.finish()
        _ = try? await serving.value
        #expect(!channel.isActive)
    }
}
