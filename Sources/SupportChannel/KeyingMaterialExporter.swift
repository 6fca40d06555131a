import NIOCore
import TLS

/// Bytes that only the two ends of one connection can compute (RFC 8446 §7.5), so that what is said inside can be bound to it.
public struct KeyingMaterialExporter: Sendable {
    private let eventLoop: any EventLoop
    private let tls: NIOLoopBound<TLSHandler>

    init(_ tls: TLSHandler, eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        self.tls = NIOLoopBound(tls, eventLoop: eventLoop)
    }

    /// The same at both ends of this connection, other bytes in every other one. From any thread.
    ///
    /// - Parameters:
    ///   - label: such as `EXPORTER-lotse-operator`.
    ///   - length: 1…255 bytes.
    /// - Returns: A future that fails with `TLSError` once the connection is over.
    public func bytes(label: String, length: Int) -> EventLoopFuture<[UInt8]> {
        let tls = tls
        return eventLoop.submit { try tls.value.exportKeyingMaterial(label: label, length: length) }
    }

    /// The same at once, on the event loop.
    func bytesNow(label: String, length: Int) throws -> [UInt8] {
        try tls.value.exportKeyingMaterial(label: label, length: length)
    }

    /// What an operator's proof is bound to.
    static let proofLabel = "EXPORTER-lotse-operator"
    /// The key of the session's next connection.
    static let resumptionLabel = "EXPORTER-lotse-resume"
}
