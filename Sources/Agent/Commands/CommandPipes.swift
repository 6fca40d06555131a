import NIOCore
import NIOPosix

/// Our ends of a command's three pipes, all on one event loop, so that both outputs come as one sequence in the order
/// in which they arrived.
///
/// Reading follows the consumer: when two pieces wait, no pipe is read and the command stops in its own `write`.
/// With one piece in the consumer's hands and one that the other pipe had already been asked for, at most four pieces
/// of 64 KiB are in memory, and what a closing pipe still holds.
struct CommandPipes: Sendable {
    /// Both outputs, to be consumed once.
    let output: OutputMerge.Sequence
    private let merge: NIOLoopBound<OutputMerge>
    private let eventLoop: any EventLoop
    private let standardInput: any Channel
    private let readers: [any Channel]

    /// Takes ownership of the descriptors, also when it fails.
    static func open(
        standardInput: Int32,
        standardOutput: Int32,
        standardError: Int32,
        on eventLoop: any EventLoop
    ) async throws -> CommandPipes {
        let (output, merge) = try await eventLoop.submit {
            let (output, merge) = OutputMerge.make(on: eventLoop)
            return (output, NIOLoopBound(merge, eventLoop: eventLoop))
        }.get()
        let input = try await NIOPipeBootstrap(group: eventLoop).takingOwnershipOfDescriptor(output: standardInput)
            .get()
        var readers: [any Channel] = []
        do {
            for (descriptor, kind) in [(standardOutput, OutputReader.Kind.output), (standardError, .error)] {
                readers.append(try await reader(of: descriptor, kind: kind, for: merge, on: eventLoop))
            }
        } catch {
            for channel in [input] + readers { channel.close(promise: nil) }
            throw error
        }
        return CommandPipes(output: output, merge: merge, eventLoop: eventLoop, standardInput: input, readers: readers)
    }

    /// Both directions of a terminal: what is typed, and what is written to it as one output.
    static func open(terminal: PseudoTerminal, on eventLoop: any EventLoop) async throws -> CommandPipes {
        let (output, merge) = try await eventLoop.submit {
            let (output, merge) = OutputMerge.make(on: eventLoop)
            return (output, NIOLoopBound(merge, eventLoop: eventLoop))
        }.get()
        let input = try await NIOPipeBootstrap(group: eventLoop)
            .takingOwnershipOfDescriptor(output: terminal.duplicate())
            .get()
        do {
            let screen = try await reader(of: terminal.duplicate(), kind: .output, for: merge, on: eventLoop)
            return CommandPipes(
                output: output,
                merge: merge,
                eventLoop: eventLoop,
                standardInput: input,
                readers: [screen]
            )
        } catch {
            input.close(promise: nil)
            throw error
        }
    }

    private static func reader(
        of descriptor: Int32,
        kind: OutputReader.Kind,
        for merge: NIOLoopBound<OutputMerge>,
        on eventLoop: any EventLoop
    ) async throws -> any Channel {
        try await NIOPipeBootstrap(group: eventLoop)
            .channelOption(.autoRead, value: false)
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(
                .recvAllocator,
                value: FixedSizeRecvByteBufferAllocator(capacity: OutputReader.pieceSize)
            )
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let reader = OutputReader(descriptor: descriptor, kind: kind, merge: merge.value)
                    try channel.pipeline.syncOperations.addHandler(reader)
                    merge.value.attach(reader)
                }
            }
            .takingOwnershipOfDescriptor(input: descriptor)
            .get()
    }

    /// Writes to standard input; returns when the pipe has taken all of it, throws once nobody reads any more.
    func write(_ bytes: ByteBuffer) async throws {
        guard bytes.readableBytes > 0 else { return }
        try await standardInput.writeAndFlush(bytes)
    }

    /// Ends standard input.
    func closeInput() {
        standardInput.close(promise: nil)
    }

    /// Ends the outputs once what the pipes hold now has been delivered.
    func limitOutput() {
        eventLoop.execute { merge.value.limit() }
    }

    /// Closes everything; the descriptors are free when this returns.
    func close() async {
        for channel in [standardInput] + readers { channel.close(promise: nil) }
        for channel in [standardInput] + readers { try? await channel.closeFuture.get() }
    }
}
