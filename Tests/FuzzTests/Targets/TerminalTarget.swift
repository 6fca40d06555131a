import TerminalText

extension FuzzTarget {
    /// What of another machine's bytes reaches a terminal.
    static let terminal = FuzzTarget(
        "terminal",
        longest: 2048,
        seeds: TerminalSamples.shell.flatMap { [.input(0, $0), .input(1, $0), .input(2, $0)] } + [
            .input(3, "Grüße\r\n\tx\u{1b}[2J\u{9b}6n\u{202e}\\x00"),
            .input(4, "Jana  \u{202e}Lotse\n\u{301}\u{301}x\u{e0041}"),
            .input(5, "df\0-h\0a'b \\\"\0\u{1b}[2J\0\u{e9}F\0=x"),
            .input(6, "a\\\nb $'\\x41\\u00e9\\cA' \"a\\\"b\" 'c d'"),
            .input(7, "a word that is long and \(String(repeating: "x", count: 90)) longer"),
        ],
        words: [
            "\u{1b}[", "\u{1b}]", "\u{1b}P", "\u{1b}\\", "\u{1b}", "\u{9b}", "\u{9d}", ";", "?", "1049", "h", "l", "m",
            "6n",
            "0;x\u{07}", "$p", " q", "ü", "漢", "\r\n", ":", "38;5;1m", "\u{1b}(0", "\u{202e}", "\u{301}", "\u{200d}",
            "'", "\\", "$'",
            "999999", "H", "r", "d",
        ]
    ) { input in
        let bytes = Array(input.dropFirst())
        switch input.first {
        case 0: try TerminalSamples.filter(bytes, .terminal)
        case 1: try TerminalSamples.filter(Array(bytes.dropFirst()), .rows(Int(bytes.first ?? 0) % 100 + 1))
        case 2: try TerminalSamples.filter(bytes, .text)
        case 3: try TerminalSamples.makeVisible(bytes)
        case 4: try TerminalSamples.name(bytes)
        case 5:
            let arguments = bytes.split(separator: 0, omittingEmptySubsequences: false).map {
                String(decoding: $0, as: UTF8.self)
            }
            try TerminalSamples.write(arguments)
        case 6:
            guard let words = try? CommandLineWords.split(String(decoding: bytes, as: UTF8.self)) else { return }
            try TerminalSamples.write(words)
        case 7: try TerminalSamples.wrap(bytes)
        default: return
        }
    }
}

private enum TerminalSamples {
    static let shell = [
        "plain\r\n\ttext\u{07}\u{08}", "\u{1b}[1;31mred\u{1b}[m", "\u{1b}[38:2::1:2:3;48;5;17m",
        "\u{1b}[?1049h\u{1b}[22;1H\u{1b}[2J\u{1b}[?25l", "\u{1b}[2;23r\u{1b}[3L\u{1b}M\u{1b}D", "\u{1b}(0lqk\u{1b}(B",
        "\u{1b}7\u{1b}[5;5Hx\u{1b}8", "\u{1b}[4 q\u{1b}[!p\u{1b}[12b", "\u{1b}]0;title\u{07}x\u{1b}P+q544e\u{1b}\\y",
        "\u{1b}[?1004;25;12;9999h\u{9b}6n\u{9d}0;t\u{07}", "\u{1b}[3\n1m\u{1b}[99999b",
    ]

    private static func filtered(_ pieces: [ArraySlice<UInt8>], _ target: TerminalFilter.Target) -> (
        bytes: [UInt8], filter: TerminalFilter
    ) {
        var filter = TerminalFilter(target)
        var output: [UInt8] = []
        for piece in pieces { output += filter.append(piece) }
        output += filter.finish()
        return (output, filter)
    }

    static func filter(_ bytes: [UInt8], _ target: TerminalFilter.Target) throws {
        let whole = filtered([bytes[...]], target)
        try hold(filtered(bytes.pieces(), target).bytes == whole.bytes, "the output depends on the pieces")
        try hold(whole.bytes.count <= 4 * bytes.count, "\(whole.bytes.count) bytes of \(bytes.count)")
        try hold(filtered([whole.bytes[...]], target).bytes == whole.bytes, "what has passed does not pass again")
        var grammar = TerminalGrammar(target)
        try grammar.check(whole.bytes)
        // A terminal behind a piece is never inside of a sequence.
        var filter = TerminalFilter(target)
        for piece in bytes.pieces() { try grammar.check(filter.append(piece)) }
        // The whole terminal is given back, whatever part of it was the shell's.
        grammar = TerminalGrammar(target == .text ? .text : .terminal)
        try grammar.check(whole.filter.restoration)
        try hold(target != .text || whole.filter.restoration.isEmpty, "there is something to restore in a file")
    }

    static func makeVisible(_ bytes: [UInt8]) throws {
        var filter = VisibleBytes()
        var cut: [UInt8] = []
        for piece in bytes.pieces() { cut += filter.append(Array(piece)) }
        cut += filter.finish()
        let whole = TerminalText.visible(bytes)
        try hold(cut == whole, "the output depends on the pieces")
        guard let text = String(validating: whole, as: UTF8.self) else { throw Finding("not UTF-8") }
        try hold(text.isSafeToShow, "shows \(text.debugDescription)")
        try hold(whole.count <= 4 * bytes.count, "\(whole.count) bytes of \(bytes.count)")
        try hold(TerminalText.visible(whole) == whole, "what is visible changes")
    }

    static func name(_ bytes: [UInt8]) throws {
        let limit = Int(bytes.first ?? 0) % 90
        let name = TerminalText.name(String(decoding: bytes.dropFirst(), as: UTF8.self), limit: limit)
        try hold(name.isSafeToShow && !name.contains("\n") && !name.contains("\t"), "\(name.debugDescription)")
        try hold(name.count <= max(limit, 1), "\(name.count) characters instead of \(limit)")
        try hold(!name.hasPrefix(" "), "begins with a space")
        let again = TerminalText.name(name, limit: limit)
        try hold(
            again.utf8.elementsEqual(name.utf8) || name.hasSuffix("…"),
            "\(name.debugDescription) is \(again.debugDescription)"
        )
    }

    static func write(_ arguments: [String]) throws {
        let line = TerminalText.commandLine(arguments)
        try hold(line.isSafeToShow && !line.contains("\n") && !line.contains("\t"), "shows \(line.debugDescription)")
        let back = outcome(of: { () throws(CommandLineError) in try CommandLineWords.split(line) })
        guard case .success(let words) = back else { throw Finding("\(line) is not read: \(back)") }
        try hold(words.map { Array($0.utf8) } == arguments.map { Array($0.utf8) }, "\(line) is read as \(words)")
    }

    static func wrap(_ bytes: [UInt8]) throws {
        let (columns, indentation) = (Int(bytes.first ?? 0), Int(bytes.dropFirst().first ?? 0) % 40)
        let text = String(decoding: bytes.dropFirst(2), as: UTF8.self)
        let lines = TerminalText.wrapped(text, columns: columns, indentation: indentation)
        let room = max(columns - indentation, 20) + indentation
        try hold(lines.allSatisfy { $0.count <= room }, "a line is longer than \(room)")
        let words = { (text: String) in text.unicodeScalars.filter { $0 != " " } }
        try hold(words(lines.joined()).elementsEqual(words(text)), "something is lost")
    }
}
