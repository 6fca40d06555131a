/// Makes a stream of bytes visible, whatever the pieces it comes in.
///
/// Newline, tab and well-formed UTF-8 pass; written as `\xNN` are the other control bytes, DEL, the C1 controls (as
/// single bytes and as U+0080–9F), bytes that are not UTF-8, and the characters that reorder a line (embeddings,
/// overrides and isolates, U+202A–E and U+2066–9). A carriage return before a newline is dropped.
///
/// A backslash passes as it is, so that paths stay readable: the result is for eyes and cannot be turned back.
public struct VisibleBytes: Sendable {
    /// The beginning of a UTF-8 sequence, or a carriage return, whose meaning the next bytes decide; at most 3 bytes.
    private var pending: [UInt8] = []

    /// Makes a filter at the start of a stream.
    public init() {}

    /// The visible form of `bytes`, short of at most 3 bytes that wait for what follows.
    public mutating func append(_ bytes: [UInt8]) -> [UInt8] {
        let input = pending.isEmpty ? bytes : pending + bytes
        pending = []
        return convert(input, isLast: false)
    }

    /// The visible form of what still waited. The filter is then at the start of a new stream.
    public mutating func finish() -> [UInt8] {
        let input = pending
        pending = []
        return convert(input, isLast: true)
    }

    private mutating func convert(_ input: [UInt8], isLast: Bool) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(input.count + 16)
        var index = 0
        while index < input.count {
            let run = plainRun(in: input, from: index)
            if run > index {
                output += input[index..<run]
                index = run
                continue
            }
            switch Self.unit(input[index...]) {
            case .complete(let length, let isSafe):
                let end = index + length
                if isSafe {
                    output += input[index..<end]
                } else {
                    for byte in input[index..<end] { Self.escape(byte, into: &output) }
                }
                index = end
            case .dropped:
                index += 1
            case .needsMore where !isLast:
                pending = Array(input[index...])
                index = input.count
            case .needsMore:
                for byte in input[index...] { Self.escape(byte, into: &output) }
                index = input.count
            }
        }
        return output
    }

    /// The end of the printable ASCII, newlines and tabs from `start` on: nearly all of any output.
    private func plainRun(in input: [UInt8], from start: Int) -> Int {
        input.withUnsafeBufferPointer { input in
            var index = start
            while index < input.count {
                let byte = input[index]
                guard (byte >= 0x20 && byte < 0x7f) || byte == 0x0a || byte == 0x09 else { break }
                index += 1
            }
            return index
        }
    }

    private enum Unit {
        case complete(length: Int, isSafe: Bool)
        case dropped
        case needsMore
    }

    /// What `bytes` begins with; `bytes` is not empty.
    private static func unit(_ bytes: ArraySlice<UInt8>) -> Unit {
        let first = bytes[bytes.startIndex]
        if first == 0x0d {
            guard bytes.count > 1 else { return .needsMore }
            return bytes[bytes.startIndex + 1] == 0x0a ? .dropped : .complete(length: 1, isSafe: false)
        }
        guard let form = UTF8Form(first) else { return .complete(length: 1, isSafe: false) }
        var value = form.initialValue
        for offset in 1..<form.length {
            guard offset < bytes.count else { return .needsMore }
            let byte = bytes[bytes.startIndex + offset]
            let allowed = offset == 1 ? form.secondByte : 0x80...0xbf
            guard allowed.contains(byte) else { return .complete(length: 1, isSafe: false) }
            value = value << 6 | UInt32(byte & 0x3f)
        }
        return .complete(length: form.length, isSafe: isSafe(value))
    }

    private static func isSafe(_ value: UInt32) -> Bool {
        switch value {
        case 0x80...0x9f, 0x061c, 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x2069: false
        default: true
        }
    }

    private static func escape(_ byte: UInt8, into output: inout [UInt8]) {
        let (high, low) = hexadecimal(byte)
        output += [UInt8(ascii: "\\"), UInt8(ascii: "x"), high, low]
    }
}

/// The well-formed sequences of two to four bytes by their first byte (Unicode 15, table 3-7): overlong forms,
/// surrogates and values above U+10FFFF have none.
struct UTF8Form {
    var length: Int
    var initialValue: UInt32
    var secondByte: ClosedRange<UInt8>

    init?(_ first: UInt8) {
        switch first {
        case 0xc2...0xdf: (length, secondByte) = (2, 0x80...0xbf)
        case 0xe0: (length, secondByte) = (3, 0xa0...0xbf)
        case 0xed: (length, secondByte) = (3, 0x80...0x9f)
        case 0xe1...0xef: (length, secondByte) = (3, 0x80...0xbf)
        case 0xf0: (length, secondByte) = (4, 0x90...0xbf)
        case 0xf4: (length, secondByte) = (4, 0x80...0x8f)
        case 0xf1...0xf3: (length, secondByte) = (4, 0x80...0xbf)
        default: return nil
        }
        initialValue = UInt32(first & (0x7f >> UInt8(length)))
    }
}
