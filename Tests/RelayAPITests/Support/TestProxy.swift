import NIOCore
import NIOPosix
import Synchronization

@testable import RelayAPI

/// A proxy on the loopback that does as the test says.
final class TestProxy: Sendable {
    enum Manner: Sendable {
        /// Connects, and passes on what comes; with `authorization` only for whoever sends that.
        case honest(authorization: String? = nil)
        /// Says this once it was asked.
        case says(String, closes: Bool)
        /// Closes once it was asked.
        case closes
        /// Takes the request and does nothing.
        case silent
    }

    private let listener: any Channel
    private let connections = Mutex<[any Channel]>([])
    private let heads = Mutex<[String]>([])

    private init(_ listener: any Channel) { self.listener = listener }

    /// `http://127.0.0.1:PORT`.
    var address: String { "http://127.0.0.1:\(listener.localAddress?.port ?? 0)" }
    /// What it was asked, each a whole head.
    var requests: [String] { heads.withLock { $0 } }

    func proxy(user: String? = nil) throws -> Proxy {
        try Proxy(url: user.map { address.replacing("http://", with: "http://\($0)@") } ?? address)
    }

    /// Ends every connection that it carries, without a word.
    func cut() { connections.withLock { $0 }.forEach { $0.close(promise: nil) } }

    static func with(_ manner: Manner, _ body: (TestProxy) async throws -> Void) async throws {
        let owner = Mutex<TestProxy?>(nil)
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let proxy = owner.withLock { $0 }
                    proxy?.connections.withLock { $0.append(channel) }
                    let handler = ProxyConnection(manner) { head in proxy?.heads.withLock { $0.append(head) } }
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let proxy = TestProxy(listener)
        owner.withLock { $0 = proxy }
        do {
            try await body(proxy)
        } catch {
            proxy.cut()
            try? await listener.close()
            throw error
        }
        proxy.cut()
        try await listener.close()
    }
}

/// One connection of the proxy: the request, then bytes both ways.
private final class ProxyConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let manner: TestProxy.Manner
    private let note: (String) -> Void
    private var head = ""
    private var isAsked = false
    private var other: (any Channel)?

    init(_ manner: TestProxy.Manner, note: @escaping (String) -> Void) {
        self.manner = manner
        self.note = note
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = Self.unwrapInboundIn(data)
        if let other { return other.writeAndFlush(bytes, promise: nil) }
        head += String(buffer: bytes)
        guard !isAsked, head.hasSuffix("\r\n\r\n") else { return }
        isAsked = true
        note(head)
        switch manner {
        case .honest(let authorization?) where !head.contains("\r\nProxy-Authorization: \(authorization)\r\n"):
            answer("HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"test\"\r\n\r\n", context)
            context.close(promise: nil)
        case .honest: connect(context)
        case .says(let text, let closes):
            answer(text, context)
            if closes { context.close(promise: nil) }
        case .closes: context.close(promise: nil)
        case .silent: break
        }
    }

    private func answer(_ text: String, _ context: ChannelHandlerContext) {
        context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    }

    private func connect(_ context: ChannelHandlerContext) {
        let target = head.split(separator: " ").dropFirst().first ?? ""
        let channel = context.channel
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        ClientBootstrap(group: context.eventLoop)
            .channelInitializer { upstream in
                upstream.eventLoop.makeCompletedFuture {
                    try upstream.pipeline.syncOperations.addHandler(Forwarder(to: channel))
                }
            }
            .connect(host: "127.0.0.1", port: Int(target.split(separator: ":").last ?? "") ?? 0)
            .whenComplete { result in
                let (handler, context) = bound.value
                switch result {
                case .success(let upstream):
                    handler.other = upstream
                    handler.answer("HTTP/1.1 200 OK\r\n\r\n", context)
                case .failure:
                    handler.answer("HTTP/1.1 502 No\r\n\r\n", context)
                    context.close(promise: nil)
                }
            }
    }

    func channelInactive(context: ChannelHandlerContext) { other?.close(promise: nil) }
}

private final class Forwarder: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let other: any Channel

    init(to other: any Channel) { self.other = other }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        other.writeAndFlush(Self.unwrapInboundIn(data), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { other.close(promise: nil) }
}
