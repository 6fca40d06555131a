#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Finds the file behind a program's name, as `execvp` would, but in the command's own `PATH` and with a reason when
/// there is none.
enum ProgramLookup {
    enum Outcome: Equatable {
        case found(String)
        case notFound(String)
        case notExecutable(String)
    }

    private enum Candidate {
        case program
        case absent
        case unusable(String)
    }

    static func find(_ name: String, in environment: CommandEnvironment) -> Outcome {
        if name.utf8.contains(UInt8(ascii: "/")) {
            let path = name.hasPrefix("/") ? name : environment.workingDirectory + "/" + name
            return switch examine(path) {
            case .program: .found(path)
            case .absent: .notFound("there is no program at this path")
            case .unusable(let reason): .notExecutable(reason)
            }
        }
        var firstReason: String?
        for folder in (environment.variables["PATH"] ?? "").split(separator: ":") where folder.hasPrefix("/") {
            let path = folder + "/" + name
            switch examine(path) {
            case .program: return .found(path)
            case .absent: continue
            // Nobody can say what is in a folder that may not be searched, and a PATH often names such folders.
            case .unusable where access(String(folder), X_OK) != 0: continue
            case .unusable(let reason): firstReason = firstReason ?? reason
            }
        }
        if let firstReason { return .notExecutable(firstReason) }
        return .notFound("no program of this name is in PATH on the client's machine")
    }

    private static func examine(_ path: String) -> Candidate {
        var status = stat()
        guard stat(path, &status) == 0 else {
            let code = errno
            return code == ENOENT || code == ENOTDIR ? .absent : .unusable(SystemReason.sentence(code))
        }
        if status.st_mode & S_IFMT == S_IFDIR { return .unusable("it is a directory") }
        guard status.st_mode & S_IFMT == S_IFREG else { return .unusable("it is not a regular file") }
        guard access(path, X_OK) == 0 else { return .unusable("the agent's user may not execute it") }
        return .program
    }
}

/// Words for the system's error numbers.
enum SystemReason {
    static func sentence(_ code: Int32) -> String {
        switch code {
        case EACCES, EPERM: return "the agent's user has no permission"
        case ENOEXEC: return "it is neither a program for this system nor a script with an interpreter line"
        case ELOOP: return "its path has too many symbolic links"
        case ENAMETOOLONG: return "its path is too long"
        case E2BIG: return "its arguments are too large for this system"
        case ETXTBSY: return "it is being written at this moment"
        case EAGAIN: return "the limit of processes is reached"
        case EMFILE, ENFILE: return "the limit of open files is reached"
        case ENOMEM: return "the memory is used up"
        default: return text(code)
        }
    }

    private static func text(_ code: Int32) -> String {
        var storage = [CChar](repeating: 0, count: 256)
        return storage.withUnsafeMutableBufferPointer { storage in
            guard let base = storage.baseAddress else { return "system error \(code)" }
            return strerror_r(code, base, storage.count) == 0 ? String(cString: base) : "system error \(code)"
        }
    }
}
