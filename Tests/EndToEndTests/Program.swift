import Foundation
import Glibc
import Synchronization
import Testing

/// A running program with its standard streams. Ended by `stop`, which a `Stage` calls for all of its programs.
///
/// Not Foundation's `Process`: what that starts from a test's thread inherits blocked signals.
final class Program: Sendable {
    /// Where a stream of the program goes.
    enum Stream: Sendable {
        /// Kept, to be read as `output` or `errorOutput`.
        case captured
        /// To this descriptor, which stays the caller's.
        case descriptor(CInt)
    }

    private struct State {
        var output: [UInt8] = []
        var errorOutput: [UInt8] = []
        var openStreams = 0
        var status: Int32?
    }

    let name: String
    let pid: pid_t
    private let state = Mutex(State())
    private let input: Mutex<CInt>

    /// Starts `path`.
    ///
    /// - Parameters:
    ///   - input: what it reads, to its end; nil where the test goes on with `send`.
    ///   - inputDescriptor: instead, what it reads from.
    init(
        _ path: String,
        _ arguments: [String],
        environment: [String: String],
        input text: String? = "",
        inputDescriptor: CInt? = nil,
        output: Stream = .captured,
        errorOutput: Stream = .captured
    ) throws {
        name = ([path.split(separator: "/").last.map(String.init) ?? path] + arguments).joined(separator: " ")
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        var theirs: [CInt] = []
        defer { for descriptor in theirs { close(descriptor) } }
        var inputEnd: CInt = -1
        if let inputDescriptor {
            posix_spawn_file_actions_adddup2(&actions, inputDescriptor, STDIN_FILENO)
        } else {
            let pipe = try Pipe()
            inputEnd = pipe.write
            theirs.append(pipe.read)
            posix_spawn_file_actions_adddup2(&actions, pipe.read, STDIN_FILENO)
        }
        input = Mutex(inputEnd)
        var readers: [(CInt, WritableKeyPath<State, [UInt8]> & Sendable)] = []
        for (stream, number, place) in [
            (output, STDOUT_FILENO, \State.output as WritableKeyPath<State, [UInt8]> & Sendable),
            (errorOutput, STDERR_FILENO, \State.errorOutput),
        ] {
            switch stream {
            case .descriptor(let descriptor): posix_spawn_file_actions_adddup2(&actions, descriptor, number)
            case .captured:
                let pipe = try Pipe()
                theirs.append(pipe.write)
                readers.append((pipe.read, place))
                posix_spawn_file_actions_adddup2(&actions, pipe.write, number)
            }
        }
        _ = SystemFunctions.closeFrom?(&actions, 3)
        pid = try Self.spawn(path, arguments, environment, &actions)
        state.withLock { $0.openStreams = readers.count }
        for (descriptor, place) in readers { Thread.detachNewThread { self.read(descriptor, into: place) } }
        Thread.detachNewThread { self.reap() }
        if let text {
            send(text)
            endInput()
        }
    }

