import Foundation
import Glibc
import Synchronization
import Testing

/// A running program with its standard streams. Ended by `stop`, which a `Stage` calls for all of its programs.
///
/// It keeps neither threads nor pipes: what it says goes to files, and its end is looked for. Tests of other suites run in the same
/// process at the same time, and some count what they leave behind. Not Foundation's `Process`, since what that starts from a test's thread
/// inherits blocked signals.
final class Program: Sendable {
    /// What a program reads.
    enum Input: Sendable {
        /// This, to its end.
        case text(String)
        /// What the test sends.
        case open
        /// From this descriptor, which stays the caller's.
        case descriptor(CInt)
    }

    private enum Phase {
        case running
        case ended(Int32)
    }

    let name: String
    let pid: pid_t
    /// Its files are called this, with an ending.
    private let files: String
    private let phase = Mutex(Phase.running)
    private let input: Mutex<CInt>

    /// Starts `path`.
    ///
    /// - Parameters:
    ///   - files: a path at which nothing is yet; what it says is kept in files beside it.
    ///   - output: where standard output goes; nil keeps it, to be read as `output`.
    init(
        _ path: String,
        _ arguments: [String],
        environment: [String: String],
        files: String,
        input: Input = .text(""),
        output: CInt? = nil
    ) throws {
        name = ([path.split(separator: "/").last.map(String.init) ?? path] + arguments).joined(separator: " ")
        self.files = files
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        var inputEnds: Pipe?
        switch input {
        case .descriptor(let descriptor): posix_spawn_file_actions_adddup2(&actions, descriptor, STDIN_FILENO)
        case .text(let text):
            try Data(text.utf8).write(to: URL(fileURLWithPath: files + ".in"))
            posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, files + ".in", O_RDONLY, 0)
        case .open:
            let pipe = try Pipe(path: files + ".in")
            inputEnds = pipe
            posix_spawn_file_actions_adddup2(&actions, pipe.read, STDIN_FILENO)
        }
        self.input = Mutex(inputEnds?.write ?? -1)
        defer { if let inputEnds { close(inputEnds.read) } }
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_APPEND
        if let output {
            posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        } else {
            posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, files + ".out", flags, 0o600)
        }
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, files + ".err", flags, 0o600)
        _ = SystemFunctions.closeFrom?(&actions, 3)
        pid = try Self.spawn(path, arguments, environment, &actions)
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
    var output: String { text(".out") }
    /// Standard error so far.
    var errorOutput: String { text(".err") }

    private func text(_ ending: String) -> String {
        String(decoding: (try? Data(contentsOf: URL(fileURLWithPath: files + ending))) ?? Data(), as: UTF8.self)
    }

    /// The exit status as a shell counts, 128 + signal; nil while it runs.
    var status: Int32? {
        phase.withLock { phase in
            if case .ended(let status) = phase { return status }
            var raw: Int32 = 0
            guard waitpid(pid, &raw, WNOHANG) == pid else { return nil }
            let status = raw & 0x7f == 0 ? (raw >> 8) & 0xff : 128 + (raw & 0x7f)
            phase = .ended(status)
            return status
        }
    }

    /// All that is known about it, for a failure's text.
    var story: String {
        let status = status.map { "ended with \($0)" } ?? "runs"
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
        phase.withLock { phase in
            // Its number stays its own until `status` has seen its end.
            if case .running = phase { _ = Glibc.kill(pid, number) }
        }
    }

    /// Ends it for good and waits for that.
    func stop() async {
        endInput()
        signal(SIGKILL)
        while status == nil { await pause() }
    }
}

/// The two ends of a named pipe that has lost its name; none is inherited unasked.
struct Pipe {
    let read: CInt
    let write: CInt

    /// - Parameter path: where nothing is yet.
    init(path: String) throws {
        guard mkfifo(path, 0o600) == 0 else { throw Failure("no pipe at \(path)") }
        defer { unlink(path) }
        // Neither end waits for the other so.
        read = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        write = open(path, O_WRONLY | O_CLOEXEC)
        guard read >= 0, write >= 0, fcntl(read, F_SETFL, 0) == 0 else { throw Failure("no pipe at \(path)") }
    }

    func close() {
        Glibc.close(read)
        Glibc.close(write)
    }
}

/// Why a test cannot go on.
struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Functions of glibc that its Swift module leaves out, since they are GNU extensions.
private enum SystemFunctions {
    typealias CloseFrom =
        @Sendable @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, CInt) -> CInt

    /// `posix_spawn_file_actions_addclosefrom_np`: our programs inherit nothing of other tests.
    static let closeFrom = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np")
        .map { unsafeBitCast($0, to: CloseFrom.self) }
}
