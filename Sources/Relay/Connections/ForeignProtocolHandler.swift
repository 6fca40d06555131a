import NIOCore

/// Answers who speaks no TLS with one sentence, and closes. Stands before TLS, and goes as soon as the first byte is one of TLS.
///
/// The sentence has the form of HTTP, for most of those who come so are browsers; anybody else can read it as well.
final class ForeignProtocolHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Content types of TLS records: change_cipher_spec, alert, handshake, application_data (RFC 8446 §5.1).
    private static let contentTypes: ClosedRange<UInt8> = 20...23
    /// How long the other side may take to read the sentence and to close. What it still sends is thrown away meanwhile: a reset in answer to
    /// it could overtake the sentence.
    private static let lingerLimit: TimeAmount = .seconds(1)
    private static let sentence = "This port speaks TLS 1.3 and nothing else: use https://, or lotse-agent.\n"
    private static let answer = ByteBuffer(
        string: "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain\r\n"
            + "Content-Length: \(sentence.utf8.count)\r\n\r\n\(sentence)"
    )

    private var hasRefused = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasRefused else { return }
        guard let first = unwrapInboundIn(data).readableBytesView.first else { return }
        if Self.contentTypes.contains(first) {
            context.fireChannelRead(data)
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
        } else {
            hasRefused = true
            refuse(context)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if hasRefused, case .some(ChannelEvent.inputClosed) = event as? ChannelEvent {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    private func refuse(_ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(Self.answer), promise: nil)
        context.close(mode: .output, promise: nil)
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: Self.lingerLimit) { bound.value.close(promise: nil) }
    }
}
