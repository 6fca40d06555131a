import FoundationEssentials

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What a command finds around it: a short list of variables and a folder to start in, nothing of the agent's own.
///
/// The variables are `PATH`, `HOME`, `USER`, `LOGNAME`, `SHELL`, `TERM=dumb`, and `LANG`, `LANGUAGE`, `LC_*` and `TZ`
/// where the client has them.
public struct CommandEnvironment: Sendable, Equatable {
    /// The variables.
    public var variables: [String: String]
    /// The folder in which commands start.
    public var workingDirectory: String

    /// Where system tools are on every common Linux; `sbin` is missing from many a user's own `PATH`.
    static let standardPath = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]

    /// Makes an environment of exactly these variables.
    public init(variables: [String: String], workingDirectory: String) {
        self.variables = variables
        self.workingDirectory = workingDirectory
    }

    /// The clean environment of the person who runs the agent.
    public static func clean() -> CommandEnvironment {
        clean(from: ProcessInfo.processInfo.environment, account: Account.current())
    }

    static func clean(from inherited: [String: String], account: Account?) -> CommandEnvironment {
        var variables: [String: String] = ["TERM": "dumb", "PATH": path(from: inherited["PATH"])]
        for (name, value) in inherited where isKept(name) { variables[name] = value }
        let home = account?.home ?? inherited["HOME"] ?? "/"
        variables["HOME"] = home
        variables["SHELL"] = account?.shell ?? "/bin/sh"
        if let user = account?.name ?? inherited["USER"] {
            variables["USER"] = user
            variables["LOGNAME"] = user
        }
        return CommandEnvironment(variables: variables, workingDirectory: isUsableFolder(home) ? home : "/")
    }

    private static func isKept(_ name: String) -> Bool {
        name == "LANG" || name == "LANGUAGE" || name == "TZ" || name.hasPrefix("LC_")
    }

    /// The client's own `PATH` without its relative entries (they would mean the working directory), then the
    /// standard folders that it lacks.
    private static func path(from inherited: String?) -> String {
        var folders: [String] = []
        for folder in (inherited ?? "").split(separator: ":").map(String.init) + standardPath
        where folder.hasPrefix("/") && !folders.contains(folder) {
            folders.append(folder)
        }
        return folders.joined(separator: ":")
    }

    static func isUsableFolder(_ path: String) -> Bool {
        var status = stat()
        guard path.hasPrefix("/"), stat(path, &status) == 0 else { return false }
        return status.st_mode & S_IFMT == S_IFDIR && access(path, X_OK) == 0
    }
}

/// The entry of the system's user list for the person who runs the agent.
struct Account: Equatable {
    var name: String
    var home: String
    var shell: String

    static func current() -> Account? {
        var storage = [CChar](repeating: 0, count: 16_384)
        // The pointers in the entry lead into `storage`, so the strings are copied while it is held.
        return storage.withUnsafeMutableBufferPointer { storage in
            var entry = passwd()
            var found: UnsafeMutablePointer<passwd>?
            guard let base = storage.baseAddress,
                getpwuid_r(geteuid(), &entry, base, storage.count, &found) == 0, found != nil,
                let name = entry.pw_name, let home = entry.pw_dir, let shell = entry.pw_shell
            else { return nil }
            return Account(
                name: String(cString: name),
                home: String(cString: home),
                shell: shell.pointee == 0 ? "/bin/sh" : String(cString: shell)
            )
        }
    }
}
