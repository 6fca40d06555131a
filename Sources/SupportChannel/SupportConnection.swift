import NIOCore
import NIOHTTP2

/// What both ends set up alike.
enum SupportConnection {
    /// Before an action's name in the request's path; names the version of the wire.
    static let pathPrefix = "/v1/"

    /// Windows that keep a line of 100 ms filled at 80 Mbit/s and more, and frames that carry a whole read.
    static let window = 1 << 20
    private static let largestFrame = 1 << 17
    /// Actions at once: as many connections as the agent forwards, and room for everything else.
    private static let mostStreams = 256

    static var configuration: NIOHTTP2Handler.Configuration {
        var configuration = NIOHTTP2Handler.Configuration()
        configuration.connection.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: mostStreams),
            HTTP2Setting(parameter: .maxHeaderListSize, value: 16_384),
            HTTP2Setting(parameter: .initialWindowSize, value: window),
            HTTP2Setting(parameter: .maxFrameSize, value: largestFrame),
        ]
        configuration.connection.targetWindowSize = 2 * window
        // A forward that ends cuts all of its connections, whose frames are still on their way: that is no attack.
        configuration.connection.maximumRecentlyResetStreams = 4 * mostStreams
        configuration.stream.streamResetFrameRateLimit.maximumCount = 16 * mostStreams
        configuration.stream.targetWindowSize = window
        configuration.stream.outboundBufferSizeHighWatermark = 256 * 1024
        configuration.stream.outboundBufferSizeLowWatermark = 64 * 1024
        return configuration
    }

    /// An end says "that was all" with END_STREAM and listens on. No half closure: a stream's channel takes every `close`, whatever
    /// its mode, for the end of both directions and resets the stream.
    static func streamConfiguration<Inbound, Outbound>() -> NIOAsyncChannel<Inbound, Outbound>.Configuration {
        .init(isOutboundHalfClosureEnabled: false)
    }
}
