/// Lets through what shells and full-screen programs need of a terminal, and drops everything else, whatever the pieces it comes in.
///
/// What passes: text in UTF-8; BEL, BS, HT, LF, VT, FF, CR, SO and SI; moving the cursor, erasing, inserting and deleting, scroll
/// regions, colours, tabs, the drawing character set; and the private modes that ``TerminalModes`` lists. All of it leaves whole, so
/// that a terminal behind the filter is never inside of a sequence.
///
/// What never passes: OSC, DCS, APC, PM, SOS and titles with everything in them; every question that a terminal answers (ENQ, DA, DSR,
/// DECRQM, XTGETTCAP, window reports) since the answer would be typed into the shell; 8-bit controls in both spellings; resets that
/// reach beyond this shell, other encodings, printing; characters that reorder a line. Bytes that are not UTF-8 become U+FFFD.
///
/// The states are those of P. Williams, "A parser for DEC's ANSI-compatible video terminals" (vt100.net/emu/dec_ansi_parser), with
/// UTF-8 in place of 8-bit controls. What has passed passes again unchanged.
public struct TerminalFilter: Sendable, Equatable {
    /// What there is behind the filter.
    public enum Target: Sendable, Equatable {
        /// A terminal.
        case terminal
        /// A terminal of which only the first rows are the shell's: what would reach below is bent back.
        case rows(Int)
        /// A file or a pipe: text, newlines and tabs alone.
        case text
    }

    private enum State: Sendable, Equatable {
        case ground
        /// Inside of a UTF-8 sequence, which is in `collected`.
        case character
        /// Behind ESC.
        case escape
        /// Behind ESC and bytes 0x20–0x2F, which are in `collected`.
        case escapeIntermediate
        /// Behind CSI; parameters and intermediates are in `collected`.
        case control
        /// Behind a CSI whose sequence is dropped.
        case refusedControl
        /// Inside of OSC, DCS, APC, PM, SOS or a title.
        case string
    }

    /// What there is behind the filter.
    public var target: Target
    private var state = State.ground
    private var collected: [UInt8] = []
    /// What has to be undone when the shell is over.
    var modes = TerminalModes()

    /// Longer sequences are dropped, in bytes; the longest of use are colours.
    static let longestSequence = 256

    /// A filter at the start of a stream.
    public init(_ target: Target = .terminal) { self.target = target }

    /// What passes of `bytes`, short of what waits for more.
    public mutating func append(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        for byte in bytes { take(byte, &output) }
        return output
    }

    /// What still passes at the end of the stream. The filter is then at the start of a new one; ``restoration`` stays.
    public mutating func finish() -> [UInt8] {
        let output = state == .character ? Self.replacement : []
        state = .ground
        collected = []
        return output
    }

    /// What gives the terminal back as it was found: to be written behind the last output.
    public var restoration: [UInt8] { modes.restoration }

    /// Whether the program keeps a cursor position that it will come back to; whoever draws beside it would take its place.
    public var keepsCursor: Bool { modes.keepsCursor }

    /// What a program may have done to what is beside the shell's rows.
    public enum Disturbance: Sendable, Equatable, Comparable {
        /// It may be erased.
        case erasure
        /// And the shell's rows may not be its bounds any more.
        case margins
    }

    /// The worst since the last call.
    public mutating func takeDisturbance() -> Disturbance? {
        defer { modes.disturbance = nil }
        return modes.disturbance
    }

    // MARK: - States

