import NIOCore

/// Which of the two ends of a tunnel a program is.
public enum TunnelEnd: String, Sendable {
    /// The client's.
    case agent
    /// The freelancer's.
    case `operator`

    var other: TunnelEnd { self == .agent ? .operator : .agent }
}

/// Turns the opaque tunnel into something that belongs to its two ends.
///
/// `establish` adds handlers at the end of the pipeline, on the channel's event loop, and returns at once; its future
/// succeeds when the other end is there and proven to the degree that this layer proves it. From then on the
/// channel carries the bytes of the layer above. The handlers keep what arrives early until `Established.release`. Where it fails the
/// channel stays open, so that the caller can report the outcome before the other end sees anything; the caller closes it.
public protocol EndToEndLayer: Sendable {
    /// Begins on `channel`, whose event loop is the current one.
    func establish(on channel: any Channel, as end: TunnelEnd) throws -> EventLoopFuture<Established>
}

/// A tunnel whose other end has been met.
public struct Established: Sendable {
    /// Bytes that only the two ends of this connection can compute.
    public let exporter: KeyingMaterialExporter
    /// Hands the layer above what arrived early; call it on the event loop, after adding the handlers of that layer.
    public let release: @Sendable () -> Void

    /// - Parameter release: called once, on the event loop.
    public init(exporter: KeyingMaterialExporter, release: @escaping @Sendable () -> Void) {
        self.exporter = exporter
        self.release = release
    }
}
