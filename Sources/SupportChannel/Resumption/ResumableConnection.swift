import NIOCore
import TLS

/// A session's connection between agent and operator, which goes on over one tunnel after another.
///
/// The first tunnel is secured by the code's key. Each connection exports the key of the next (`ResumptionKeys`), in which the operator
/// proves itself again; then the stream goes on where it was (`ResumableStream`), and the layer above does not notice. An operator's
/// program that was started anew has no stream to go on with: the agent gets a new end to serve.
public final class ResumableConnection<End: Sendable>: Sendable {
    /// What happens to the connection.
    public enum Event: Sendable {
        /// Nothing carries it any more. So long ago something was heard last.
        case interrupted(quiet: TimeAmount)
        /// It goes on.
        case restored
        /// The operator's program was started anew: this end takes the place of the one before, which is over.
        case replaced(End)
    }

    /// How the operator is told from somebody who found its keys.
    public enum Proof: Sendable {
        /// The operator signs.
        case sign(@Sendable (_ message: [UInt8]) throws -> [UInt8])
        /// The agent verifies; nobody comes back before there is a session.
        case verify(@Sendable (_ message: [UInt8], _ signature: [UInt8]) -> Bool)
    }

    /// Where it lives: the group to connect with whoever takes it up again.
    public let eventLoop: any EventLoop
    /// What happens, in order; finished when the connection is over for good. For one reader.
    public let events: AsyncStream<Event>

    private let continuation: AsyncStream<Event>.Continuation
    private let side: TunnelEnd
    private let make: @Sendable (any Channel) throws -> End
    private let core: NIOLoopBoundBox<Core>

    private struct Core {
        var keys: ResumptionKeys
        var stream: ResumableStream?
        var proof: Proof?
        /// Writes the keys down before they are used.
        var keep: (@Sendable (ResumptionKeys) throws -> Void)?
        /// Counts attempts: what comes late of an earlier one changes nothing.
        var attempt = 0
        /// What carries the stream, or did last.
        var channel: (any Channel)?
        var isOver = false
    }

    private init(
        _ keys: ResumptionKeys,
        as side: TunnelEnd,
        on eventLoop: any EventLoop,
        make: @escaping @Sendable (any Channel) throws -> End
    ) {
        self.eventLoop = eventLoop
        self.side = side
        self.make = make
        core = NIOLoopBoundBox(Core(keys: keys), eventLoop: eventLoop)
        (events, continuation) = AsyncStream.makeStream()
    }

    // MARK: - Beginning

    /// Begins over the session's first tunnel; on its event loop.
    ///
    /// - Parameter make: sets the layer above up on a channel of its own.
    public static func begin(
        on channel: any Channel,
        _ established: Established,
        as side: TunnelEnd,
        make: @escaping @Sendable (any Channel) throws -> End
    ) -> EventLoopFuture<(ResumableConnection, End)> {
        do {
            let key = try established.exporter.bytesNow(
                label: KeyingMaterialExporter.resumptionLabel,
                length: ResumptionKeys.keyBytes
            )
            let connection = ResumableConnection(
                ResumptionKeys(first: key),
                as: side,
                on: channel.eventLoop,
                make: make
            )
            let stream = connection.stream(.first)
            connection.core.value.stream = stream
            connection.core.value.channel = channel
            return stream.open(make).flatMapThrowing { end in
                let link = LinkHandler(.carrying(stream))
                try channel.pipeline.syncOperations.addHandler(link)
                stream.begin(link)
                established.release()
                return (connection, end)
            }
        } catch {
            return channel.eventLoop.makeFailedFuture(SupportChannelError(securing: error))
        }
    }

    /// Begins at an operator's program that was started anew, with the keys that the one before wrote down. Nothing carries it yet.
    public static func again(
        _ keys: ResumptionKeys,
        on eventLoop: any EventLoop,
        make: @escaping @Sendable (any Channel) throws -> End
    ) async throws -> (ResumableConnection, End) {
        try await eventLoop.flatSubmit {
            let connection = ResumableConnection(keys, as: .operator, on: eventLoop, make: make)
            let stream = connection.stream(.random())
            connection.core.value.stream = stream
            return stream.open(make).map { (connection, $0) }
        }.get()
    }

    /// From now on a connection that breaks may be taken up again.
    ///
    /// - Parameter keep: writes keys down, on the event loop, before they are used; it may throw, and then there is no connection.
    public func allowResumption(
        _ proof: Proof,
        keep: (@Sendable (ResumptionKeys) throws -> Void)? = nil
    ) async throws {
        try await eventLoop.submit {
            self.core.value.proof = proof
            self.core.value.keep = keep
            try keep?(self.core.value.keys)
        }.get()
    }

    private func stream(_ id: StreamID) -> ResumableStream {
        ResumableStream(
            id,
            on: eventLoop,
            observer: .init(
                interrupted: { [weak self] heard in
                    guard let self, core.value.stream?.id == id else { return }
                    continuation.yield(.interrupted(quiet: .now() - heard))
                },
                ended: { [weak self] in
                    guard let self, core.value.stream?.id == id else { return }
                    core.value.isOver = true
                    continuation.finish()
                }
            )
        )
    }

    // MARK: - Going on

    /// How long an end may take from its first byte on.
    private static var patience: TimeAmount { .seconds(5) }

