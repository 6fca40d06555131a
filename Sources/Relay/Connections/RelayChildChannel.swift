import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import TLS

/// One accepted connection: TLS, then HTTP/1.1 for the API or, after an upgrade, a tunnel.
struct RelayChildChannel: HTTPChannelHandler {
    typealias HTTPStream = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

    /// What became of a connection after its first request.
    enum Negotiated: Sendable {
        case http(HTTPStream)
        case tunnel
    }

    /// A connection that is being set up.
    struct Value: ServerChildChannelValue {
        let channel: any Channel
        let opened: EventLoopFuture<(TLSHandshake, Negotiated)>
    }

    let responder: HTTPChannelHandler.Responder
    let certificates: ServerCertificates
    let tunnels: any TunnelAdmission
    let limits: ConnectionLimits
    /// How long a request's head may take: see `RequestDeadlineHandler`.
    let requestTimeout: TimeAmount

    /// The longest request head, in bytes.
    private static let longestHead = 16 * 1024
    /// How much is read at once before there is a tunnel, and in what every connection keeps: most ClientHellos fit.
    private static let receiveBytes = 16 * 1024
    private static let keptReceiveBytes = 512

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let value = channel.eventLoop.makeCompletedFuture { try configure(channel, logger) }
        // Whoever accepted it forgets it then, and would leave its descriptor open.
        value.whenFailure { _ in channel.close(promise: nil) }
        return value
    }

    private func configure(_ channel: any Channel, _ logger: Logger) throws -> Value {
        guard limits.admit(channel) else { throw ChannelError.ioOnClosedChannel }
        try channel.syncOptions?.setOption(.maxMessagesPerRead, value: 1)
        let buffers = PassingReceiveBuffers(bytes: Self.receiveBytes, keptBytes: Self.keptReceiveBytes)
        try channel.syncOptions?.setOption(.recvAllocator, value: buffers)
        let sync = channel.pipeline.syncOperations
        let handshake = channel.eventLoop.makePromise(of: TLSHandshake.self)
        try sync.addHandler(ForeignProtocolHandler())
        try sync.addHandler(certificates.context.makeHandler(handshakePromise: handshake))
        let encoder = HTTPResponseEncoder()
        var headLimits = NIOHTTPDecoderLimitConfiguration()
        headLimits.maxHeaderFieldSize = Self.longestHead
        headLimits.maxHeaderListSize = Self.longestHead
        headLimits.maxHeaderFieldCount = 100
        let decoder = ByteToMessageHandler(
            HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: headLimits)
        )
        let deadline = RequestDeadlineHandler(headLimit: requestTimeout)
        let negotiated = channel.eventLoop.makePromise(of: Negotiated.self)
        let first = FirstRequestHandler(
            admission: tunnels,
            handshake: handshake.futureResult,
            httpHandlers: [deadline, encoder, decoder],
            negotiated: negotiated,
            configureHTTP: { try Self.configureHTTP($0, logger: logger) }
        )
        try sync.addHandlers([encoder, decoder, deadline, first])
        // A certificate that verified, or a token that opened a tunnel.
        handshake.futureResult.whenSuccess { if $0.peer != nil { limits.recognize(channel) } }
        negotiated.futureResult.whenSuccess { if case .tunnel = $0 { limits.recognize(channel) } }
        return Value(channel: channel, opened: handshake.futureResult.and(negotiated.futureResult))
    }

    private static func configureHTTP(_ channel: any Channel, logger: Logger) throws -> Negotiated {
        let sync = channel.pipeline.syncOperations
        try sync.addHandler(HTTP1ToHTTPServerCodec(secure: true))
        try sync.addHandler(HTTPConnectionStateHandler(logger: logger))
        return .http(
            try HTTPStream(
                wrappingChannelSynchronously: channel,
                configuration: .init(isOutboundHalfClosureEnabled: true)
            )
        )
    }

    func handle(value: Value, logger: Logger) async {
        // A failed handshake or a connection that ends before its first request has nobody to tell. One wait for both: each wakes a thread.
        guard let (handshake, negotiated) = try? await value.opened.get() else {
            value.channel.close(promise: nil)
            return
        }
        let identity = ConnectionIdentity(peer: handshake.peer, address: value.channel.remoteAddress)
        switch negotiated {
        case .http(let stream):
            await ConnectionIdentity.$current.withValue(identity) {
                await handleHTTP(asyncChannel: stream, logger: logger)
            }
        case .tunnel:
            // Its handlers and the desk see to it; a task for each that waits for the end would only take memory.
            break
        }
    }
}
