#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Starts a program in a session of its own, with three descriptors and nothing else of ours.
///
/// With a terminal in the place of the descriptors the program leads the terminal's session: on Linux that is whoever first opens it
/// and leads a session without one (tty_ioctl(4)).
///
/// `posix_spawn` rather than `fork`: between `fork` and `exec` a process with threads may only make calls that Swift's
/// runtime does not promise to make. It also reports the error of `exec` itself.
struct Spawn {
    var path: String
    var arguments: [String]
    var environment: CommandEnvironment
    var streams: Streams

    /// What the program has for descriptors 0, 1 and 2.
    enum Streams {
        case descriptors(input: Int32, output: Int32, error: Int32)
        /// The path of a terminal.
        case terminal(String)
    }

    /// - Returns: The process id, which is also the id of its process group and session.
    func start() throws(SystemFailure) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        try check(posix_spawn_file_actions_init(&actions))
        defer { posix_spawn_file_actions_destroy(&actions) }
        guard let addChangeDirectory = SystemFunctions.addChangeDirectory else { throw SystemFailure(code: ENOSYS) }
        try check(addChangeDirectory(&actions, environment.workingDirectory))
        switch streams {
        case .descriptors(let input, let output, let error):
            try check(posix_spawn_file_actions_adddup2(&actions, input, 0))
            try check(posix_spawn_file_actions_adddup2(&actions, output, 1))
            try check(posix_spawn_file_actions_adddup2(&actions, error, 2))
        case .terminal(let path):
            try check(posix_spawn_file_actions_addopen(&actions, 0, path, O_RDWR, 0))
            try check(posix_spawn_file_actions_adddup2(&actions, 0, 1))
            try check(posix_spawn_file_actions_adddup2(&actions, 0, 2))
        }
        if let addCloseFrom = SystemFunctions.addCloseFrom {
            // Ours are all close-on-exec; this also covers what a library opened without that flag.
            try check(addCloseFrom(&actions, 3))
        }

        var attributes = posix_spawnattr_t()
        try check(posix_spawnattr_init(&attributes))
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        try check(posix_spawnattr_setsigmask(&attributes, &signals))
        sigfillset(&signals)
        sigdelset(&signals, SIGKILL)
        sigdelset(&signals, SIGSTOP)
        try check(posix_spawnattr_setsigdefault(&attributes, &signals))
        let flags = SystemFunctions.spawnSetSession | Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF)
        try check(posix_spawnattr_setflags(&attributes, Int16(truncatingIfNeeded: flags)))

        let variables = environment.variables.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        var process: pid_t = 0
        let code = withCStrings(arguments) { arguments in
            withCStrings(variables) { variables in
                posix_spawn(&process, path, &actions, &attributes, arguments, variables)
            }
        }
        try check(code)
        return process
    }

    private func check(_ code: Int32) throws(SystemFailure) {
        if code != 0 { throw SystemFailure(code: code) }
    }
}

/// Lends `strings` as the NULL-terminated vector that `exec` takes.
private func withCStrings<Result>(
    _ strings: [String],
    _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    let vector = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: strings.count + 1)
    for (index, string) in strings.enumerated() { (vector + index).initialize(to: strdup(string)) }
    (vector + strings.count).initialize(to: nil)
    defer {
        for index in strings.indices { free(vector[index]) }
        vector.deallocate()
    }
    return body(vector)
}
