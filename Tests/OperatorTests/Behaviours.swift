import FoundationEssentials
import NIOCore
import SupportChannel
import Synchronization

/// What fake agents do with `run` and `logs`.
enum Behaviours {
    /// Sends standard input back, in capitals on standard error, and ends with the status that the first argument says.
    @Sendable static func cat(_ action: IncomingAction) async throws {
        let arguments = try action.parameters(as: RunParameters.self).arguments
        let replies = try await action.accept()
        for try await frame in action.input {
            if frame.kind == .inputEnd { break }
            try await replies.send(ActionFrame(.output, frame.payload))
            let text = String(decoding: frame.payload.readableBytesView, as: UTF8.self).uppercased()
            try await replies.send(ActionFrame(.errorOutput, ByteBuffer(string: text)))
        }
        try await replies.send(.result, json: RunResult(status: Int32(arguments.first ?? "") ?? 0))
    }

    /// Sends `count` bytes as fast as they are taken.
    static func flood(_ count: Int) -> AgentBehaviour {
        { action in
            let replies = try await action.accept()
            let piece = ByteBuffer(repeating: 0, count: 1 << 16)
            for _ in 0..<(count >> 16) { try await replies.send(ActionFrame(.output, piece)) }
            try await replies.send(.result, json: RunResult(status: 0))
        }
    }

    /// Takes all input and answers with how many bytes that was, in MiB, as the status.
    @Sendable static func swallow(_ action: IncomingAction) async throws {
        let replies = try await action.accept()
        var count = 0
        for try await frame in action.input {
            if frame.kind == .inputEnd { break }
            count += frame.payload.readableBytes
        }
        try await replies.send(.result, json: RunResult(status: Int32(count >> 20)))
    }
}

/// Runs until it is signalled or its operator is gone, and says which.
final class LongCommand: Sendable {
    let endings: AsyncStream<String>
    private let ended: AsyncStream<String>.Continuation

    init() { (endings, ended) = AsyncStream.makeStream() }

    @Sendable func perform(_ action: IncomingAction) async throws {
        let replies = try await action.accept()
        try await replies.send(ActionFrame(.output, ByteBuffer(string: "started\n")))
        do {
            for try await frame in action.input where frame.kind == .signal {
                let number = frame.payload.getInteger(at: frame.payload.readerIndex, as: UInt8.self) ?? 0
                ended.yield("signal \(number)")
                try await replies.send(.result, json: RunResult(status: 128 + Int32(number), signal: Int32(number)))
                return
            }
            ended.yield("input ended")
        } catch {
            ended.yield("operator gone")
            throw error
        }
    }

    func ending() async -> String? { await endings.first { _ in true } }
}
