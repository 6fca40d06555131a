import NIOCore
import Synchronization
import Testing

@testable import Agent

#if canImport(Glibc)
import Glibc
#endif

/// All that runs processes, one after the other: several tests count descriptors and children of the whole program.
@Suite(.serialized, .timeLimit(.minutes(2))) struct CommandTests {}

/// What a command wrote, and a way to wait for a part of it.
final class Transcript: Sendable {
    private struct State {
        var output: [UInt8] = []
        var error: [UInt8] = []
        var pieces = 0
        var waiters: [(text: String, arrival: OneShot<Void>)] = []
    }

    private let state = Mutex(State())

    func append(_ piece: CommandOutput) {
        state.withLock { state in
            state.pieces += 1
            switch piece {
            case .standardOutput(let bytes): state.output += bytes.readableBytesView
            case .standardError(let bytes): state.error += bytes.readableBytesView
            }
            guard !state.waiters.isEmpty else { return }
            let text = String(decoding: state.output, as: UTF8.self)
            state.waiters.removeAll { waiter in
                guard text.contains(waiter.text) else { return false }
                waiter.arrival.trigger()
                return true
            }
        }
    }

    var output: String { state.withLock { String(decoding: $0.output, as: UTF8.self) } }
    var outputBytes: [UInt8] { state.withLock { $0.output } }
    var error: String { state.withLock { String(decoding: $0.error, as: UTF8.self) } }
    var pieces: Int { state.withLock { $0.pieces } }
    var lines: [String] { output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init) }

    /// Returns once standard output contains `text`, or when the task is cancelled, as at a test's time limit.
    func wait(for text: String) async {
        let arrival = OneShot<Void>()
        state.withLock { state in
            state.waiters.append((text, arrival))
            if String(decoding: state.output, as: UTF8.self).contains(text) { arrival.trigger() }
        }
        _ = await arrival.wait()
    }
}

/// An event that some wait for and one causes.
final class Gate: Sendable {
    private let event = OneShot<Void>()

    func open() { event.trigger() }

    /// Returns once it is open, or when the task is cancelled, as at a test's time limit.
    func wait() async { _ = await event.wait() }
}

/// Runs `arguments` with this input and nothing after it.
func run(
    _ arguments: [String],
    input: [CommandInput] = [.end],
    timeout: Duration? = nil,
    runner: CommandRunner = CommandRunner()
) async throws -> (result: CommandResult, transcript: Transcript) {
    let transcript = Transcript()
    let request = try CommandRequest(arguments: arguments, timeout: timeout)
    let result = try await runner.run(request, input: stream(input)) { transcript.append($0) }
    return (result, transcript)
}

func shell(_ script: String, _ rest: String...) -> [String] {
    ["/bin/sh", "-c", script, "sh"] + rest
}

/// A finished sequence of these elements.
func stream(_ elements: [CommandInput]) -> AsyncStream<CommandInput> {
    let (stream, continuation) = AsyncStream.makeStream(of: CommandInput.self)
    for element in elements { continuation.yield(element) }
    continuation.finish()
    return stream
}

/// A sequence that stays silent until it is cancelled, as that of an operator who types nothing.
func silence() -> AsyncStream<CommandInput> {
    // Unfolding, since a stream ends when its continuation is dropped.
    AsyncStream { () -> CommandInput? in
        try? await Task.sleep(for: .seconds(3_600))
        return nil
    }
}

/// Whether the process is there and not a zombie.
func isAlive(_ process: pid_t) -> Bool {
    guard let state = field(2, ofProcess: process) else { return false }
    return state != "Z" && state != "X"
}

/// The number that a script wrote to a file with `echo`.
func processID(inFile path: String) throws -> pid_t? {
    try pid_t(String(decoding: bytes(ofFile: path).dropLast(), as: UTF8.self))
}

/// Our own child processes, zombies included.
func children() -> [pid_t] {
    names(in: "/proc").compactMap { pid_t($0) }.filter { process in
        // Each command leads a session; what other suites start meanwhile does not.
        field(3, ofProcess: process) == "\(getpid())" && field(5, ofProcess: process) == "\(process)"
            && !isOfAgentRun(process)
    }
}

/// Whether a run of the whole agent started it, in a suite beside this one.
private func isOfAgentRun(_ process: pid_t) -> Bool {
    let environment = (try? bytes(ofFile: "/proc/\(process)/environ")) ?? []
    return environment.split(separator: 0).contains { $0.starts(with: "\(AgentRun.mark)=".utf8) }
}

/// A field of /proc/PID/stat, counted from 0; the name counts as one.
func field(_ index: Int, ofProcess process: pid_t) -> String? {
    guard let text = try? String(decoding: bytes(ofFile: "/proc/\(process)/stat"), as: UTF8.self),
        let close = text.lastIndex(of: ")")
    else { return nil }
    let rest = text[text.index(after: close)...].split(separator: " ")
    return rest.indices.contains(index - 2) ? String(rest[index - 2]) : nil
}

/// Looks again and again until `condition` holds: for what another process does without telling.
func eventually(_ condition: () throws -> Bool) async throws {
    let clock = ContinuousClock()
    let end = clock.now + .seconds(30)
    while clock.now < end {
        if try condition() { return }
        await Task.yield()
    }
    Issue.record("it did not happen within 30 s")
}

func bytes(ofFile path: String) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemFailure(code: errno) }
    defer { close(descriptor) }
    var result: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = read(descriptor, &block, block.count)
        guard count > 0 else { return result }
        result += block[..<count]
    }
}

/// What our descriptors lead to.
func descriptors(leadingTo prefix: String) -> Int {
    names(in: "/proc/self/fd").count { name in
        var target = [CChar](repeating: 0, count: 256)
        let count = readlink("/proc/self/fd/\(name)", &target, target.count - 1)
        guard count > 0 else { return false }
        return String(decoding: target[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self).hasPrefix(prefix)
    }
}

func names(in folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
            name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != "." && name != ".." { names.append(name) }
    }
    return names
}
/// A sum and a maximum that several tasks may touch.
final class Counter: Sendable {
    private let state = Mutex<(sum: Int, maximum: Int)>((0, 0))

    func add(_ value: Int) { state.withLock { $0.sum += value } }
    func raise(to value: Int) { state.withLock { $0.maximum = max($0.maximum, value) } }
    var sum: Int { state.withLock { $0.sum } }
    var maximum: Int { state.withLock { $0.maximum } }
}
