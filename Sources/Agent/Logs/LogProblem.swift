#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Why a path gives no log lines.
public struct LogProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// What stands in the way.
    public enum Kind: Sendable, Equatable {
        /// The path does not begin at `/`, or no system takes it.
        case notAbsolute
        /// The client has not shared it.
        case notShared
        /// It is a symbolic link to a place that the client has not shared.
        case leadsOutside
        /// Nothing is there.
        case missing
        /// The agent's user may not read it.
        case unreadable
        /// It is a folder.
        case directory
        /// It is a named pipe.
        case pipe
        /// It is a socket.
        case socket
        /// It is a device.
        case device
        /// Too many paths were asked for at once.
        case tooMany
        /// No file that is shared matches a pattern.
        case noMatch
        /// It is packed, and what could be unpacked was given.
        case cutShort
        /// It is packed, and damaged; what is in front of the damage was given.
        case damaged
        /// It is packed, and unpacks to more than any log does.
        case bomb
        /// The system reported something else.
        case failed
    }

    /// What stands in the way.
    public let kind: Kind
    /// The path as it was asked for.
    public let path: String
    private let detail: String?

    init(kind: Kind, path: String, detail: String? = nil) {
        self.kind = kind
        self.path = path
        self.detail = detail
    }

    init(code: Int32, path: String) {
        switch code {
        case ENOENT, ENOTDIR: self.init(kind: .missing, path: path)
        case EACCES, EPERM: self.init(kind: .unreadable, path: path)
        case ENXIO: self.init(kind: .socket, path: path)
        default: self.init(kind: .failed, path: path, detail: SystemReason.sentence(code))
        }
    }

    /// One sentence: which path, what is wrong, what to do.
    public var description: String {
        switch kind {
        case .notAbsolute: "\(path): not a whole path (begin it with /)"
        case .notShared: "\(path): the client does not share this (ask them to add it to --logs)"
        case .leadsOutside: "\(path): a link to a place that the client does not share (ask them to add it to --logs)"
        case .missing: "\(path): no such file on the client's machine"
        case .unreadable: "\(path): the agent's user may not read it (the client can start the agent as another user)"
        case .directory: "\(path): a directory (name the files in it)"
        case .pipe: "\(path): a named pipe, not a log file"
        case .socket: "\(path): a socket, not a log file"
        case .device: "\(path): a device, not a log file"
        case .tooMany: "\(path): too many files at once (ask for at most \(LogRequest.maximumSources))"
        case .noMatch: "\(path): matches no file that the client shares"
        case .cutShort: "\(path): the compressed file is cut short; everything up to there was read"
        case .damaged: "\(path): the compressed file is damaged; everything up to there was read"
        case .bomb:
            "\(path): the compressed file unpacks to more than any log does, so it is read no further (lotse get takes it as it is)"
        case .failed: "\(path): cannot be read: \(detail ?? "the system gives no reason")"
        }
    }

    /// Whether the same request may succeed later.
    var mayPass: Bool {
        switch kind {
        case .notAbsolute, .notShared, .tooMany, .noMatch, .cutShort, .damaged, .bomb: false
        default: true
        }
    }
}

extension LogProblem.Kind {
    /// nil for a regular file.
    init?(fileMode: mode_t) {
        switch fileMode & S_IFMT {
        case S_IFREG: return nil
        case S_IFDIR: self = .directory
        case S_IFIFO: self = .pipe
        case S_IFSOCK: self = .socket
        case S_IFCHR, S_IFBLK: self = .device
        // A link where a moment ago there was none.
        case S_IFLNK: self = .leadsOutside
        default: self = .failed
        }
    }
}
