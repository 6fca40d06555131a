import Glibc
import NIOCore
import NIOPosix

@testable import SupportChannel

/// Both ends of a channel, over a pair of connected Unix sockets.
@discardableResult
func withConnectedEnds<Result: Sendable>(
    serving handle: @escaping @Sendable (IncomingAction) async throws -> Void,
    _ body: @Sendable (OperatorEnd) async throws -> Result
) async throws -> Result {
    let (agent, operatorEnd) = try await connectedEnds()
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            // How the agent's side of the connection ends is for each test to say.
            try? await agent.serve(handle)
        }
        do {
            let result = try await body(operatorEnd)
            try? await operatorEnd.channel.close()
            try await group.waitForAll()
            return result
        } catch {
            try? await operatorEnd.channel.close()
            throw error
        }
    }
}

func connectedEnds() async throws -> (AgentEnd, OperatorEnd) {
    let (left, right) = try socketPair()
    let agent = try await connect(left) { try AgentEnd(addingTo: $0) }
    let operatorEnd = try await connect(right) { try OperatorEnd(addingTo: $0) }
    return (agent, operatorEnd)
}

func connect<End: Sendable>(
    _ descriptor: CInt,
    _ makeEnd: @escaping @Sendable (any Channel) throws -> End
) async throws -> End {
    let end = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: End.self)
    _ = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                do {
                    end.succeed(try makeEnd(channel))
                } catch {
                    end.fail(error)
                    throw error
                }
            }
        }
        .withConnectedSocket(descriptor).get()
    return try await end.futureResult.get()
}

func socketPair() throws -> (CInt, CInt) {
    var descriptors: [CInt] = [0, 0]
    guard socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &descriptors) == 0 else {
        throw IOError(errnoCode: errno, reason: "socketpair")
    }
    return (descriptors[0], descriptors[1])
}
