import FoundationEssentials
import HTTPTypes
import NIOCore
import NIOHTTP2
import NIOHTTPTypes
import NIOHTTPTypesHTTP2

/// The end that asks: performs actions.
public struct OperatorEnd: Sendable {
    typealias Stream = NIOAsyncChannel<HTTPResponsePart, HTTPRequestPart>

    /// The connection underneath.
    public let channel: any Channel
    /// Bytes that only this end and the other can compute; nil where nothing is encrypted, within one machine.
    public let exporter: KeyingMaterialExporter?
    private let multiplexer: NIOHTTP2Handler.AsyncStreamMultiplexer<Void>

    /// Adds HTTP/2 to `channel`, on its event loop.
    ///
    /// - Parameter watchesLiveness: whether silence ends the connection; see `AgentEnd`.
    public init(addingTo channel: any Channel, exporter: KeyingMaterialExporter? = nil, watchesLiveness: Bool = true)
        throws
    {
        self.channel = channel
        self.exporter = exporter
        if watchesLiveness { try channel.pipeline.syncOperations.addHandler(LivenessHandler()) }
        self.multiplexer = try channel.pipeline.syncOperations.configureAsyncHTTP2Pipeline(
            mode: .client,
            configuration: SupportConnection.configuration
        ) { stream in
            // HTTP/2 lets only the server push, and no push is allowed here (RFC 9113 §8.4).
            stream.close()
        }
        try channel.pipeline.syncOperations.addHandler(RoundTripHandler())
    }

    /// Measures how long it takes to the other end and back.
    ///
    /// - Throws: where the connection ends meanwhile, or another task measures too.
    public func roundTrip() async throws -> TimeAmount {
        try await channel.eventLoop.flatSubmit { [channel] in
            let promise = channel.eventLoop.makePromise(of: TimeAmount.self)
            do {
                try channel.pipeline.syncOperations.handler(type: RoundTripHandler.self).measure(promise)
            } catch {
                promise.fail(error)
            }
            return promise.futureResult
        }
        .get()
    }

    /// Performs one action and hands `body` its replies and a way to send input.
    ///
    /// The action ends with `body`: an error or a cancelled task resets the stream, and the agent stops the work.
    /// - Throws: `Refusal` where the other end says no; `SupportChannelError` and channel errors where the connection fails.
    public func perform<Result: Sendable>(
        _ name: String,
        parameters: ByteBuffer,
        body: @Sendable (_ replies: ActionInput, _ requests: ActionRequests) async throws -> Result
    ) async throws -> Result {
        let stream = try await open()
        return try await stream.executeThenClose { inbound, outbound in
            let head = HTTPRequest(
                method: .post,
                scheme: "https",
                authority: "agent",
                path: SupportConnection.pathPrefix + name
            )
            try await outbound.write(.head(head))
            try await outbound.write(.body(ActionFrame(.parameters, parameters).encoded))
            var iterator = inbound.makeAsyncIterator()
            guard case .head(let response)? = try await iterator.next() else {
                throw SupportChannelError(kind: .closed, diagnostics: "without an answer")
            }
            let replies = ActionInput(iterator)
            guard response.status == .ok else {
                try await outbound.write(.end(nil))
                throw try await Self.refusal(status: response.status.code, body: replies.collect(upTo: 65_536))
            }
            let requests = ActionRequests(outbound: PacedWriter(outbound, on: stream.channel.eventLoop))
            let result = try await body(replies, requests)
            // An agent that has done its work may have left input unread: then there is no room for an orderly end, and closing the
            // stream resets it. Either way the work is done.
            if try await stream.channel.eventLoop.submit({ stream.channel.isWritable }).get() {
                try? await outbound.write(.end(nil))
            }
            return result
        }
    }

    /// The same with parameters as JSON.
    public func perform<Result: Sendable>(
        _ name: String,
        _ parameters: some Encodable,
        body: @Sendable (_ replies: ActionInput, _ requests: ActionRequests) async throws -> Result
    ) async throws -> Result {
        try await perform(name, parameters: ByteBuffer(bytes: JSONEncoder().encode(parameters)), body: body)
    }

    private func open() async throws -> Stream {
        do {
            return try await multiplexer.openStream { stream in
                stream.eventLoop.makeCompletedFuture {
                    try stream.pipeline.syncOperations.addHandler(HTTP2FramePayloadToHTTPClientCodec())
                    return try Stream(
                        wrappingChannelSynchronously: stream,
                        configuration: SupportConnection.streamConfiguration()
                    )
                }
            }
        } catch {
            throw SupportChannelError(kind: .closed, diagnostics: "")
        }
    }

    private static func refusal(status: Int, body: ByteBuffer) -> Refusal {
        (try? JSONDecoder().decode(Refusal.self, from: Data(body.readableBytesView)))
            ?? Refusal(status: status, message: "the other end answered \(status)")
    }
}

/// What the operator sends on one action after its parameters. Any task may send.
public struct ActionRequests: Sendable {
    let outbound: PacedWriter<HTTPRequestPart>

    /// Sends one frame; waits while the agent does not read.
    public func send(_ frame: ActionFrame) async throws {
        let bytes = frame.encoded
        try await outbound.write(.body(bytes), bytes: bytes.readableBytes)
    }
}
