import FoundationEssentials
import NIOCore
import NIOHTTP1
import RelayAPI
import TLS

/// Looks at a connection's first request: it becomes an end of a tunnel, or HTTP for good.
///
/// A request with `Upgrade: lotse-tunnel` (RFC 9110 §7.8) waits here until its credentials are checked. Where the answer is no, it is
/// given here and the connection closes. An agent that joins is answered here too, and its next request is looked at like a first one: it
/// opens the tunnel on the same connection. Every other request goes on as if this handler had never been there.
final class FirstRequestHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private enum State {
        case waiting
        /// An agent joins: the body comes; nil where it is too long, and read to its end all the same, since who is still sending would
        /// not see the answer.
        case joining(body: ByteBuffer?, keepsOpen: Bool)
        /// The answer to a join is being found.
        case answering
        /// The credentials are being checked; the request's end may or may not have come.
        case checking(ticket: TunnelTicket?, sawEnd: Bool)
        case decided
    }

    /// A room's digits, in bytes of JSON, and something over.
    private static let longestJoin = 1024

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
        case (.waiting, .head(let head)) where head.method == .POST && head.uri == RelayRoute.join:
            state = .joining(body: ByteBuffer(), keepsOpen: head.isKeepAlive)
        case (.waiting, _):
            becomeHTTP(context, first: data)
        case (.joining(let body, let keepsOpen), .body(var part)):
            guard var body, body.readableBytes + part.readableBytes <= Self.longestJoin else {
                state = .joining(body: nil, keepsOpen: keepsOpen)
                return
            }
            body.writeBuffer(&part)
            state = .joining(body: body, keepsOpen: keepsOpen)
        case (.joining(let body, let keepsOpen), .end):
            state = .answering
            join(body, keepsOpen: keepsOpen, context)
        case (.answering, _):
            // Nobody who waits for the answer has something to send.
            state = .decided
            context.close(promise: nil)
        case (.checking(let ticket, _), .end):
            state = .checking(ticket: ticket, sawEnd: true)
            becomeTunnelIfReady(context)
        case (.joining, .head), (.checking, _), (.decided, _):
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

    // MARK: - Joining

    private func join(_ body: ByteBuffer?, keepsOpen: Bool, _ context: ChannelHandlerContext) {
        guard let body else {
            let message = "the body is longer than \(Self.longestJoin) bytes"
            return refuse(Refusal(.contentTooLarge, "tooLarge", message), context)
        }
        let address = AddressBlock(context.remoteAddress)
        let future = context.eventLoop.makeFutureWithTask { [admission] in
            try await ByteBuffer.json(admission.join(body.decoded(), from: address))
        }
        future.assumeIsolated().whenComplete { result in
            guard case .answering = self.state else { return }
            switch result {
            case .success(let answer):
                self.state = keepsOpen ? .waiting : .decided
                self.write(.ok, answer, keepsOpen: keepsOpen, context)
            case .failure(let error):
                self.refuse(Refusal.from(error), context)
            }
        }
    }

    // MARK: - Tunnel

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

    // MARK: - Answers

    private func refuse(_ refusal: Refusal, _ context: ChannelHandlerContext) {
        state = .decided
        let status = HTTPResponseStatus(statusCode: refusal.status.code)
        let body = (try? ByteBuffer.json(refusal.problem)) ?? ByteBuffer()
        write(status, body, retryAfter: refusal.problem.retryAfterSeconds, keepsOpen: false, context)
    }

    private func write(
        _ status: HTTPResponseStatus,
        _ body: ByteBuffer,
        retryAfter: Int64? = nil,
        keepsOpen: Bool,
        _ context: ChannelHandlerContext
    ) {
        var headers = HTTPHeaders([("Content-Type", "application/json"), ("Content-Length", "\(body.readableBytes)")])
        if let retryAfter { headers.add(name: "Retry-After", value: "\(retryAfter)") }
        if !keepsOpen { headers.add(name: "Connection", value: "close") }
        context.write(wrapOutboundOut(.head(.init(version: .http1_1, status: status, headers: headers))), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        if !keepsOpen { context.close(promise: nil) }
    }
}
