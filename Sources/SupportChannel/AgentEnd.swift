import FoundationEssentials
import HTTPTypes
import NIOCore
import NIOHTTP2
import NIOHTTPTypes
import NIOHTTPTypesHTTP2
import Synchronization

/// The end that serves: takes actions in.
public struct AgentEnd: Sendable {
    typealias Stream = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

    /// The connection underneath.
    public let channel: any Channel
    /// Bytes that only this end and the other can compute; nil where nothing is encrypted, within one machine.
    public let exporter: KeyingMaterialExporter?
    private let multiplexer: NIOHTTP2Handler.AsyncStreamMultiplexer<Stream>

    /// Adds HTTP/2 to `channel`, on its event loop.
    public init(addingTo channel: any Channel, exporter: KeyingMaterialExporter? = nil) throws {
        self.channel = channel
        self.exporter = exporter
        let eventLoop = channel.eventLoop
        let failure = ConnectionFailureHandler()
        try channel.pipeline.syncOperations.addHandler(failure)
        let onLoop = NIOLoopBound(failure, eventLoop: eventLoop)
        self.multiplexer = try channel.pipeline.syncOperations.configureAsyncHTTP2Pipeline(
            mode: .server,
            configuration: SupportConnection.configuration
        ) { stream in
            eventLoop.makeCompletedFuture {
                // Nobody would take it any more.
                guard !onLoop.value.hasFailed else {
                    throw SupportChannelError(kind: .closed, diagnostics: "an action after the connection failed")
                }
                try stream.pipeline.syncOperations.addHandler(HTTP2FramePayloadToHTTPServerCodec())
                return try Stream(
                    wrappingChannelSynchronously: stream,
                    configuration: SupportConnection.streamConfiguration()
                )
            }
        }
    }

    /// Serves until the connection ends: each action runs in a task of its own, all of them end before this returns.
    ///
    /// A `Refusal` that `handle` throws before it accepts is the operator's answer; any other error resets the stream.
    public func serve(_ handle: @escaping @Sendable (IncomingAction) async throws -> Void) async throws {
        // A cancelled loop would drop the streams that it has not taken, and SwiftNIO stops the program for each: so
        // cancellation closes the connection, and a task that nobody cancels takes streams until there are no more.
        let accepting = Task {
            try await withThrowingDiscardingTaskGroup { group in
                for try await stream in multiplexer.inbound {
                    group.addTask { await Self.serve(stream, handle) }
                }
                // Whoever is still at work has lost its operator.
                group.cancelAll()
            }
        }
        try await withTaskCancellationHandler {
            try await accepting.value
        } onCancel: {
            channel.close(promise: nil)
        }
    }

    private static func serve(_ stream: Stream, _ handle: @Sendable (IncomingAction) async throws -> Void) async {
        // An error here means that the stream is gone; the operator sees that by itself.
        try? await stream.executeThenClose { inbound, outbound in
            var iterator = inbound.makeAsyncIterator()
            guard case .head(let head)? = try await iterator.next() else { return }
            let input = ActionInput(iterator)
            let replies = ActionReplies(outbound: PacedWriter(outbound, on: stream.channel.eventLoop))
            do {
                let gone = stream.channel.closeFuture
                let action = try await IncomingAction(head: head, input: input, replies: replies, gone: gone)
                try await handle(action)
                try await replies.finish()
            } catch let refusal as Refusal where !replies.isAccepted {
                try await replies.refuse(refusal)
            } catch let error as SupportChannelError where !replies.isAccepted {
                try await replies.refuse(Refusal(status: 400, message: error.description))
            }
            // The operator ends its side once it has ours; leaving before would reset the stream under its hands. Input that
            // nobody wants any more must not keep it from that.
            while let frame = try? await input.next() { _ = frame }
            try await stream.channel.closeFuture.get()
        }
    }
}