    /// Goes on over another tunnel; on the event loop. The channel belongs to `eventLoop`, and is closed where this fails.
    ///
    /// - Returns: a future that succeeds when the stream goes on.
    public func resume(on channel: any Channel) throws -> EventLoopFuture<Void> {
        core.value.attempt += 1
        let attempt = core.value.attempt
        let numbers = ConnectionNumberHandler(
            core.value.keys,
            as: side,
            limit: Self.patience,
            offered: channel.eventLoop.makePromise()
        )
        try channel.pipeline.syncOperations.addHandler(numbers)
        let bound = NIOLoopBound(numbers, eventLoop: channel.eventLoop)
        let done = numbers.offered.futureResult.flatMap { offer in
            do {
                try self.requireCurrent(attempt)
                guard
                    let number = self.core.value.keys.number(lowest: offer.lowest, highest: offer.highest),
                    let key = self.core.value.keys.keys[number]
                else { throw SupportChannelError(kind: .disturbed, diagnostics: "no key that both ends have") }
                let configuration = try TLSPreSharedKeyConfiguration(
                    identity: "session/\(number)",
                    key: key,
                    role: self.side == .agent ? .server : .client
                )
                return try SecuredTunnel.establish(on: channel, configuration, by: offer.deadline, after: bound.value)
                    .flatMap { self.greet(channel, $0, number, attempt) }
            } catch {
                return channel.eventLoop.makeFailedFuture(error)
            }
        }
        done.whenFailure { _ in channel.close(promise: nil) }
        return done
    }

    private func requireCurrent(_ attempt: Int) throws {
        guard core.value.attempt == attempt, !core.value.isOver else {
            throw SupportChannelError(kind: .closed, diagnostics: "another connection took its place")
        }
    }

    /// The connection is secured: the ends say which stream goes on.
    private func greet(_ channel: any Channel, _ established: Established, _ number: UInt32, _ attempt: Int)
        -> EventLoopFuture<Void>
    {
        let carried = channel.eventLoop.makePromise(of: Void.self)
        do {
            try requireCurrent(attempt)
            guard let stream = core.value.stream, let proof = core.value.proof else {
                throw SupportChannelError(kind: .misuse, diagnostics: "there is no session yet")
            }
            let next = try established.exporter.bytesNow(
                label: KeyingMaterialExporter.resumptionLabel,
                length: ResumptionKeys.keyBytes
            )
            let exporter = try established.exporter.bytesNow(label: KeyingMaterialExporter.proofLabel, length: 32)
            core.value.keys.secured(number, next: next)
            try core.value.keep?(core.value.keys)
            let link = LinkHandler(
                .greeting { [weak self] hello, link in
                    guard let self else { return }
                    try requireCurrent(attempt)
                    switch proof {
                    case .sign: try answered(hello, link, number)
                    case .verify(let isRight):
                        guard isRight(hello.proof(exporter: exporter), hello.signature) else {
                            throw SupportChannelError(kind: .wrongPeer, diagnostics: "somebody else than the operator")
                        }
                        return try taken(hello, link, number, carried)
                    }
                    carried.succeed()
                },
                failed: { carried.fail($0) }
            )
            try channel.pipeline.syncOperations.addHandler(link)
            if case .sign(let sign) = proof {
                var hello = LinkHello(stream: stream.id, received: stream.received)
                hello.signature = try sign(hello.proof(exporter: exporter))
                link.write(.hello(hello.payload))
                link.flush()
            }
            core.value.channel = channel
            established.release()
        } catch {
            carried.fail(error)
        }
        return carried.futureResult
    }

    /// The agent answered the operator.
    private func answered(_ hello: LinkHello, _ link: LinkHandler, _ number: UInt32) throws {
        guard let stream = core.value.stream, hello.stream == stream.id else {
            throw SupportChannelError(kind: .protocolViolation, diagnostics: "another stream than the operator's")
        }
        core.value.keys.heard(number)
        try core.value.keep?(core.value.keys)
        try goOn(stream, over: link, hello.received)
    }

    /// The operator is there again.
    private func taken(
        _ hello: LinkHello,
        _ link: LinkHandler,
        _ number: UInt32,
        _ carried: EventLoopPromise<Void>
    ) throws {
        core.value.keys.heard(number)
        try core.value.keep?(core.value.keys)
        if let stream = core.value.stream, stream.id == hello.stream {
            link.write(.hello(LinkHello(stream: stream.id, received: stream.received).payload))
            try goOn(stream, over: link, hello.received)
            return carried.succeed()
        }
        guard hello.received == 0, hello.stream != .first else {
            throw SupportChannelError(kind: .protocolViolation, diagnostics: "a stream that never was")
        }
        let stream = stream(hello.stream)
        let bound = NIOLoopBound(link, eventLoop: eventLoop)
        stream.open(make).whenComplete { result in
            do {
                let end = try result.get()
                let old = self.core.value.stream
                self.core.value.stream = stream
                old?.close()
                bound.value.write(.hello(LinkHello(stream: stream.id, received: 0).payload))
                self.continuation.yield(.replaced(end))
                try self.goOn(stream, over: bound.value, 0)
                carried.succeed()
            } catch {
                carried.fail(error)
                bound.value.drop()
            }
        }
    }

    private func goOn(_ stream: ResumableStream, over link: LinkHandler, _ count: UInt64) throws {
        do {
            try stream.attach(link, otherHas: count)
        } catch {
            // What the other end lacks is gone: no connection will ever mend that.
            stream.close()
            throw error
        }
        continuation.yield(.restored)
    }

    // MARK: - End

    /// Ends it for good, at the other end too where something carries it.
    public func close() async {
        let channel = try? await eventLoop.submit {
            self.core.value.stream?.close()
            return self.core.value.channel
        }.get()
        try? await channel?.closeFuture.get()
    }

    /// How long the other end took to answer, last time; nil where nothing is known.
    public func roundTrip() async -> TimeAmount? {
        try? await eventLoop.submit { self.core.value.stream?.link?.roundTrip }.get()
    }
}
