import HTTPTypes
import NIOCore
import NIOHTTPTypes
import Synchronization

/// A part of an HTTP message, request or response, as far as an action is concerned.
protocol ActionPart: Sendable {
    var body: ByteBuffer? { get }
    /// Whether the other end has said everything. The stream's channel lives on until both have.
    var isEnd: Bool { get }
}

extension HTTPRequestPart: ActionPart {
    var body: ByteBuffer? { if case .body(let buffer) = self { buffer } else { nil } }
    var isEnd: Bool { if case .end = self { true } else { false } }
}

extension HTTPResponsePart: ActionPart {
    var body: ByteBuffer? { if case .body(let buffer) = self { buffer } else { nil } }
    var isEnd: Bool { if case .end = self { true } else { false } }
}

/// The frames that come in on one action, in order. One task reads it.
public final class ActionInput: AsyncSequence, Sendable {
    /// What comes in.
    public typealias Element = ActionFrame

    private let reader: FrameReader

    init<Part: ActionPart>(_ iterator: NIOAsyncChannelInboundStream<Part>.AsyncIterator) {
        self.reader = FrameReader(iterator)
    }

    /// The next frame; `nil` once the other end has said everything.
    ///
    /// - Throws: `SupportChannelError`, or what ended the stream.
    public func next() async throws -> ActionFrame? { try await reader.next() }

    /// Reads everything that is left, as one buffer of at most `limit` bytes, not as frames.
    func collect(upTo limit: Int) async throws -> ByteBuffer { try await reader.collect(upTo: limit) }

    /// Iterates; all iterators share one position.
    public func makeAsyncIterator() -> Iterator { Iterator(input: self) }

    /// Reads frame by frame.
    public struct Iterator: AsyncIteratorProtocol {
        let input: ActionInput

        /// The next frame.
        public mutating func next() async throws -> ActionFrame? { try await input.next() }
    }
}

/// The one owner of a stream's iterator.
///
/// `@unchecked Sendable`: all state is touched only between a successful `enter()` and the following `leave()`. The atomic
/// exchange lets one task in at a time and orders its accesses after those of the task before it; a second one
/// is turned away with `misuse`.
private final class FrameReader: @unchecked Sendable {
    private let busy = Atomic<Bool>(false)
    private var nextPart: () async throws -> (any ActionPart)?
    private var hasEnded = false
    private var decoder = ActionFrameDecoder()

    init<Part: ActionPart>(_ iterator: NIOAsyncChannelInboundStream<Part>.AsyncIterator) {
        var iterator = iterator
        nextPart = { try await iterator.next() }
    }

    func next() async throws -> ActionFrame? {
        try enter()
        defer { leave() }
        while true {
            if let frame = try decoder.next() { return frame }
            guard let body = try await nextBody() else {
                if decoder.isInsideFrame {
                    throw SupportChannelError(kind: .closed, diagnostics: "in the middle of a message")
                }
                return nil
            }
            decoder.append(body)
        }
    }

    func collect(upTo limit: Int) async throws -> ByteBuffer {
        try enter()
        defer { leave() }
        var all = ByteBuffer()
        while let body = try await nextBody() {
            guard all.readableBytes + body.readableBytes <= limit else {
                throw SupportChannelError(
                    kind: .protocolViolation,
                    diagnostics: "an answer of more than \(limit) bytes"
                )
            }
            all.writeImmutableBuffer(body)
        }
        return all
    }

    private func nextBody() async throws -> ByteBuffer? {
        while !hasEnded {
            guard let part = try await nextPart() else {
                try Task.checkCancellation()
                throw SupportChannelError(kind: .closed, diagnostics: "")
            }
            if let body = part.body { return body }
            hasEnded = part.isEnd
        }
        return nil
    }

    private func enter() throws {
        guard !busy.exchange(true, ordering: .acquiring) else {
            throw SupportChannelError(kind: .misuse, diagnostics: "two readers of one action")
        }
    }

    private func leave() { busy.store(false, ordering: .releasing) }
}