    private static func spawn(
        _ path: String,
        _ arguments: [String],
        _ environment: [String: String],
        _ actions: inout posix_spawn_file_actions_t
    ) throws -> pid_t {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var vector = ([path] + arguments).map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in vector + variables { free(text) } }
        var pid: pid_t = 0
        let code = posix_spawnp(&pid, path, &actions, &attributes, &vector, &variables)
        guard code == 0 else { throw Failure("\(path) cannot be started: \(String(cString: strerror(code)))") }
        return pid
    }

    // MARK: - What it says

    /// Standard output so far.
    var output: String { String(decoding: state.withLock { $0.output }, as: UTF8.self) }
    /// Standard error so far.
    var errorOutput: String { String(decoding: state.withLock { $0.errorOutput }, as: UTF8.self) }
    /// The exit status as a shell counts, 128 + signal; nil while it runs.
    var status: Int32? { state.withLock { $0.openStreams == 0 ? $0.status : nil } }

    /// All that is known about it, for a failure's text.
    var story: String {
        let status = state.withLock { $0.status }.map { "ended with \($0)" } ?? "runs"
        return
            "--- \(name) (\(pid)) \(status)\n\(output.suffix(4000))\n--- its standard error\n\(errorOutput.suffix(4000))\n"
    }

    /// Waits for its end and gives the status.
    @discardableResult
    func ended(within limit: Duration = .seconds(60), sourceLocation: SourceLocation = #_sourceLocation) async throws
        -> Int32
    {
        try await eventually("\(name) ends", within: limit, of: self, sourceLocation: sourceLocation) { self.status }
    }

    /// Waits until its standard output contains `text`.
    func says(
        _ text: String,
        within limit: Duration = .seconds(60),
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await eventually("\(name) says \"\(text)\"", within: limit, of: self, sourceLocation: sourceLocation) {
            self.output.contains(text) ? true : nil
        }
    }

    /// Waits until its standard error contains `text`.
    func complains(
        _ text: String,
        within limit: Duration = .seconds(60),
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await eventually("\(name) complains \"\(text)\"", within: limit, of: self, sourceLocation: sourceLocation) {
            self.errorOutput.contains(text) ? true : nil
        }
    }

    // MARK: - What it is told

    /// Writes to its standard input; what nobody reads any more is lost, as in a shell's pipe.
    func send(_ text: String) {
        input.withLock { descriptor in
            guard descriptor >= 0 else { return }
            let bytes = Array(text.utf8)
            var offset = 0
            while offset < bytes.count {
                let count = bytes.withUnsafeBytes { rest in
                    Glibc.write(descriptor, rest.baseAddress.map { $0 + offset }, rest.count - offset)
                }
                guard count > 0 else { return }
                offset += count
            }
        }
    }

    func endInput() {
        input.withLock { descriptor in
            if descriptor >= 0 { close(descriptor) }
            descriptor = -1
        }
    }

    /// Sends a signal, unless it has ended.
    func signal(_ number: Int32) {
        state.withLock { state in
            if state.status == nil { _ = Glibc.kill(pid, number) }
        }
    }

    /// Ends it for good and waits for that.
    func stop() async {
        endInput()
        signal(SIGKILL)
        while state.withLock({ $0.status }) == nil { await pause() }
    }

    private func read(_ descriptor: CInt, into place: WritableKeyPath<State, [UInt8]> & Sendable) {
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            state.withLock { $0[keyPath: place] += piece[..<count] }
        }
        close(descriptor)
        state.withLock { $0.openStreams -= 1 }
    }

    private func reap() {
        // The number stays ours until the status is stored, so that `signal` never meets another program.
        var info = siginfo_t()
        while waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        state.withLock { state in
            var raw: Int32 = 0
            while waitpid(pid, &raw, 0) < 0, errno == EINTR {}
            state.status = raw & 0x7f == 0 ? (raw >> 8) & 0xff : 128 + (raw & 0x7f)
        }
    }
}

/// The two ends of a pipe; none is inherited unasked.
struct Pipe {
    let read: CInt
    let write: CInt

    init() throws {
        var ends: [CInt] = [-1, -1]
        guard SystemFunctions.pipe?(&ends, O_CLOEXEC) == 0 else { throw Failure("no pipe") }
        read = ends[0]
        write = ends[1]
    }
}

/// Why a test cannot go on.
struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Functions of glibc that its Swift module leaves out, since they are GNU extensions.
private enum SystemFunctions {
    typealias Pipe = @Sendable @convention(c) (UnsafeMutablePointer<CInt>, CInt) -> CInt
    typealias CloseFrom =
        @Sendable @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, CInt) -> CInt

    /// `pipe2`: no other test's program inherits the ends.
    static let pipe = dlsym(nil, "pipe2").map { unsafeBitCast($0, to: Pipe.self) }
    /// `posix_spawn_file_actions_addclosefrom_np`: our programs inherit nothing of other tests.
    static let closeFrom = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np")
        .map { unsafeBitCast($0, to: CloseFrom.self) }
}
