import NIOCore

extension TLSHandler {
    /// The most plaintext of one batch: seven full records, which with what TLS adds just fit into 128 KiB.
    static let batchBytes = 7 * TLSConnection.recordBytes

    /// More unsent answers than this, and the peer is flooding us with key updates without reading.
    static let maximumAnswerBytes = 16 * 1024

    /// Encrypts flushed writes in batches while the channel takes them, so that ciphertext never piles up beyond the
    /// channel's high watermark and one batch. One buffer goes to the channel per batch.
    func encrypt(_ context: ChannelHandlerContext) {
        // A flush may make the channel writable again and bring us here from within.
        guard !isEncrypting, let connection else { return }
        isEncrypting = true
        defer { isEncrypting = false }
        while state.encrypts, pending.hasFlushed, context.channel.isWritable {
            do {
                guard try encryptBatch(context, connection) else { return }
            } catch {
                fail(context, error)
                return
            }
            context.flush()
            if state.isEnding { setCloseDeadline(context) }
        }
        guard state.encrypts, !pending.hasFlushed, state.drained() else { return }
        writeCloseNotify(context, connection)
    }

    /// False: nothing can be encrypted now.
    private func encryptBatch(_ context: ChannelHandlerContext, _ connection: TLSConnection) throws -> Bool {
        var taken = 0
        connection.reserveOutput(PendingWrites.ciphertextBytes(for: min(pending.flushedBytes, Self.batchBytes)))
        var isBlocked = false
        while !isBlocked, taken < Self.batchBytes, pending.flushedBytes > 0 {
            isBlocked = try pending.withNext(upTo: Self.batchBytes - taken) { bytes in
                let isTaken = try connection.write(bytes)
                if isTaken { taken += bytes.count }
                return isTaken
            }
        }
        let promise = pending.takePromise()
        if let output = connection.takeOutput() {
            context.write(Self.wrapOutboundOut(output), promise: promise)
        } else if let promise {
            // Empty writes alone: they are done when what went before is.
            context.write(Self.wrapOutboundOut(ByteBuffer()), promise: promise)
        }
        return !isBlocked
    }

    /// Sends what the handshake produced.
    func sendOutput(_ context: ChannelHandlerContext, _ connection: TLSConnection) {
        guard let output = connection.takeOutput() else { return }
        isSilent = false
        context.writeAndFlush(Self.wrapOutboundOut(output), promise: nil)
    }

    /// Sends what reading produced. A peer can make us answer as often as it likes, so what it does not take is counted.
    func sendAnswers(_ context: ChannelHandlerContext, _ connection: TLSConnection) {
        guard let output = connection.takeOutput() else { return }
        let count = output.readableBytes
        unsentAnswerBytes += count
        guard unsentAnswerBytes <= Self.maximumAnswerBytes else {
            fail(context, TLSError(.connectionFailed, "a flood of key updates"))
            return
        }
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { [self] _ in unsentAnswerBytes -= count }
        context.writeAndFlush(Self.wrapOutboundOut(output), promise: promise)
    }
}
