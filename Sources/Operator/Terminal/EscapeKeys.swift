/// Finds `~.` at the start of a line among the keys on their way to another machine: a value without I/O.
///
/// As ssh(1) has it: the escape counts behind Enter and at the beginning; `~~` sends one tilde, `~` before anything else is itself.
struct EscapeKeys: Sendable, Equatable {
    private enum State: Sendable, Equatable {
        case lineStart
        case tilde
        case inLine
    }

    private var state = State.lineStart

    /// - Returns: What is to be sent, and whether the operator leaves behind it.
    mutating func take(_ bytes: some Sequence<UInt8>) -> (keys: [UInt8], leaves: Bool) {
        var keys: [UInt8] = []
        for byte in bytes {
            switch (state, byte) {
            case (.lineStart, UInt8(ascii: "~")):
                state = .tilde
                continue
            case (.tilde, UInt8(ascii: ".")): return (keys, true)
            case (.tilde, UInt8(ascii: "~")):
                state = .inLine
                keys.append(byte)
                continue
            case (.tilde, _): keys.append(UInt8(ascii: "~"))
            case (.lineStart, _), (.inLine, _): break
            }
            keys.append(byte)
            state = byte == 0x0d || byte == 0x0a ? .lineStart : .inLine
        }
        return (keys, false)
    }
}
