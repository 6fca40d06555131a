import NIOCore
import Redaction
import Synchronization
import TerminalText

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// `lotse-agent redact`: files as an operator would get them, for the client's own eyes. Nothing leaves the computer.
public struct RedactedFiles: Sendable {
    private let rules: RedactionRules
    private let phrases: Phrases
    private let complain: @Sendable (String) -> Void
    private let output: Int32

    /// Makes it.
    ///
    /// - Parameters:
    ///   - sets: what is blacked out beside secrets, as a contract's `privacy.redact` names it.
    ///   - output: where the lines go; on a terminal, control bytes are shown as `\xNN`.
    public init(
        sets: [String],
        phrases: Phrases,
        output: Int32 = STDOUT_FILENO,
        complain: @escaping @Sendable (String) -> Void
    ) {
        rules = RedactionRules(sets: sets)
        self.phrases = phrases
        self.output = output
        self.complain = complain
    }

    /// Writes files, or the last lines of each.
    ///
    /// - Parameter files: absolute paths.
    /// - Returns: The exit status: 1 where one could not be read.
    public func run(_ files: [String], lines: Int?) async -> Int32 {
        let isTerminal = isatty(output) == 1
        let pages = Mutex<[Int: Redactor]>([:])
        let hasFailed = Mutex(false)
        let counts = Mutex(RedactionCounts())
        let request = LogRequest(paths: files, amount: lines.map { .lines($0) } ?? .whole)
        let (output, rules) = (output, rules)
        @Sendable func write(_ bytes: [UInt8]) throws {
            try Self.write(isTerminal ? TerminalText.visible(bytes) : bytes, to: output)
        }
        do {
            try await LogReader(access: LogAccess(paths: files)).read(request) { event in
                switch event {
                case .named: break
                case .notice(_, let notice):
                    if case .problem = notice { hasFailed.withLock { $0 = true } }
                    complain(phrases.logNotice(notice, path: TerminalText.name(notice.path, limit: 300)))
                case .data(let source, let bytes):
                    var page: [UInt8] = []
                    pages.withLock { pages in
                        for other in pages.keys where other != source { pages[other]?.finish(into: &page) }
                        var redactor = pages.removeValue(forKey: source) ?? Redactor(rules, startsInside: true)
                        let before = redactor.counts
                        bytes.withUnsafeReadableBytes { redactor.append($0, into: &page) }
                        counts.withLock { $0 += redactor.counts.since(before) }
                        pages[source] = redactor
                    }
                    try write(page)
                }
            }
            var rest: [UInt8] = []
            pages.withLock { pages in
                for source in pages.keys.sorted() {
                    guard var redactor = pages[source] else { continue }
                    let before = redactor.counts
                    redactor.finish(into: &rest)
                    counts.withLock { $0 += redactor.counts.since(before) }
                }
            }
            try write(rest)
        } catch {
            return 1
        }
        let found = counts.withLock { $0.byName }
        complain(found.isEmpty ? phrases.previewPlain : phrases.previewBlackedOut(found))
        return hasFailed.withLock { $0 } ? 1 : 0
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) throws {
        try bytes.withUnsafeBytes { bytes in
            var offset = 0
            while offset < bytes.count {
                let count = systemWrite(descriptor, bytes.baseAddress.map { $0 + offset }, bytes.count - offset)
                if count < 0, errno != EINTR { throw SystemFailure(code: errno) }
                offset += max(count, 0)
            }
        }
    }
}

/// `write` under a name that methods called `write` do not hide.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
