import FoundationEssentials
import NIOCore
import NIOHTTP1

/// A whole HTTP answer.
struct CollectedResponse: Sendable {
    var head: HTTPResponseHead
    var body: ByteBuffer

    /// The body as JSON; a `Problem` is thrown where the relay said no.
    func decoded<Answer: Decodable>(as type: Answer.Type) throws -> Answer {
        let data = Data(body.readableBytesView)
        guard (200..<300).contains(head.status.code) else { throw problem }
        do {
            return try JSONDecoder().decode(type, from: data.isEmpty ? Data("{}".utf8) : data)
        } catch {
            throw RelayAPIError(kind: .badAnswer, diagnostics: "not the JSON that was expected")
        }
    }

    /// The relay's "no".
    var problem: any Error {
        if let problem = try? JSONDecoder().decode(Problem.self, from: Data(body.readableBytesView)) { return problem }
        return RelayAPIError(kind: .badAnswer, diagnostics: "HTTP status \(head.status.code)")
    }
}

/// Collects one answer.
///
/// `@unchecked Sendable`: all state belongs to the channel's event loop, on which NIO calls every method; `fail` and
/// `response` touch only the promise, which is thread-safe.
final class ResponseCollector: ChannelInboundHandler, RemovableChannelHandler, @unchecked Sendable {
    typealias InboundIn = HTTPClientResponsePart

    private let limit: Int
    private let keepsOpen: Bool
    private let promise: EventLoopPromise<CollectedResponse>
    private var head: HTTPResponseHead?
    private var body = ByteBuffer()

    /// - Parameters:
    ///   - limit: how long the body may be, in bytes.
    ///   - keepsOpen: whether the connection stays open after the answer, where the other end says so too.
    init(limit: Int, keepsOpen: Bool = false, promise: EventLoopPromise<CollectedResponse>) {
        self.limit = limit
        self.keepsOpen = keepsOpen
        self.promise = promise
    }

    var response: EventLoopFuture<CollectedResponse> { promise.futureResult }

    func fail(_ error: any Error) { promise.fail(error) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
        case .body(var part):
            guard body.readableBytes + part.readableBytes <= limit else {
                promise.fail(RelayAPIError(kind: .badAnswer, diagnostics: "more than \(limit) bytes"))
                context.close(promise: nil)
                return
            }
            body.writeBuffer(&part)
        case .end:
            guard let head, head.status != .continue else { return context.close(promise: nil) }
            promise.succeed(CollectedResponse(head: head, body: body))
            if !keepsOpen || !head.isKeepAlive { context.close(promise: nil) }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        promise.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        promise.fail(ChannelError.eof)
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { promise.fail(ChannelError.eof) }
}
