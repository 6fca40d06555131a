import Testing

@testable import Agent

@Suite("The client's screen")
struct ClientScreenTests {
    private static let clear = "\r\u{1B}[K"

    @Test("the status line is cleared before a line and drawn again behind it")
    func status() {
        let output = TestScreen(isTerminal: true)
        let screen = ClientScreen(output)
        screen.status("00:00:01")
        screen.line("one")
        screen.status("00:00:02")
        screen.status(nil)
        screen.line("two")
        #expect(
            output.text
                == "00:00:01" + Self.clear + "one\n00:00:01" + Self.clear + "00:00:02" + Self.clear + "two\n"
        )
    }

    @Test("a status line that did not change is not drawn again")
    func unchanged() {
        let output = TestScreen(isTerminal: true)
        let screen = ClientScreen(output)
        screen.status("a")
        screen.status("a")
        screen.status(nil)
        screen.status(nil)
        #expect(output.text == "a" + Self.clear)
    }

    @Test("a status line is never wider than the window")
    func narrow() {
        let output = TestScreen(isTerminal: true, columns: 10)
        ClientScreen(output).status("00:00:01 · ACME")
        #expect(output.text == "00:00:01 ")
    }

    @Test("without a terminal there is no status line and no control character")
    func plain() {
        let output = TestScreen()
        let screen = ClientScreen(output)
        screen.status("00:00:01")
        screen.line("one")
        screen.prompt("Agree? ")
        #expect(output.text == "one\nAgree? ")
    }

    @Test("control characters that got this far are shown, not obeyed")
    func filtered() {
        let output = TestScreen(isTerminal: true)
        let screen = ClientScreen(output)
        screen.line("a\u{1B}[2Jb\nc\rd\u{9B}")
        #expect(output.text.unicodeScalars.filter { $0.value < 0x20 && $0 != "\n" }.isEmpty)
        #expect(!output.text.unicodeScalars.contains { $0.value == 0x9B })
        #expect(output.text.filter { $0 == "\n" }.count == 1)
    }

    @Test("a screen that is gone says so, once and for all")
    func gone() {
        struct Broken: ScreenOutput {
            let isTerminal = false
            let columns = 80
            func write(_ text: String) -> Bool { false }
        }
        let screen = ClientScreen(Broken())
        #expect(!screen.line("a"))
        #expect(!screen.line("b"))
    }
}

@Suite("Lines of input", .timeLimit(.minutes(5)))
struct InputLinesTests {
    @Test("come in order, then the end")
    func order() async throws {
        let input = InputLines(isTerminal: false)
        input.append("a")
        input.append("b")
        input.finish()
        input.append("c")
        #expect(try await input.next() == "a")
        #expect(try await input.next() == "b")
        #expect(try await input.next() == nil)
        #expect(try await input.next() == nil)
    }

    @Test("are waited for; a cancelled wait takes none")
    func waits() async throws {
        let input = InputLines(isTerminal: true)
        let waiting = Task { try await input.next() }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        async let next = input.next()
        input.append("a")
        #expect(try await next == "a")
    }

    @Test("those that nobody wants are bounded, and can be forgotten")
    func bounded() async throws {
        let input = InputLines(isTerminal: true)
        for number in 0...InputLines.mostWaiting { input.append("\(number)") }
        input.discardWaiting()
        input.append("new")
        #expect(try await input.next() == "new")
    }
}
