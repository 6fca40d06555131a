import NIOCore
import NIOPosix
import Synchronization

/// A tunnel on whose way something happens, once, at one byte.
final class FaultyTunnel: Sendable {
    struct Fault: Sendable, CustomStringConvertible {
        enum Kind: String, CaseIterable, Sendable {
            /// One bit of the byte is another.
            case flip
            /// Nothing comes any more, and both ends hear that.
            case cut
            /// The byte and what follows it never come, which only the end hears that waits for it.
            case halfClose
            /// What comes from the byte on comes late.
            case stall
            /// What comes from the byte on comes byte by byte.
            case slices
        }

        var kind: Kind
        var isToAgent: Bool
        /// Of the byte, among all that go that way.
        var offset: Int

        var description: String { "\(kind.rawValue) of byte \(offset) to the \(isToAgent ? "agent" : "operator")" }
    }

    /// How many bytes went to the agent, and to the operator.
    let passed = Mutex((toAgent: 0, toOperator: 0))

    /// Joins two sockets.
    ///
    /// - Parameter fault: nil: everything comes through as it is.
    func join(_ agent: CInt, _ operatorEnd: CInt, _ fault: Fault?) async throws {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        func open(_ descriptor: CInt) async throws -> any Channel {
            try await ClientBootstrap(group: eventLoop)
                .channelOption(.autoRead, value: false)
                .channelOption(.allowRemoteHalfClosure, value: true)
                .withConnectedSocket(descriptor).get()
        }
        let (one, other) = (try await open(agent), try await open(operatorEnd))
        try await eventLoop.submit { [self] in
            try one.pipeline.syncOperations.addHandler(Way(self, to: other, isToAgent: false, fault))
            try other.pipeline.syncOperations.addHandler(Way(self, to: one, isToAgent: true, fault))
            for channel in [one, other] {
                channel.setOption(.autoRead, value: true).whenComplete { _ in }
                channel.read()
            }
        }.get()
    }

    fileprivate func count(_ bytes: Int, isToAgent: Bool) {
        passed.withLock { passed in
            if isToAgent { passed.toAgent += bytes } else { passed.toOperator += bytes }
        }
    }

    /// One direction.
    private final class Way: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let tunnel: FaultyTunnel
        private let target: any Channel
        private let isToAgent: Bool
        private var fault: Fault?
        private var count = 0
        private var isMuted = false
        private var isSliced = false
        /// What comes late.
        private var held: ByteBuffer?

        init(_ tunnel: FaultyTunnel, to target: any Channel, isToAgent: Bool, _ fault: Fault?) {
            self.tunnel = tunnel
            self.target = target
            self.isToAgent = isToAgent
            self.fault = fault?.isToAgent == isToAgent ? fault : nil
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var bytes = unwrapInboundIn(data)
            tunnel.count(bytes.readableBytes, isToAgent: isToAgent)
            defer { count += bytes.readableBytes }
            guard let fault, count + bytes.readableBytes > fault.offset else { return pass(bytes) }
            self.fault = nil
            let before = fault.offset - count
            if let head = bytes.readSlice(length: before) { pass(head) }
            count += before
            suffer(fault.kind, bytes, context)
        }

        private func suffer(_ kind: Fault.Kind, _ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
            switch kind {
            case .flip:
                var bytes = bytes
                let index = bytes.readerIndex
                if let byte: UInt8 = bytes.getInteger(at: index) {
                    bytes.setInteger(byte ^ (1 << (count % 8)), at: index)
                }
                pass(bytes)
            case .cut:
                isMuted = true
                target.close(promise: nil)
                context.close(promise: nil)
            case .halfClose:
                isMuted = true
                target.close(mode: .output, promise: nil)
            case .stall:
                held = bytes
                let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
                context.eventLoop.scheduleTask(in: .milliseconds(20)) {
                    let way = bound.value
                    let late = way.held
                    way.held = nil
                    if let late { way.pass(late) }
                }
            case .slices:
                isSliced = true
                pass(bytes)
            }
        }

        private func pass(_ bytes: ByteBuffer) {
            guard !isMuted else { return }
            guard held == nil else {
                held?.writeImmutableBuffer(bytes)
                return
            }
            var bytes = bytes
            while isSliced, bytes.readableBytes > 1, let part = bytes.readSlice(length: 1) {
                target.writeAndFlush(part, promise: nil)
            }
            target.writeAndFlush(bytes, promise: nil)
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            // The relay does the same: where one end says no more, both are closed.
            if case ChannelEvent.inputClosed? = event as? ChannelEvent { context.close(promise: nil) }
            context.fireUserInboundEventTriggered(event)
        }

        func channelInactive(context: ChannelHandlerContext) { target.close(promise: nil) }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
