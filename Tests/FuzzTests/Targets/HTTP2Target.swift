import Dispatch
import NIOCore
import NIOEmbedded
import Synchronization

@testable import SupportChannel

extension FuzzTarget {
    /// Whole connections between agent and operator, inside of the inner TLS: an end must outlive whatever the other one sends.
    static let http2 = FuzzTarget(
        "http2",
        longest: 1024,
        seeds: HTTP2Samples.seeds,
        words: ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\0\0\u{4}\u{3}\0\0\0\0\u{1}\0\0\0\u{8}", "\0\0\0\u{4}\0\0\0\0\0"]
    ) { input in
        guard let first = input.first, first < 4 else { return }
        let bytes = Array(input.dropFirst())
        let pieces = first & 1 == 0 ? [bytes[...]] : bytes.pieces(upTo: 100)
        try HTTP2Samples.wait {
            if first < 2 { try await HTTP2Samples.serve(pieces) } else { try await HTTP2Samples.ask(pieces) }
        }
    }
}

private enum HTTP2Samples {
    /// RFC 9113 §4.1.
    private static func frame(_ type: UInt8, _ flags: UInt8, _ stream: UInt8, _ payload: [UInt8]) -> [UInt8] {
        [0, UInt8(payload.count >> 8), UInt8(payload.count & 0xff), type, flags, 0, 0, 0, stream] + payload
    }

    private static let settings = frame(4, 0, 0, []) + frame(4, 1, 0, [])
    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + settings

    /// POST /v1/run of https://agent (RFC 7541 §6).
    private static func request(_ stream: UInt8, path: String = "/v1/run") -> [UInt8] {
        let head: [UInt8] =
            [0x83, 0x87, 0x04, UInt8(path.utf8.count)] + Array(path.utf8) + [0x01, 5] + Array("agent".utf8)
        let parameters = ActionFrame(.parameters, ByteBuffer(string: #"{"arguments":["df"]}"#)).encoded
        return frame(1, 4, stream, head) + frame(0, 0, stream, Array(parameters.readableBytesView))
    }

    private static func data(_ stream: UInt8, _ frames: ActionFrame..., isEnd: Bool = false) -> [UInt8] {
        frame(0, isEnd ? 1 : 0, stream, frames.flatMap { Array($0.encoded.readableBytesView) })
    }

    static let seeds: [[UInt8]] = {
        let asked =
            preface + request(1) + data(1, .init(.input, ByteBuffer(string: "x")), .init(.inputEnd), isEnd: true)
            + request(3, path: "/v2/x") + request(5) + frame(3, 0, 5, [0, 0, 0, 8])
            + frame(6, 0, 0, [1, 2, 3, 4, 5, 6, 7, 8])
            + frame(8, 0, 0, [0, 0, 1, 0])
        let answered =
            settings + frame(1, 4, 1, [0x88])
            + data(
                1,
                .init(.output, ByteBuffer(string: "x")),
                .init(.result, ByteBuffer(string: #"{"status":0}"#)),
                isEnd: true
            )
        let refused = settings + frame(1, 4, 1, [0x8d]) + frame(0, 1, 1, Array(#"{"status":404,"message":"no"}"#.utf8))
        let farewell = frame(7, 0, 0, [0, 0, 0, 1, 0, 0, 0, 0])
        return [
            [0] + asked, [1] + asked, [0] + preface + request(1) + farewell, [2] + answered, [3] + answered + farewell,
            [2] + refused,
        ]
    }()

    /// Waits in a thread that is none of the concurrency runtime's.
    static func wait(_ body: @escaping @Sendable () async throws -> Void) throws {
        let done = DispatchSemaphore(value: 0)
        let failure = Failure()
        Task {
            do { try await body() } catch { failure.error.withLock { $0 = error } }
            done.signal()
        }
        done.wait()
        if let error = failure.error.withLock({ $0 }) { throw error }
    }

    private final class Failure: Sendable {
        let error = Mutex<(any Error)?>(nil)
    }

    static func serve(_ pieces: [ArraySlice<UInt8>]) async throws {
        let channel = NIOAsyncTestingChannel()
        let end = try await channel.testingEventLoop.executeInContext { try AgentEnd(addingTo: channel) }
        try await channel.connect(to: SocketAddress(unixDomainSocketPath: "/"))
        let serving = Task {
            try await end.serve { action in
                _ = try action.parameters(as: RunParameters.self)
                let replies = try await action.accept()
                try await replies.send(ActionFrame(.output, ByteBuffer(string: "x")))
                for try await frame in action.input where frame.kind == .signal {
                    throw Refusal(status: 409, message: "no")
                }
                try await replies.send(.result, json: RunResult(status: 0))
            }
        }
        await send(pieces, to: channel)
        _ = try? await serving.value
    }

    static func ask(_ pieces: [ArraySlice<UInt8>]) async throws {
        let channel = NIOAsyncTestingChannel()
        let end = try await channel.testingEventLoop.executeInContext { try OperatorEnd(addingTo: channel) }
        try await channel.connect(to: SocketAddress(unixDomainSocketPath: "/"))
        let asking = Task {
            try await end.perform("run", RunParameters(arguments: ["df"])) { replies, requests in
                try await requests.send(ActionFrame(.inputEnd))
                for try await frame in replies where frame.kind == .result { return }
            }
        }
        // What is answered before it was asked is an error of another kind: the head of the request has to be out.
        for _ in 0..<8 {
            guard let sent = try? await channel.waitForOutboundWrite(as: ByteBuffer.self) else { break }
            if sent.getInteger(at: sent.readerIndex + 3, as: UInt8.self) == 1 { break }
        }
        await send(pieces, to: channel)
        _ = try? await asking.value
    }

    private static func send(_ pieces: [ArraySlice<UInt8>], to channel: NIOAsyncTestingChannel) async {
        for piece in pieces {
            guard (try? await channel.writeInbound(ByteBuffer(bytes: piece))) != nil else { break }
        }
        try? await channel.close()
        _ = try? await channel.finish(acceptAlreadyClosed: true)
    }
}
