import Contracts
import FoundationEssentials

/// The asciicast v2 file format (docs.asciinema.org/manual/asciicast/v2): a header as one line of JSON, then each event as one line.
///
/// All control characters are written as `\u00XX`, so that whoever prints such a file as it is harms no terminal.
public enum Asciicast {
    /// The first line.
    public struct Header: Sendable, Equatable {
        /// Columns of the terminal at the beginning.
        public var width: Int
        /// Rows of the terminal at the beginning.
        public var height: Int
        /// When it began, Unix seconds.
        public var timestamp: Int64?
        /// What it is of.
        public var title: String?

        /// A header.
        public init(width: Int = 80, height: Int = 24, timestamp: Int64? = nil, title: String? = nil) {
            self.width = width
            self.height = height
            self.timestamp = timestamp
            self.title = title
        }
    }

    /// What happened.
    public enum Event: Sendable, Equatable {
        /// `o`: written to the terminal.
        case output(String)
        /// `i`: typed. Nothing here writes it, other recorders do.
        case input(String)
        /// `m`: a mark with a label.
        case marker(String)
        /// `r`: the terminal has another size.
        case resize(columns: Int, rows: Int)
        /// What a later version of the format may have; a reader goes on.
        case other(code: String)
    }

    /// An event and when it happened.
    public struct TimedEvent: Sendable, Equatable {
        /// Since the beginning.
        public var time: Duration
        /// What happened.
        public var event: Event

        /// An event.
        public init(time: Duration, event: Event) {
            self.time = time
            self.event = event
        }
    }
}

// MARK: - Writing

extension Asciicast.Header {
    /// The line, with its newline.
    public var line: [UInt8] {
        var members = [#""version":2"#, #""width":\#(width)"#, #""height":\#(height)"#]
        if let timestamp { members.append(#""timestamp":\#(timestamp)"#) }
        if let title { members.append(#""title":\#(Asciicast.quoted(title))"#) }
        return Array("{\(members.joined(separator: ","))}\n".utf8)
    }
}

extension Asciicast.TimedEvent {
    /// The line, with its newline.
    public var line: [UInt8] {
        let (code, data): (String, String) =
            switch event {
            case .output(let text): ("o", text)
            case .input(let text): ("i", text)
            case .marker(let label): ("m", label)
            case .resize(let columns, let rows): ("r", "\(columns)x\(rows)")
            case .other(let code): (code, "")
            }
        return Array("[\(Asciicast.seconds(time)),\(Asciicast.quoted(code)),\(Asciicast.quoted(data))]\n".utf8)
    }
}

extension Asciicast {
    /// JSON of a string; DEL and C1 controls are escaped too, which JSON does not ask for and terminals obey.
    static func quoted(_ text: String) -> String {
        let json = JSONValue.string(text).canonicalText
        guard json.unicodeScalars.contains(where: { (0x7f...0x9f).contains($0.value) }) else { return json }
        return json.unicodeScalars.map { scalar in
            guard (0x7f...0x9f).contains(scalar.value) else { return String(Character(scalar)) }
            return "\\u00" + String(scalar.value, radix: 16)
        }.joined()
    }

    /// Seconds to the microsecond, without any floating point.
    static func seconds(_ time: Duration) -> String {
        let (seconds, attoseconds) = max(time, .zero).components
        let fraction = String(attoseconds / 1_000_000_000_000)
        return "\(seconds).\(String(repeating: "0", count: 6 - fraction.count))\(fraction)"
    }
}

// MARK: - Reading

extension Asciicast.Header {
    private struct Form: Decodable {
        var version: Int
        var width: Int
        var height: Int
        var timestamp: Double?
        var title: String?
    }

    /// Reads the first line.
    ///
    /// - Throws: `TranscriptError` (`badRecording`) for anything but a header of version 2.
    public init(line: some Collection<UInt8>) throws(TranscriptError) {
        guard let form = try? JSONDecoder().decode(Form.self, from: Data(line)), form.version == 2,
            (1...10_000).contains(form.width), (1...10_000).contains(form.height)
        else { throw TranscriptError(.badRecording, "this is no recording in the asciicast v2 format") }
        let timestamp = form.timestamp.flatMap { Int64(exactly: $0.rounded(.down)) }
        self.init(width: form.width, height: form.height, timestamp: timestamp, title: form.title)
    }
}

extension Asciicast.TimedEvent {
    private struct Form: Decodable {
        var time: Double
        var code: String
        var data: String

        init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            time = try container.decode(Double.self)
            code = try container.decode(String.self)
            data = try container.decode(String.self)
        }
    }

    /// Reads a line behind the header.
    ///
    /// - Throws: `TranscriptError` (`badRecording`).
    public init(line: some Collection<UInt8>) throws(TranscriptError) {
        guard let form = try? JSONDecoder().decode(Form.self, from: Data(line)), (0...Self.longest).contains(form.time)
        else { throw TranscriptError(.badRecording, "a line of the recording is none of its format") }
        time = .microseconds(Int64(form.time * 1_000_000))
        switch form.code {
        case "o": event = .output(form.data)
        case "i": event = .input(form.data)
        case "m": event = .marker(form.data)
        case "r": event = Self.size(form.data).map { .resize(columns: $0, rows: $1) } ?? .other(code: "r")
        default: event = .other(code: form.code)
        }
    }

    /// A year: no session is longer.
    private static let longest: Double = 366 * 86_400

    private static func size(_ text: String) -> (Int, Int)? {
        let parts = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let columns = parts[0], let rows = parts[1], columns > 0, rows > 0 else { return nil }
        return (columns, rows)
    }
}
