import NIOCore
import NIOPosix
import SupportChannel

extension AgentSession {
    /// Opens a way to a host and port that the client allows, for as long as the operator's side keeps the stream.
    func forward(_ action: IncomingAction) async throws {
        let target = try ForwardTarget(action.parameters(as: ForwardParameters.self))
        let shown = "\(target)"
        _ = try offer(allowing: .forward, shown, otherwise: "the client does not allow reaching other programs")
        var work = begin()
        if !forwards.isAllowed(target) {
            try await askForApproval(work, .forward, action, work.phrases.asksToReach(work.number, shown))
            forwards.allow(target)
        }
        work.startedAt = time.now
        guard show(work.phrases.reaches(work.number, shown)) else { throw Self.unseen }
        let forward = forwards.open(work.number, to: target)
        defer { forwards.close(work.number) }
        try await transferring(action, work) { [work] replies, queue, _ in
            try await replies.send(.notice, json: ForwardOpened(forward: work.number))
            var result = ForwardResult()
            do {
                try await self.working(work, .forward) {
                    // The operator says nothing more until it ends it.
                    for try await _ in queue {}
                }
            } catch {
                result.message = "the client's side ended this"
            }
            self.forwards.close(work.number)
            self.tellForward(forward, work)
            try await replies.send(.result, json: result)
        }
    }

    private func tellForward(_ forward: Forward, _ work: Work) {
        let figures = forward.figures
        let phrases = work.phrases
        show(
            phrases.reached(
                work.number,
                after: phrases.elapsed(time.now - work.startedAt),
                connections: figures.connections,
                sent: phrases.size(figures.amounts.sent),
                received: phrases.size(figures.amounts.received)
            )
        )
    }

    /// One connection through a forward that is open: not shown one by one, but counted.
    func connection(_ action: IncomingAction) async throws {
        let parameters = try action.parameters(as: ConnectionParameters.self)
        guard let forward = forwards[parameters.forward] else {
            throw Refusal(status: 403, message: "there is no such forward (open it with lotse forward)")
        }
        guard forwards.connections < Forward.most else {
            throw Refusal(status: 503, message: "\(Forward.most) connections are open already (close some)")
        }
        try await forward.counting {
            let channel = try await reach(forward)
            forward.remember(channel)
            defer { forward.forget(channel) }
            do {
                let replies = try await action.accept()
                let amounts = try await ForwardedConnection(channel, side: .agent).carry(
                    action.input,
                    send: { try await replies.send($0) },
                    finish: { try await replies.finish() }
                )
                forward.add(amounts)
            } catch {
                await ForwardedConnection.reset(channel)
                throw error
            }
        }
    }

    /// How long a host may take to answer.
    private static let reachLimit: TimeAmount = .seconds(10)

    private func reach(_ forward: Forward) async throws -> any Channel {
        let target = forward.target
        let connecting = ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connectTimeout(Self.reachLimit)
            .channelInitializer(ForwardedConnection.prepare)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.autoRead, value: false)
            .connect(host: target.host, port: target.port)
        let outcome = await Awaited.of(interruption: forward.closed, time: time) { try await connecting.get() }
        switch outcome {
        case .value(let channel): return channel
        case .failure(let error):
            throw Refusal(status: 502, message: "\(target) cannot be reached: \(Self.reason(error))")
        case .interrupted, .timedOut:
            connecting.whenSuccess { $0.close(promise: nil) }
            throw CancellationError()
        }
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            guard let last = error.connectionErrors.last else { return "the name is not known there" }
            return reason(last.error)
        case let error as IOError: return SystemReason.sentence(error.errnoCode)
        case ChannelError.connectTimeout: return "no answer within \(reachLimit.nanoseconds / 1_000_000_000) seconds"
        default: return "the name is not known there"
        }
    }
}
