import NIOCore
import Redaction
import Synchronization
import TerminalText

/// What would be sent of logs, for the client's own eyes: the same lines, blacked out in the same way, and nothing leaves.
struct LogPreview: Sendable {
    var request: LogRequest
    var access: LogAccess
    var rules: RedactionRules

    /// More than that fits on no screen.
    static let mostLines = 20

    /// What one look shows.
    struct View: Sendable {
        /// Lines that are safe to show, each file's behind its name.
        var lines: [String] = []
        var counts = RedactionCounts()
    }

    /// Looks at the last lines of each file.
    func view() async throws -> View {
        var request = request
        request.follow = false
        if case .lines(let count) = request.amount {
            request.amount = .lines(min(count, Self.mostLines))
        } else {
            request.amount = .lines(Self.mostLines)
        }
        let text = Mutex<[(path: String, redactor: Redactor, output: [UInt8])]>([])
        let (rules, paths) = (rules, request.paths)
        let names = Mutex<[Int: String]>([:])
        try await LogReader(access: access).read(request) { event in
            switch event {
            case .named(let source, let path): names.withLock { $0[source] = path }
            case .notice: break
            case .data(let source, let bytes):
                let name = names.withLock { $0[source] } ?? (paths.indices.contains(source) ? paths[source] : "")
                text.withLock { text in
                    if text.last?.path != name { text.append((name, Redactor(rules, startsInside: true), [])) }
                    var page = text.removeLast()
                    bytes.withUnsafeReadableBytes { page.redactor.append($0, into: &page.output) }
                    text.append(page)
                }
            }
        }
        return text.withLock { text -> View in
            var view = View()
            for page in text {
                var (redactor, output) = (page.redactor, page.output)
                redactor.finish(into: &output)
                view.counts += redactor.counts
                view.lines.append("==> \(TerminalText.name(page.path, limit: 300)) <==")
                let shown = TerminalText.visibleText(output)
                view.lines += shown.split(separator: "\n").suffix(Self.mostLines).map { String($0.prefix(500)) }
            }
            return view
        }
    }
}