/// An action that the operator asks for.
public struct IncomingAction: Sendable {
    /// Its name, such as `run`.
    public let name: String
    /// Its parameters as JSON.
    public let parameters: ByteBuffer
    /// What follows the parameters.
    public let input: ActionInput
    /// Completes when the operator does not wait for this action any more, and when it is over.
    public let gone: EventLoopFuture<Void>
    let replies: ActionReplies

    init(head: HTTPRequest, input: ActionInput, replies: ActionReplies, gone: EventLoopFuture<Void>) async throws {
        guard head.method == .post, let path = head.path, path.hasPrefix(SupportConnection.pathPrefix) else {
            throw Refusal(status: 404, message: "there is no such action")
        }
        guard let first = try await input.next(), first.kind == .parameters else {
            throw SupportChannelError(kind: .protocolViolation, diagnostics: "an action without parameters")
        }
        self.name = String(path.dropFirst(SupportConnection.pathPrefix.count))
        self.parameters = first.payload
        self.input = input
        self.replies = replies
        self.gone = gone
    }

    /// The parameters as `type`.
    ///
    /// - Throws: `Refusal` (400) where they are something else.
    public func parameters<Parameters: Decodable>(as type: Parameters.Type) throws -> Parameters {
        do {
            return try JSONDecoder().decode(type, from: Data(parameters.readableBytesView))
        } catch {
            throw Refusal(status: 400, message: "the parameters of \(name) make no sense")
        }
    }

    /// Says yes; from now on frames may be sent.
    ///
    /// - Parameter observer: is told of each frame that was sent.
    public func accept(observedBy observer: (any ActionObserver)? = nil) async throws -> ActionReplies {
        if let observer { observe(with: observer) }
        try await replies.accept()
        return replies
    }

    /// Has somebody told of each frame that is sent from now on.
    public func observe(with observer: any ActionObserver) { replies.observe(with: observer) }
}

/// Who keeps an account of an action's frames.
public protocol ActionObserver: Sendable {
    /// A frame was handed over for good; it is sent, or the stream is broken. Frames that were sent one after another come in this order.
    func take(_ frame: ActionFrame)
}

/// What goes back to the operator on one action. Any task may send.
public final class ActionReplies: Sendable {
    private let outbound: PacedWriter<HTTPResponsePart>
    private let accepted = Mutex(false)
    private let finished = Mutex(false)
    private let observer = Mutex<(any ActionObserver)?>(nil)

    init(outbound: PacedWriter<HTTPResponsePart>) { self.outbound = outbound }

    var isAccepted: Bool { accepted.withLock { $0 } }

    /// Sends one frame; waits while the operator does not read.
    public func send(_ frame: ActionFrame) async throws {
        let bytes = frame.encoded
        try await outbound.write(.body(bytes), bytes: bytes.readableBytes)
        observer.withLock { $0 }?.take(frame)
    }

    func observe(with observer: any ActionObserver) { self.observer.withLock { $0 = observer } }

    /// Sends `value` as JSON.
    public func send(_ kind: ActionFrame.Kind, json value: some Encodable) async throws {
        try await send(ActionFrame(kind, ByteBuffer(bytes: JSONEncoder().encode(value))))
    }

    func accept() async throws {
        accepted.withLock { $0 = true }
        try await outbound.write(.head(HTTPResponse(status: .ok)))
    }

    /// Says that nothing more comes, which the operator sees at once; a second call does nothing. It happens by itself when
    /// the handler returns: this is for one that still listens to the operator's side.
    public func finish() async throws {
        let isFirst = finished.withLock { finished in
            defer { finished = true }
            return !finished
        }
        guard isFirst else { return }
        if !isAccepted { try await accept() }
        try await outbound.write(.end(nil))
    }

    func refuse(_ refusal: Refusal) async throws {
        try await outbound.write(.head(HTTPResponse(status: .init(code: refusal.status))))
        try await outbound.write(.body(ByteBuffer(bytes: JSONEncoder().encode(refusal))))
        try await outbound.write(.end(nil))
    }
}
