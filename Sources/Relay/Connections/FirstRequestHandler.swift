import FoundationEssentials
import NIOCore
import NIOHTTP1
import RelayAPI
import TLS

/// Looks at a connection's first request: it becomes an end of a tunnel, or HTTP for good.
///
/// A request with `Upgrade: lotse-tunnel` (RFC 9110 §7.8) waits here until its credentials are checked. Where the answer is no, it is
/// given here and the connection closes. Every other request goes on as if this handler had never been there.
final class FirstRequestHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private enum State {
        case waiting
        /// The credentials are being checked; the request's end may or may not have come.
        case checking(ticket: TunnelTicket?, sawEnd: Bool)
        case decided
    }

    private let admission: any TunnelAdmission
    private let handshake: EventLoopFuture<TLSHandshake>
    /// Handlers that belong to HTTP, the decoder last.
    private let httpHandlers: [any RemovableChannelHandler]
    private let negotiated: EventLoopPromise<RelayChildChannel.Negotiated>
    private let configureHTTP: (any Channel) throws -> RelayChildChannel.Negotiated
    private var state = State.waiting

    init(
        admission: any TunnelAdmission,
        handshake: EventLoopFuture<TLSHandshake>,
        httpHandlers: [any RemovableChannelHandler],
        negotiated: EventLoopPromise<RelayChildChannel.Negotiated>,
        configureHTTP: @escaping (any Channel) throws -> RelayChildChannel.Negotiated
    ) {
        self.admission = admission
        self.handshake = handshake
        self.httpHandlers = httpHandlers
        self.negotiated = negotiated
        self.configureHTTP = configureHTTP
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch (state, unwrapInboundIn(data)) {
        case (.waiting, .head(let head)) where Self.isTunnelRequest(head):
            state = .checking(ticket: nil, sawEnd: false)
            check(head, context)
        case (.waiting, _):
            becomeHTTP(context, first: data)
        case (.checking(let ticket, _), .end):
            state = .checking(ticket: ticket, sawEnd: true)
            becomeTunnelIfReady(context)
        case (.checking, _), (.decided, _):
            break
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        negotiated.fail(ChannelError.eof)
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { negotiated.fail(ChannelError.eof) }

    private static func isTunnelRequest(_ head: HTTPRequestHead) -> Bool {
        head.headers[canonicalForm: "upgrade"].contains { $0.lowercased() == RelayRoute.tunnelProtocol }
    }

    private func becomeHTTP(_ context: ChannelHandlerContext, first: NIOAny) {
        state = .decided
        do {
            negotiated.succeed(try configureHTTP(context.channel))
            context.fireChannelRead(first)
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
        } catch {
            context.close(promise: nil)
        }
    }

    private func check(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let target = RequestTarget(head.uri)
        let bearer = BearerToken.from(head.headers.first(name: "Authorization"))
        let future = context.eventLoop.makeFutureWithTask { [admission, handshake] in
            guard head.method == .GET, target.path == RelayRoute.tunnel else {
                throw Refusal.notFound("there is no tunnel here")
            }
            let credentials = TunnelCredentials(
                peer: try await handshake.get().peer,
                token: bearer,
                invitation: target.query["invitation"]
            )
            return try await admission.admit(credentials)
        }
        future.assumeIsolated().whenComplete { result in
            guard case .checking(_, let sawEnd) = self.state else { return }
            switch result {
            case .success(let ticket):
                self.state = .checking(ticket: ticket, sawEnd: sawEnd)
                self.becomeTunnelIfReady(context)
            case .failure(let error):
                self.refuse(Refusal.from(error), context)
            }
        }
    }

    private func becomeTunnelIfReady(_ context: ChannelHandlerContext) {
        guard case .checking(let ticket?, true) = state else { return }
        state = .decided
        let headers = HTTPHeaders([("Connection", "Upgrade"), ("Upgrade", RelayRoute.tunnelProtocol)])
        let head = HTTPResponseHead(version: .http1_1, status: .switchingProtocols, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        let sync = context.pipeline.syncOperations
        do {
            try ticket.attach(context.channel)
            negotiated.succeed(.tunnel)
            // The decoder goes last: it gives away what came behind the request, and that is for the tunnel.
            sync.removeHandler(self, promise: nil)
            for handler in httpHandlers { sync.removeHandler(handler, promise: nil) }
        } catch {
            context.close(promise: nil)
        }
    }

    private func refuse(_ refusal: Refusal, _ context: ChannelHandlerContext) {
        state = .decided
        let body = (try? JSONEncoder().encode(refusal.problem)).map { ByteBuffer(bytes: $0) } ?? ByteBuffer()
        let headers = HTTPHeaders([
            ("Content-Type", "application/json"), ("Content-Length", "\(body.readableBytes)"), ("Connection", "close"),
        ])
        let status = HTTPResponseStatus(statusCode: refusal.status.code)
        context.write(wrapOutboundOut(.head(.init(version: .http1_1, status: status, headers: headers))), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.close(promise: nil)
    }
}
