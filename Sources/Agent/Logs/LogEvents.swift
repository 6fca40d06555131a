import NIOCore

/// What the operator wants to read.
public struct LogRequest: Sendable, Equatable {
    /// How much of each file.
    public enum Amount: Sendable, Equatable {
        /// The last lines, at most this many; an unfinished last line counts.
        case lines(Int)
        /// Everything from the start.
        case whole
    }

    /// The files, by absolute path; events name them by their index here.
    public var paths: [String]
    /// How much of each file.
    public var amount: Amount
    /// Whether to go on with what is written later.
    public var follow: Bool
    /// Only lines from this time on, in seconds since 1970; nil for no such limit.
    public var since: Int64?
    /// Whether each source is named before anything of it comes, also where no pattern is among the paths.
    var namesAll = false

    /// As many lines as `tail` shows, when nobody says how many.
    public static let standardLines = 10
    /// More paths than this at once are refused, one by one.
    public static let maximumSources = 64

    /// More paths than this make no request at all.
    static let mostPaths = 1024

    /// Makes a request.
    public init(paths: [String], amount: Amount = .lines(standardLines), follow: Bool = false, since: Int64? = nil) {
        self.paths = paths
        self.amount = amount
        self.follow = follow
        self.since = since
    }
}

/// What comes out of log files.
public enum LogEvent: Sendable, Equatable {
    /// Bytes of the file, as they are; whole lines, but for a line that is longer than 64 KiB or not finished yet.
    case data(source: Int, ByteBuffer)
    /// Something about the file, for a person.
    case notice(source: Int, LogNotice)
    /// Which file a source is, before anything of it comes; where patterns were asked for.
    case named(source: Int, path: String)
}

/// Something about a log file that is not in it.
public enum LogNotice: Sendable, Equatable, CustomStringConvertible {
    /// Another file has taken the name: lines that follow are its.
    case rotated(path: String)
    /// The file was emptied or written anew: lines that follow are from its start.
    case truncated(path: String)
    /// The name is gone; it is waited for.
    case gone(path: String)
    /// A file of this name has come.
    case appeared(path: String)
    /// Since when its lines are cannot be told, so the last ones are given.
    case withoutTimes(path: String)
    /// It cannot be read.
    case problem(LogProblem)

    /// Which file.
    var path: String {
        switch self {
        case .rotated(let path), .truncated(let path), .gone(let path), .appeared(let path),
            .withoutTimes(let path):
            path
        case .problem(let problem): problem.path
        }
    }

    /// One sentence for the operator.
    public var description: String {
        switch self {
        case .rotated(let path): "\(path): rotated, going on with the new file"
        case .truncated(let path): "\(path): truncated, going on from its start"
        case .gone(let path): "\(path): gone, waiting for a new file"
        case .appeared(let path): "\(path): appeared"
        case .withoutTimes(let path): "\(path): its lines carry no time that is understood, so its last lines are shown"
        case .problem(let problem): problem.description
        }
    }
}

/// How a reading ended.
public struct LogSummary: Sendable, Equatable {
    /// Files of which something was read, or could have been.
    public var sourcesRead: Int
    /// Files that could never be opened.
    public var sourcesFailed: Int
}
