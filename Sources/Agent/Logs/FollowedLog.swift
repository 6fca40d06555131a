import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// One path that is followed through renaming, deletion, re-creation and truncation.
///
/// A file that lost its name is read on for a while: its writer goes on writing to it until it is told to reopen.
/// Where a file was copied to `NAME.1` and emptied (`copytruncate`), what was written between the last look and the
/// copy is read from there.
struct FollowedLog {
    /// A file without its name, and for how many polls it has been silent.
    private struct Retired {
        var cursor: LogCursor
        var silentPolls = 0
    }

    private let path: String
    /// The path as ``LogAccess`` opens it: without `..`, which the system would resolve after links.
    private let systemPath: String
    private let access: LogAccess
    private var current: LogCursor?
    private var retired: [Retired] = []
    private var isGone: Bool
    private var reported: LogProblem.Kind?
    private var copyStamp: LogFile.Stamp?
    /// The retired files have had their turn in this poll.
    private var checkedPoll = -1

    /// Ten seconds at the usual interval: longer than a service takes to reopen its log.
    private static let silentPollsUntilClosed = 20
    private static let maximumRetired = 4

    init(path: String, access: LogAccess, cursor: LogCursor?, problem: LogProblem?) {
        self.path = path
        self.access = access
        systemPath = LogPath(path)?.text ?? path
        current = cursor
        isGone = cursor == nil
        reported = problem?.kind
        copyStamp = try? LogFile.Stamp(path: copyPath)
    }

    private var copyPath: String { systemPath + ".1" }

    /// One piece of data or one notice; nil when there is nothing more in this poll.
    mutating func next(poll: Int) -> LogEvent.Content? {
        if let content = nextOfRetired(poll: poll) { return content }
        if let content = nextOfCurrent(poll: poll) { return content }
        guard checkedPoll != poll else { return nil }
        checkedPoll = poll
        return checkName(poll: poll)
    }

    private mutating func nextOfRetired(poll: Int) -> LogEvent.Content? {
        for index in retired.indices {
            if case .data(let bytes) = try? retired[index].cursor.next(poll: poll, flush: false) {
                retired[index].silentPolls = 0
                return .data(bytes)
            }
        }
        guard checkedPoll != poll else { return nil }
        for index in retired.indices { retired[index].silentPolls += 1 }
        retired.removeAll { $0.silentPolls > Self.silentPollsUntilClosed }
        return nil
    }

    private mutating func nextOfCurrent(poll: Int) -> LogEvent.Content? {
        do throws(SystemFailure) {
            switch try current?.next(poll: poll, flush: false) {
            case .data(let bytes): return .data(bytes)
            case .truncated:
                retireCopy()
                current?.restart()
                return .notice(.truncated(path: path))
            case .idle, nil: return nil
            }
        } catch {
            current = nil
            isGone = true
            return report(LogProblem(code: error.code, path: path))
        }
    }

    /// Looks whether the name still leads to the file.
    private mutating func checkName(poll: Int) -> LogEvent.Content? {
        let named: LogFile.Stamp
        do throws(SystemFailure) {
            named = try LogFile.Stamp(path: systemPath)
        } catch {
            if isGone { return nil }
            isGone = true
            return .notice(.gone(path: path))
        }
        copyStamp = try? LogFile.Stamp(path: copyPath)
        let held = try? current?.file.stamp().identity
        if held == named.identity { return comeBack() }
        switch access.open(path) {
        case .failure(let problem): return report(problem)
        case .success(let file):
            guard let cursor = try? LogCursor(file: file, offset: 0), let opened = try? file.stamp() else { return nil }
            // It may have been renamed back since the first look.
            if held == opened.identity { return comeBack() }
            let notice: LogNotice = isGone ? .appeared(path: path) : .rotated(path: path)
            if let current { retire(current) }
            current = cursor
            isGone = false
            reported = nil
            // The new file has lines already, more often than not.
            checkedPoll = poll - 1
            return .notice(notice)
        }
    }

    private mutating func comeBack() -> LogEvent.Content? {
        guard isGone else { return nil }
        isGone = false
        return .notice(.appeared(path: path))
    }

    private mutating func report(_ problem: LogProblem) -> LogEvent.Content? {
        guard reported != problem.kind else { return nil }
        reported = problem.kind
        return .notice(.problem(problem))
    }

    private mutating func retire(_ cursor: LogCursor) {
        retired.append(Retired(cursor: cursor))
        if retired.count > Self.maximumRetired { retired.removeFirst() }
    }

    private mutating func retireCopy() {
        // Only a copy that was not there at the last look holds what was emptied since.
        guard let current, !current.lastBytes.isEmpty, let stamp = try? LogFile.Stamp(path: copyPath),
            stamp != copyStamp, stamp.size > current.offset, case .success(let file) = access.open(copyPath),
            let copy = try? LogCursor(file: file, offset: current.offset), copy.lastBytes == current.lastBytes
        else { return }
        retire(copy)
    }
}

extension LogEvent {
    /// An event of one source, without its index.
    enum Content {
        case data(ByteBuffer)
        case notice(LogNotice)

        func event(of source: Int) -> LogEvent {
            switch self {
            case .data(let bytes): .data(source: source, bytes)
            case .notice(let notice): .notice(source: source, notice)
            }
        }
    }
}
