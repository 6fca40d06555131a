import NIOCore
import NIOEmbedded

@testable import SupportChannel

extension FuzzTarget {
    /// What the ends say in a tunnel that takes a session up again, and the frames of the stream.
    static let links = FuzzTarget(
        "links",
        longest: 4096,
        seeds: [
            [0] + LinkSamples.frames,
            [1] + Array(LinkHello(stream: .first, received: 9, signature: [1, 2, 3]).payload.readableBytesView),
            [2] + Array("lotse/1 operator resume\n".utf8) + [0, 0, 0, 1, 0, 0, 0, 2] + Array("TLS".utf8),
            [3] + Array("lotse/1 agent resume\n".utf8) + [0, 0, 0, 2, 0, 0, 0, 2],
            [4, 0, 5, 1, 3, 0, 9, 1, 7, 1, 200],
        ],
        words: [
            "lotse/1 agent resume\n", "lotse/1 operator resume\n", "\u{1}\0\0\0\u{5}", "\u{5}\0\0\0\0",
            "\u{2}\0\0\0\u{8}",
        ]
    ) { input in
        let bytes = Array(input.dropFirst())
        switch input.first {
        case 0: try LinkSamples.readFrames(bytes)
        case 1:
            guard let hello = LinkHello(ByteBuffer(bytes: bytes)) else {
                return try hold(bytes.count < 24, "a hello is refused")
            }
            try hold(hello.payload == ByteBuffer(bytes: bytes), "a hello is written otherwise than it was read")
        case 2, 3:
            let end: TunnelEnd = input.first == 2 ? .agent : .operator
            let whole = try LinkSamples.greet(end, [bytes[...]])
            let cut = try LinkSamples.greet(end, bytes.pieces())
            try hold(whole == cut, "\(whole) in one piece, \(cut) in many")
        case 4: try LinkSamples.acknowledge(bytes)
        default: return
        }
    }
}

private enum LinkSamples {
    static let frames: [UInt8] = [
        LinkFrame.data(ByteBuffer(string: "hello")), .received(1 << 40), .ping(7), .pong(7), .data(ByteBuffer()), .end,
        .hello(LinkHello(stream: .first, received: 9, signature: [1, 2, 3]).payload),
    ].flatMap { Array($0.encoded.readableBytesView) }

    /// All frames up to an error, and whether there was one.
    private static func frames(_ pieces: [ArraySlice<UInt8>]) -> (frames: [LinkFrame], failed: Bool) {
        var decoder = LinkFrame.Decoder()
        var frames: [LinkFrame] = []
        for piece in pieces {
            decoder.append(ByteBuffer(bytes: piece))
            do {
                while let frame = try decoder.next() { frames.append(frame) }
            } catch { return (frames, true) }
        }
        return (frames, false)
    }

    static func readFrames(_ bytes: [UInt8]) throws {
        let (whole, cut) = (frames([bytes[...]]), frames(bytes.pieces()))
        try hold(whole.frames == cut.frames && whole.failed == cut.failed, "frames depend on how they are split")
        let written = whole.frames.flatMap { Array($0.encoded.readableBytesView) }
        try hold(bytes.starts(with: written), "frames are written otherwise than they were read")
        try hold(
            whole.failed || bytes.count - written.count < LinkFrame.longestData + 5,
            "\(bytes.count - written.count) bytes wait"
        )
    }

    enum Greeted: Equatable {
        case offer(UInt32, UInt32, then: [UInt8])
        case failed(SupportChannelError.Kind)
    }

    static func greet(_ end: TunnelEnd, _ pieces: [ArraySlice<UInt8>]) throws -> Greeted {
        guard let keys = ResumptionKeys([2: [UInt8](repeating: 1, count: 32), 3: [UInt8](repeating: 2, count: 32)])
        else {
            throw Finding("two neighbouring keys are none")
        }
        let channel = EmbeddedChannel()
        let offered = channel.eventLoop.makePromise(of: ConnectionNumberHandler.Offer.self)
        let handler = ConnectionNumberHandler(keys, as: end, limit: .seconds(5), offered: offered)
        try channel.pipeline.syncOperations.addHandler(handler)
        for piece in pieces { try channel.writeInbound(ByteBuffer(bytes: piece)) }
        channel.pipeline.syncOperations.removeHandler(handler, promise: nil)
        channel.embeddedEventLoop.run()
        var then: [UInt8] = []
        while let buffer = try channel.readInbound(as: ByteBuffer.self) { then += Array(buffer.readableBytesView) }
        _ = try? channel.finish(acceptAlreadyClosed: true)
        channel.embeddedEventLoop.run()
        do {
            let offer = try offered.futureResult.wait()
            if let number = keys.number(lowest: offer.lowest, highest: offer.highest) {
                try hold(
                    keys.keys[number] != nil && number >= offer.lowest && number <= offer.highest,
                    "connection \(number)"
                )
            }
            return .offer(offer.lowest, offer.highest, then: then)
        } catch let error as SupportChannelError {
            return .failed(error.kind)
        }
    }

    /// Pairs of bytes: 0 sends so many bytes, 1 says that so many have arrived. Buffers are compared at once, where arrays would be byte by
    /// byte, after each step.
    static func acknowledge(_ steps: [UInt8]) throws {
        var queue = RetransmissionQueue()
        var sent = ByteBuffer()
        for step in stride(from: 0, to: min(steps.count, 512) - 1, by: 2) {
            let count = Int(steps[step + 1])
            if steps[step] % 2 == 0 {
                let piece = ByteBuffer(bytes: (0..<count).map { UInt8(truncatingIfNeeded: sent.writerIndex + $0) })
                sent.writeImmutableBuffer(piece)
                queue.append(piece)
            } else {
                let isPossible = (sent.readerIndex...sent.writerIndex).contains(count)
                try hold(
                    ((try? queue.acknowledge(upTo: UInt64(count))) != nil) == isPossible,
                    "\(count) of \(sent.writerIndex)"
                )
                if isPossible { sent.moveReaderIndex(to: count) }
            }
            var kept = ByteBuffer()
            for buffer in queue.unacknowledged { kept.writeImmutableBuffer(buffer) }
            try hold(kept == sent, "the wrong bytes are kept")
        }
    }
}
