import NIOCore
import Synchronization
import Testing

@testable import Agent

#if canImport(Glibc)
import Glibc
#endif

/// What a reading gave, source by source.
final class LogTranscript: Sendable {
    private struct State {
        var bytes: [Int: [UInt8]] = [:]
        var notices: [String] = []
        var pieces: [Int] = []
        var names: [Int: String] = [:]
    }

    private let state = Mutex(State())

    func append(_ event: LogEvent) {
        state.withLock { state in
            switch event {
            case .data(let source, let bytes):
                state.bytes[source, default: []] += bytes.readableBytesView
                state.pieces.append(bytes.readableBytes)
            case .notice(let source, let notice):
                let kind = String(describing: notice).split(separator: ":").last.map(String.init) ?? ""
                state.notices.append("\(source):\(kind)")
            case .named(let source, let path): state.names[source] = path
            }
        }
    }

    func bytes(_ source: Int = 0) -> [UInt8] { state.withLock { $0.bytes[source] ?? [] } }
    func text(_ source: Int = 0) -> String { String(decoding: bytes(source), as: UTF8.self) }
    /// The files' own names, where patterns were asked for.
    var names: [String] {
        state.withLock { state in
            state.names.sorted { $0.key < $1.key }.map { String($0.value.split(separator: "/").last ?? "") }
        }
    }
    var notices: [String] { state.withLock { $0.notices } }
    var pieces: [Int] { state.withLock { $0.pieces } }
}

/// Ends a followed reading once the script has been played.
struct ScriptEnded: Error {}

/// Reads to the end without following.
func readLogs(
    _ paths: [String],
    amount: LogRequest.Amount = .lines(10),
    access: LogAccess
) async throws -> (transcript: LogTranscript, summary: LogSummary) {
    let transcript = LogTranscript()
    let summary = try await LogReader(access: access)
        .read(LogRequest(paths: paths, amount: amount)) { transcript.append($0) }
    return (transcript, summary)
}

/// Follows while `steps` happen one per wait, and for one wait more.
func follow(
    _ paths: [String],
    amount: LogRequest.Amount = .lines(10),
    access: LogAccess,
    steps: [@Sendable () -> Void]
) async throws -> LogTranscript {
    let transcript = LogTranscript()
    let played = Mutex(0)
    let reader = LogReader(access: access) { _ in
        let step = played.withLock { played in
            defer { played += 1 }
            return played
        }
        guard step < steps.count else { throw ScriptEnded() }
        steps[step]()
    }
    await #expect(throws: ScriptEnded.self) {
        try await reader.read(LogRequest(paths: paths, amount: amount, follow: true)) { transcript.append($0) }
    }
    return transcript
}

/// Numbered lines, each with its newline.
func numbered(_ range: Range<Int>) -> String {
    range.map { "line \($0)\n" }.joined()
}

/// A folder of log files that closures may change.
struct LogFolder: Sendable {
    let path: String

    func file(_ name: String) -> String { path + "/" + name }

    func append(_ text: String, to name: String) {
        put(Array(text.utf8), to: name, flags: O_APPEND)
    }

    func write(_ text: String, to name: String) {
        put(Array(text.utf8), to: name, flags: O_TRUNC)
    }

    func write(_ bytes: [UInt8], to name: String) {
        put(bytes, to: name, flags: O_TRUNC)
    }

    func move(_ name: String, to new: String) { _ = rename(file(name), file(new)) }
    func remove(_ name: String) { _ = unlink(file(name)) }
    func truncate(_ name: String) { _ = Glibc.truncate(file(name), 0) }

    func copy(_ name: String, to new: String) {
        put((try? bytes(ofFile: file(name))) ?? [], to: new, flags: O_TRUNC)
    }

    private func put(_ bytes: [UInt8], to name: String, flags: Int32) {
        let descriptor = open(file(name), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0o644)
        defer { close(descriptor) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
