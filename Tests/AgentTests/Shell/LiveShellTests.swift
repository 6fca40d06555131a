import SupportChannel
import Testing

@testable import Agent

@Suite("A shell on the client's screen") struct LiveShellTests {
    private let window = TerminalSize(columns: 80, rows: 24)

    @Test("the rows below say who types and what the keys do, and the shell never scrolls them away")
    func footer() {
        var shell = LiveShell(window: window)
        let start = shell.open()
        #expect(shell.size == TerminalSize(columns: 80, rows: 22))
        #expect(start.contains("\u{1b}[1;22r"))
        #expect(shell.show(status: "jana types here").contains("\u{1b}[24;1H\u{1b}[7mjana types here"))
        #expect(shell.show(status: "jana types here").isEmpty)
        // A program that sets the whole window as its region gets the shell's rows.
        #expect(shell.append(Array("\u{1b}[r\u{1b}[24;1Hx".utf8)) == "\u{1b}[1;22r\u{1b}[22;1Hx")
    }

    @Test("where the operator's window has fewer rows, cursor and text move into those that are left")
    func fewerRows() {
        var shell = LiveShell(window: window)
        _ = shell.open()
        let text = shell.fit(TerminalSize(columns: 80, rows: 20))
        #expect(text.hasPrefix("\u{1b}D\u{1b}D\u{1b}[2A\u{1b}7\u{1b}[?6l\u{1b}[1;20r\u{1b}[21;1H\u{1b}[J\u{1b}8"))
        #expect(!shell.fit(TerminalSize(columns: 80, rows: 22)).contains("\u{1b}D"))
    }

    @Test("what may have erased them has them drawn again, with the program's colours and position kept")
    func redrawn() {
        var shell = LiveShell(window: window)
        _ = shell.open()
        _ = shell.show(status: "jana types here")
        let text = shell.append(Array("\u{1b}[2J".utf8))
        #expect(text.hasPrefix("\u{1b}[2J\u{1b}7"))
        #expect(text.contains("jana types here"))
        #expect(text.hasSuffix("\u{1b}8"))
        #expect(shell.append(Array("\u{1b}[?1049h".utf8)).contains("\u{1b}[1;22r"))
    }

    @Test("a program that keeps a cursor position is not disturbed until it has it back")
    func keptCursor() {
        var shell = LiveShell(window: window)
        _ = shell.open()
        #expect(shell.append(Array("\u{1b}7\u{1b}[J".utf8)) == "\u{1b}7\u{1b}[J")
        #expect(shell.show(status: "later").isEmpty)
        #expect(shell.append(Array("\u{1b}8".utf8)).contains("later"))
    }

    @Test("what else happens is told below, in full, and kept for the time after the shell")
    func told() {
        var shell = LiveShell(window: window)
        _ = shell.open()
        #expect(shell.tell("[2] runs: df -h").contains("\u{1b}[23;1H[2] runs: df -h"))
        let long = "[3] runs: " + String(repeating: "x", count: 200)
        #expect(shell.tell(long).contains(long))
        #expect(shell.held == ["[2] runs: df -h", long])
    }

    @Test("without a terminal the shell's text is written, and no sequence")
    func noTerminal() {
        var shell = LiveShell(window: nil)
        #expect(shell.open().isEmpty)
        #expect(shell.append(Array("\u{1b}[1mbold\u{1b}[m\r\n".utf8)) == "bold\n")
        #expect(shell.show(status: "x").isEmpty)
        #expect(shell.tell("[2] runs: df") == "\n[2] runs: df\n")
        #expect(shell.close() == "\n")
    }

    @Test("the end gives the whole window back, and leaves the other screen")
    func closed() {
        var shell = LiveShell(window: window)
        _ = shell.open()
        _ = shell.append(Array("\u{1b}[?1049h\u{1b}[?25l".utf8))
        let end = shell.close()
        #expect(end.contains("\u{1b}[?25h"))
        #expect(end.contains("\u{1b}[?1049l"))
        #expect(end.contains("\u{1b}[r"))
        #expect(end.hasSuffix("\u{1b}[J"))
    }

    @Test("another size of the window moves the rows below")
    func resized() {
        var shell = LiveShell(window: window)
        _ = shell.open()
        _ = shell.show(status: "jana types here")
        let text = shell.resize(TerminalSize(columns: 100, rows: 30))
        #expect(text.contains("\u{1b}[1;28r"))
        #expect(text.contains("\u{1b}[30;1H"))
        #expect(shell.size == TerminalSize(columns: 100, rows: 28))
        #expect(shell.resize(TerminalSize(columns: 100, rows: 30)).isEmpty)
    }
}
