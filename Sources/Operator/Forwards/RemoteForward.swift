import FoundationEssentials
import Glibc
import NIOCore
import NIOPosix
import SupportChannel
import TerminalText

/// `lotse forward`: a port on this machine's loopback address that leads to a host and port behind the client's machine.
///
/// It prints `ready 127.0.0.1:PORT` once the client allows it, and goes on until Ctrl-C (0), the end of the session or the client's no
/// (1). Each connection is a stream of its own, so that one that stands still holds up no other.
public struct RemoteForward: Sendable {
    /// From where to where.
    public var route: ForwardRoute
    /// Where the line with the port goes.
    public var output: OutputDescriptor
    /// Where the rest is said.
    public var errorOutput: OutputDescriptor
    /// Signals to this program meanwhile.
    public var signals: AsyncStream<Int32>
    /// Takes the port once the client allowed it, instead of the line with it.
    var opened: (@Sendable (Int) async -> Void)?
    /// Takes what is to be said meanwhile, instead of `errorOutput`.
    var tell: (@Sendable (String) async -> Void)?

    /// A forward.
    public init(
        route: ForwardRoute,
        output: OutputDescriptor,
        errorOutput: OutputDescriptor,
        signals: AsyncStream<Int32>
    ) {
        self.route = route
        self.output = output
        self.errorOutput = errorOutput
        self.signals = signals
    }

    /// Connections that come in, not wrapped before somebody takes them: one that nobody takes is merely closed.
    private typealias Listener = NIOAsyncChannel<any Channel, Never>

    /// Forwards until it ends.
    public func perform(on client: HolderClient) async -> RemoteRun.Outcome {
        let listener: Listener
        do {
            // Before the client is asked: a port that is taken is nothing to bother them with.
            listener = try await listen()
        } catch {
            let sentence = "port \(route.localPort) of this machine cannot be used: \(error) (0 picks a free one)"
            return .init(status: 1, message: sentence)
        }
        do {
            return try await listener.executeThenClose { try await outcome(on: client, listener.channel, $0) }
        } catch let refusal as Refusal {
            return .init(status: 1, message: refusal.message)
        } catch {
            return .init(
                status: 1,
                message: "the session's holder is gone (lotse sessions shows how the session stands)"
            )
        }
    }

    private func listen() async throws -> Listener {
        try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.autoRead, value: false)
            .bind(host: "127.0.0.1", port: route.localPort) { channel in
                ForwardedConnection.prepare(channel).map { channel }
            }
    }

    private func outcome(
        on client: HolderClient,
        _ listener: any Channel,
        _ connections: NIOAsyncChannelInboundStream<any Channel>
    ) async throws -> RemoteRun.Outcome {
        let acceptance = Acceptance()
        return try await withThrowingTaskGroup(of: RemoteRun.Outcome?.self) { group in
            group.addTask {
                let parameters = ForwardParameters(host: route.host, port: route.port)
                return try await client.end.perform("forward", parameters) { replies, requests in
                    acceptance.come(requests)
                    return try await serve(replies, listener, connections, client)
                }
            }
            group.addTask {
                for await number in signals { return .init(status: number == SIGINT ? 0 : 128 + number) }
                return nil
            }
            group.addTask {
                await acceptance.explain(on: errorOutput)
                return nil
            }
            defer { group.cancelAll() }
            while let outcome = try await group.next() {
                if let outcome { return outcome }
            }
            return .init(status: 1)
        }
    }

    private func serve(
        _ replies: ActionInput,
        _ listener: any Channel,
        _ connections: NIOAsyncChannelInboundStream<any Channel>,
        _ client: HolderClient
    ) async throws -> RemoteRun.Outcome {
        guard let first = try await replies.next(), first.kind == .notice else {
            throw SupportChannelError(kind: .closed, diagnostics: "without a forward")
        }
        let forward = try JSONDecoder().decode(ForwardOpened.self, from: Data(first.payload.readableBytesView))
        let port = listener.localAddress?.port ?? route.localPort
        if let opened {
            await opened(port)
        } else {
            try await output.writeOwn("ready 127.0.0.1:\(port)\n")
            await say("127.0.0.1:\(port) leads to \(route.target) from \(client.session.agent) (Ctrl-C ends it)")
        }
        return try await withThrowingTaskGroup(of: RemoteRun.Outcome?.self) { group in
            group.addTask {
                while let frame = try await replies.next() {
                    guard frame.kind == .result else { continue }
                    let result = try? JSONDecoder().decode(
                        ForwardResult.self,
                        from: Data(frame.payload.readableBytesView)
                    )
                    return .init(status: 1, message: result?.message ?? "the client's side ended this")
                }
                throw SupportChannelError(kind: .closed, diagnostics: "without a result")
            }
            group.addTask {
                try await withThrowingDiscardingTaskGroup { group in
                    for try await channel in connections {
                        group.addTask { await carry(channel, through: forward, client) }
                    }
                    group.cancelAll()
                }
                return nil
            }
            defer { group.cancelAll() }
            while let outcome = try await group.next() {
                if let outcome { return outcome }
            }
            throw SupportChannelError(kind: .closed, diagnostics: "")
        }
    }

    /// One connection: whatever breaks it, the others go on.
    private func carry(_ channel: any Channel, through opened: ForwardOpened, _ client: HolderClient) async {
        do {
            let parameters = ConnectionParameters(forward: opened.forward)
            _ = try await client.end.perform("connection", parameters) { replies, requests in
                try await ForwardedConnection(channel, side: .operator).carry(
                    replies,
                    send: { try await requests.send($0) },
                    finish: {}
                )
            }
        } catch {
            await ForwardedConnection.reset(channel)
            if let refusal = error as? Refusal { await say(refusal.message) }
        }
    }

    private func say(_ sentence: String) async {
        if let tell { return await tell(sentence) }
        try? await errorOutput.writeOwn("lotse: \(TerminalText.name(sentence, limit: 1000))\n")
    }
}