    private mutating func take(_ byte: UInt8, _ output: inout [UInt8]) {
        switch state {
        case .ground:
            if byte >= 0x20 && byte < 0x7f {
                output.append(byte)
            } else if byte < 0x80 {
                control(byte, &output)
            } else if UTF8Form(byte) != nil {
                collected = [byte]
                state = .character
            } else {
                output += Self.replacement
            }
        case .character: character(byte, &output)
        case .string:
            // A terminal may end some of these earlier or later: it never saw the beginning.
            switch byte {
            case 0x1b: begin(.escape)
            case 0x07, 0x18, 0x1a: begin(.ground)
            default: break
            }
        case _ where byte < 0x20: control(byte, &output)
        case _ where byte == 0x7f: break
        case _ where byte >= 0x80:
            begin(.ground)
            take(byte, &output)
        case .escape: escape(byte, &output)
        case .escapeIntermediate:
            if byte < 0x30 {
                collect(byte, otherwise: .escapeIntermediate)
            } else {
                designate(byte, &output)
                begin(.ground)
            }
        case .control:
            if byte < 0x40 {
                collect(byte, otherwise: .refusedControl)
            } else {
                if let sequence = ControlSequence(collected, final: byte) { pass(sequence, &output) }
                begin(.ground)
            }
        case .refusedControl: if byte >= 0x40 { begin(.ground) }
        }
    }

    private mutating func begin(_ next: State) {
        state = next
        collected.removeAll(keepingCapacity: true)
    }

    private mutating func collect(_ byte: UInt8, otherwise tooLong: State) {
        if collected.count < Self.longestSequence { collected.append(byte) } else { state = tooLong }
    }

    /// C0 controls are obeyed at once, also in the middle of a sequence, as terminals do.
    private mutating func control(_ byte: UInt8, _ output: inout [UInt8]) {
        switch byte {
        case 0x1b: begin(.escape)
        case 0x18, 0x1a: begin(.ground)
        case 0x09, 0x0a: output.append(byte)
        case 0x07, 0x08, 0x0b...0x0f: if target != .text { output.append(byte) }
        default: break
        }
    }

    private mutating func character(_ byte: UInt8, _ output: inout [UInt8]) {
        guard let form = UTF8Form(collected[0]) else { return begin(.ground) }
        guard (collected.count == 1 ? form.secondByte : 0x80...0xbf).contains(byte) else {
            output += Self.replacement
            begin(.ground)
            return take(byte, &output)
        }
        collected.append(byte)
        guard collected.count == form.length else { return }
        let value = collected.dropFirst().reduce(form.initialValue) { $0 << 6 | UInt32($1 & 0x3f) }
        switch value {
        // DCS, SOS, OSC, PM and APC in one character, which xterm obeys in UTF-8 too; then CSI; then the other C1 controls.
        case 0x90, 0x98, 0x9d, 0x9e, 0x9f: begin(.string)
        case 0x9b: begin(.refusedControl)
        case 0x80...0x9f, 0x061c, 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x2069: begin(.ground)
        default:
            output += collected
            begin(.ground)
        }
    }

    private mutating func escape(_ byte: UInt8, _ output: inout [UInt8]) {
        switch byte {
        case 0x20...0x2f:
            begin(.escapeIntermediate)
            collected.append(byte)
        case UInt8(ascii: "["): begin(.control)
        // OSC, DCS, SOS, PM, APC; and `ESC k`, which screen and tmux take for the beginning of a title.
        case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "X"), UInt8(ascii: "^"), UInt8(ascii: "_"),
            UInt8(ascii: "k"):
            begin(.string)
        default:
            begin(.ground)
            // Cursor kept and restored, index, next line, tab set, reverse index, keypad modes.
            guard target != .text, "78DEHM=>".utf8.contains(byte) else { return }
            modes.note(escape: byte)
            output += [0x1b, byte]
        }
    }

    /// The sets that line drawing needs: ASCII, British, DEC special graphics. `ESC %` would leave UTF-8.
    private func designate(_ final: UInt8, _ output: inout [UInt8]) {
        guard target != .text, collected.count == 1, "()*+".utf8.contains(collected[0]), "0AB".utf8.contains(final)
        else { return }
        output += [0x1b, collected[0], final]
    }

    private mutating func pass(_ sequence: ControlSequence, _ output: inout [UInt8]) {
        guard target != .text, var allowed = sequence.allowed else { return }
        if case .rows(let rows) = target { allowed.confine(to: rows) }
        modes.note(allowed)
        output += allowed.bytes
    }

    /// U+FFFD.
    private static let replacement: [UInt8] = [0xef, 0xbf, 0xbd]
}
