import NIOCore

/// Knows whether an error came up from below HTTP/2. From then on SwiftNIO takes no more streams in, and one that it makes all the same
/// and drops would stop the program (swift-nio-http2 finishes its sequence of streams with the first such error, and goes on reading).
final class ConnectionFailureHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private(set) var hasFailed = false

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        hasFailed = true
        context.fireErrorCaught(error)
    }
}
