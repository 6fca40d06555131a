#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Blacks secrets out of a stream of text: bytes in, bytes and counts out.
///
/// A secret is known line by line, so that the output does not depend on how the input was split: an unfinished line waits for its
/// end, at most ``longestLine`` bytes of it. A longer line is taken in windows of that size which overlap, so that a secret is found
/// wherever a window ends. Private keys go over lines; the redactor remembers that it is inside of one.
///
/// What stands in the place of a secret names its kind (``RedactionKind/marker``), and is left alone where it comes by again.
public struct Redactor: Sendable {
    /// How much of an unfinished line waits, in bytes; also how long a private key may be.
    public static let longestLine = Windows.standard.longestLine

    /// What was blacked out so far.
    public private(set) var counts = RedactionCounts()

    private let rules: RedactionRules
    private let windows: Windows
    private let triggers: [UInt8]
    private var pending: [UInt8] = []
    /// How many bytes of ``pending`` are written or dropped already, and only say what those behind them are.
    private var done = 0
    private var key: KeyState
    /// A secret went to the end of the window before.
    private var openEnd: SecretEnd?
    /// The byte in front of ``pending``.
    private var before = Byte.newline

    /// Where the stream is with regard to a private key.
    private enum KeyState: Sendable, Equatable {
        case outside
        /// The stream began in the middle of a file: its first lines may be the rest of a key, of which some were dropped.
        case possible(dropped: Int)
        case inside(dropped: Int)
    }

    /// A redactor at the beginning of a stream.
    ///
    /// - Parameter startsInside: whether the stream begins somewhere in a file, where the first lines may be the rest of a key.
    public init(_ rules: RedactionRules = .secrets, startsInside: Bool = false) {
        self.init(rules, startsInside: startsInside, windows: .standard)
    }

    init(_ rules: RedactionRules, startsInside: Bool, windows: Windows) {
        self.rules = rules
        self.windows = windows
        triggers = SecretScan.triggers(rules)
        key = startsInside ? .possible(dropped: 0) : .outside
    }

    /// Takes bytes in, and adds to `output` what may be shown.
    public mutating func append(_ bytes: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        guard var next = bytes.baseAddress else { return }
        let end = next + bytes.count
        while next < end {
            let newline = memchr(next, Int32(Byte.newline), end - next).map { UnsafeRawPointer($0) }
            let length = (newline.map { $0 + 1 } ?? end) - next
            if newline != nil, pending.count + length <= windows.longestLine {
                takeLine(UnsafeRawBufferPointer(start: next, count: length), into: &output)
                next += length
                continue
            }
            let part = min(length, windows.longestLine - pending.count)
            pending.append(contentsOf: UnsafeRawBufferPointer(start: next, count: part))
            next += part
            if pending.count == windows.longestLine { takeWindow(into: &output) }
        }
    }

    /// The same with an array.
    public mutating func append(_ bytes: [UInt8], into output: inout [UInt8]) {
        bytes.withUnsafeBytes { append($0, into: &output) }
    }

    /// The stream is at its end: nothing comes behind an unfinished line.
    public mutating func finish(into output: inout [UInt8]) {
        guard isInsideLine else { return }
        takeLine(UnsafeRawBufferPointer(start: nil, count: 0), into: &output)
    }

    /// Whether the beginning of a line waits for its end.
    public var isInsideLine: Bool { !pending.isEmpty }

    // MARK: - Lines and windows

    private mutating func takeLine(_ line: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        if pending.isEmpty {
            scan(line, isWhole: true, into: &output)
        } else {
            var whole: [UInt8] = []
            swap(&whole, &pending)
            whole.append(contentsOf: line)
            whole.withUnsafeBytes { _ = scan($0, isWhole: true, into: &output) }
            whole.removeAll(keepingCapacity: true)
            swap(&whole, &pending)
        }
        done = 0
        before = Byte.newline
        openEnd = nil
    }

    private mutating func takeWindow(into output: inout [UInt8]) {
        var window: [UInt8] = []
        swap(&window, &pending)
        let next = window.withUnsafeBytes { scan($0, isWhole: false, into: &output) }
        if next > 0 { before = window[next - 1] }
        window.removeFirst(next)
        pending = window
    }

    /// - Returns: where the next window begins; at the end where the line is whole.
    @discardableResult
    private mutating func scan(_ bytes: UnsafeRawBufferPointer, isWhole: Bool, into output: inout [UInt8]) -> Int {
        var start = done
        done = 0
        if key != .outside {
            start = skipKey(bytes, isWhole: isWhole, into: &output)
            if key != .outside || start == bytes.count { return start }
        }
        var scan = SecretScan(bytes, from: start, before: before, isWhole: isWhole, rules: rules, windows: windows)
        if let openEnd { scan.skip(openEnd) }
        scan.run(triggers, &counts, into: &output)
        openEnd = scan.openEnd
        if scan.isInsideKey {
            key = .inside(dropped: scan.droppedOfKey)
        }
        done = scan.done - scan.next
        return scan.next
    }

    // MARK: - Private keys

    /// Drops what belongs to a private key.
    ///
    /// - Returns: where the scan goes on.
    private mutating func skipKey(_ bytes: UnsafeRawBufferPointer, isWhole: Bool, into output: inout [UInt8]) -> Int {
        switch key {
        case .outside: return 0
        case .inside(let dropped):
            if let end = PrivateKey.end(in: bytes, from: 0) {
                key = .outside
                return end
            }
            // The last words of a window may be the beginning of the key's last line.
            let count = isWhole ? bytes.count : max(bytes.count - PrivateKey.longestLabel, 0)
            key = dropped + count > windows.longestLine ? .outside : .inside(dropped: dropped + count)
            return count
        case .possible(let dropped):
            let end = PrivateKey.end(in: bytes, from: 0)
            guard isWhole, before == Byte.newline,
                end != nil || PrivateKey.isBody(bytes, isFirst: dropped == 0),
                dropped + bytes.count <= windows.longestLine
            else {
                key = .outside
                return 0
            }
            if dropped == 0 {
                counts.count(.privateKey)
                output.append(contentsOf: RedactionKind.privateKey.marker.utf8)
                output.append(Byte.newline)
            }
            key = end == nil ? .possible(dropped: dropped + bytes.count) : .outside
            return bytes.count
        }
    }
}
