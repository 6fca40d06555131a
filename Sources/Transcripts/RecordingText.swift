import Compression
import NIOCore
import SupportChannel
import TerminalText

/// Makes the picture of a recording out of what happens: one terminal, in which the actions of a session follow one another.
///
/// What comes from the client's machine is filtered before it becomes part of it, so that a recording can be played into any terminal. Only
/// what was written is shown, never what was typed: nobody could tell a password from the rest. How much is shown is bounded, for each
/// action and for all of them.
struct RecordingText {
    /// Bounds, in bytes of text.
    struct Limits: Sendable {
        /// Of all output together.
        var session = 10 << 20
        /// Of one action that is no terminal.
        var action = 2 << 20
        /// Of headings, notes and ends.
        var headings = 2 << 20
        /// Of what waits until a terminal is closed.
        var waiting = 256 << 10
    }

    private let words: TranscriptWords
    private var left: Limits
    private var parts: [Int: Part] = [:]
    /// Whose output was shown last.
    private var current: Int?
    private var isAtLineStart = true
    private var saidFull = false
    /// A terminal that is open: nothing else is drawn meanwhile.
    private var terminal: Int?
    private var waiting: [UInt8] = []

    /// One action.
    private struct Part {
        let title: ActionTitle
        var left: Int
        var skipped: Int64 = 0
        var output = VisibleBytes()
        var errorOutput = VisibleBytes()
        var filter = TerminalFilter()
        var sources: [Int: String]
        var source: Int?
        var unpacking: LogUnpacking?
    }

    init(words: TranscriptWords, limits: Limits = Limits()) {
        self.words = words
        self.left = limits
    }

    private static let mostSources = 4096

    // MARK: - What happens

    mutating func begin(_ number: Int, _ title: ActionTitle) -> [Asciicast.Event] {
        let isTerminal = title.kind == .terminal
        parts[number] = Part(
            title: title,
            left: isTerminal ? left.session : left.action,
            sources: title.sources
        )
        let text = String(title.text.prefix(1000))
        let events = heading("\u{1b}[1m> \(number)  \(text)\u{1b}[m", marker: "\(number) \(text)")
        current = number
        if isTerminal, terminal == nil { terminal = number }
        return events
    }

    mutating func take(_ number: Int, _ frame: ActionFrame) -> [Asciicast.Event] {
        guard var part = parts.removeValue(forKey: number) else { return [] }
        defer { parts[number] = part }
        switch (part.title.kind, frame.kind) {
        case (.terminal, .resize):
            guard let size = TerminalSize(frame.payload) else { return [] }
            return [.resize(columns: size.columns, rows: size.rows)]
        case (.terminal, .output): return screen(&part, frame.payload)
        case (.lines, .output): return lines(number, &part, frame.payload, isError: false)
        case (.lines, .errorOutput): return lines(number, &part, frame.payload, isError: true)
        case (.logs, .output): return unpack(number, &part, frame.payload)
        case (.logs, .source), (.logs, .notice): return log(number, &part, frame)
        default: return []
        }
    }

    /// - Parameter result: in a few words.
    mutating func end(_ number: Int, _ result: String) -> [Asciicast.Event] {
        guard var part = parts.removeValue(forKey: number) else { return [] }
        var events: [Asciicast.Event] = []
        if terminal == number {
            let rest = part.filter.finish() + part.filter.restoration
            isAtLineStart = false
            terminal = nil
            if !rest.isEmpty { events.append(.output(String(decoding: rest, as: UTF8.self))) }
        } else {
            events += show(number, &part, part.output.finish() + part.errorOutput.finish())
        }
        let more = part.skipped > 0 ? "; \(words.notRecorded(part.skipped))" : ""
        events += heading("\u{1b}[2m< \(number)  \(result)\(more)\u{1b}[m")
        current = nil
        if terminal == nil, !waiting.isEmpty {
            events.append(.output(String(decoding: waiting, as: UTF8.self)))
            isAtLineStart = waiting.last == UInt8(ascii: "\n")
            waiting = []
        }
        return events
    }

    /// Something else that happened.
    mutating func note(_ text: String) -> [Asciicast.Event] {
        heading("\u{1b}[2m-- \(text)\u{1b}[m", marker: text)
    }

    // MARK: - What actions write

    private mutating func screen(_ part: inout Part, _ payload: ByteBuffer) -> [Asciicast.Event] {
        // A part of it would leave a terminal in the middle of something: it is shown whole or not.
        let text = part.filter.append(payload.readableBytesView)
        guard text.count <= min(part.left, left.session) else {
            part.left = 0
            part.skipped += Int64(payload.readableBytes)
            return full()
        }
        part.left -= text.count
        left.session -= text.count
        return text.isEmpty ? [] : [.output(String(decoding: text, as: UTF8.self))]
    }

