import NIOCore
import TLS

/// A tunnel whose ends have the same key and speak TLS 1.3 under it.
enum SecuredTunnel {
    /// Puts TLS in the place of the handler that agreed on the key, which then hands it what came early. On the event loop.
    ///
    /// - Parameters:
    ///   - deadline: when the handshake has to be done.
    ///   - handler: what was last in the pipeline until now.
    /// - Returns: a future that fails with `SupportChannelError`.
    static func establish(
        on channel: any Channel,
        _ configuration: TLSPreSharedKeyConfiguration,
        by deadline: NIODeadline,
        after handler: some RemovableChannelHandler
    ) throws -> EventLoopFuture<Established> {
        var configuration = configuration
        configuration.handshakeTimeout = max(.milliseconds(1), deadline - channel.eventLoop.now)
        let secured = channel.eventLoop.makePromise(of: TLSHandshake.self)
        let tls = try TLSContext(psk: configuration).makeHandler(handshakePromise: secured)
        let early = EarlyBytesHandler()
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(tls, position: .after(handler))
        try pipeline.addHandler(early, position: .after(tls))
        pipeline.removeHandler(handler, promise: nil)
        let exporter = KeyingMaterialExporter(tls, eventLoop: channel.eventLoop)
        let bound = NIOLoopBound(early, eventLoop: channel.eventLoop)
        return secured.futureResult
            .map { _ in
                Established(exporter: exporter) {
                    channel.pipeline.syncOperations.removeHandler(bound.value, promise: nil)
                }
            }
            .flatMapErrorThrowing { throw SupportChannelError(securing: $0) }
    }
}