    private mutating func lines(
        _ number: Int,
        _ part: inout Part,
        _ payload: ByteBuffer,
        isError: Bool
    ) -> [Asciicast.Event] {
        // What there is no room for needs no filter: bulk costs nothing but its digest.
        let room = min(part.left, left.session)
        let piece = Array(payload.readableBytesView.prefix(room))
        part.skipped += Int64(payload.readableBytes - piece.count)
        let text = isError ? part.errorOutput.append(piece) : part.output.append(piece)
        return show(number, &part, text)
    }

    private mutating func unpack(_ number: Int, _ part: inout Part, _ payload: ByteBuffer) -> [Asciicast.Event] {
        guard min(part.left, left.session) > 0 else {
            part.skipped += Int64(payload.readableBytes)
            return []
        }
        var unpacking = part.unpacking ?? LogUnpacking()
        part.unpacking = nil
        var events: [Asciicast.Event] = []
        unpacking.feed(payload)
        // A few bytes may unpack to very many.
        while min(part.left, left.session) > 0, let frame = unpacking.next() { events += log(number, &part, frame) }
        part.unpacking = unpacking
        return events
    }

    private mutating func log(_ number: Int, _ part: inout Part, _ frame: ActionFrame) -> [Asciicast.Event] {
        if frame.kind == .notice {
            guard let notice = LogNotice(frame) else { return [] }
            if let name = notice.name, part.sources.count < Self.mostSources { part.sources[notice.source] = name }
            guard !notice.message.isEmpty else { return [] }
            let sentence = TerminalText.name(notice.message, limit: 1000)
            return show(number, &part, Array(((isAtLineStart ? "" : "\n") + "! \(sentence)\n").utf8))
        }
        guard frame.kind == .source else { return [] }
        var payload = frame.payload
        guard let source = payload.readInteger(as: UInt16.self).map(Int.init) else { return [] }
        var text: [UInt8] = []
        if source != part.source, part.sources.count > 1, let name = part.sources[source] {
            text += part.output.finish()
            text += Array("\(isAtLineStart ? "" : "\n")==> \(TerminalText.name(name, limit: 1000)) <==\n".utf8)
        }
        part.source = source
        let piece = Array(payload.readableBytesView.prefix(min(part.left, left.session)))
        part.skipped += Int64(payload.readableBytes - piece.count)
        return show(number, &part, text + part.output.append(piece))
    }

    // MARK: - Drawing

    /// Shows text of an action as far as there is room for it, and whose it is where another one wrote last.
    private mutating func show(_ number: Int, _ part: inout Part, _ text: [UInt8]) -> [Asciicast.Event] {
        guard !text.isEmpty else { return [] }
        let room = min(part.left, left.session)
        let shown = Self.cut(text, to: room)
        part.skipped += Int64(text.count - shown.count)
        part.left -= shown.count
        left.session -= shown.count
        let whole = left.session > 0 ? [] : full()
        guard !shown.isEmpty else { return whole }
        var output: [UInt8] = []
        if current != number {
            output += Array("\(isAtLineStart ? "" : "\r\n")\u{1b}[2m.. \(number)\u{1b}[m\r\n".utf8)
            current = number
        }
        for byte in shown {
            if byte == UInt8(ascii: "\n") { output.append(UInt8(ascii: "\r")) }
            output.append(byte)
        }
        isAtLineStart = shown.last == UInt8(ascii: "\n")
        return draw(output) + whole
    }

    private mutating func heading(_ line: String, marker: String? = nil) -> [Asciicast.Event] {
        let length = line.utf8.count + (marker?.utf8.count ?? 0)
        guard left.headings >= length else { return [] }
        left.headings -= length
        let text = Array(((isAtLineStart ? "" : "\r\n") + line + "\r\n").utf8)
        isAtLineStart = true
        return (marker.map { [.marker($0)] } ?? []) + draw(text)
    }

    private mutating func draw(_ text: [UInt8]) -> [Asciicast.Event] {
        guard terminal != nil else { return [.output(String(decoding: text, as: UTF8.self))] }
        if waiting.count + text.count <= left.waiting { waiting += text }
        return []
    }

    private mutating func full() -> [Asciicast.Event] {
        guard !saidFull, left.session <= 0 || terminal != nil else { return [] }
        saidFull = true
        return heading("-- \(words.isFull)", marker: words.isFull)
    }

    /// The beginning of well-formed UTF-8, no longer than that, to the end of a character.
    private static func cut(_ text: [UInt8], to length: Int) -> ArraySlice<UInt8> {
        guard text.count > length else { return text[...] }
        var end = max(length, 0)
        while end > 0, text[end] & 0xc0 == 0x80 { end -= 1 }
        return text[..<end]
    }
}
