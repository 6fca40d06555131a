import Foundation
import Glibc
import Testing

extension EndToEnd {
    @Suite("A shell, both at a terminal", .enabled(if: Screen.isPossible, "there is no tmux"))
    struct ShellTests {
        private static let contract = ExampleContract.text + "access: { grants: [run, shell, logs] }\n"

        /// Brings a client who agreed and a session in the background, with the client's terminal.
        private static func withSession(
            resumeSeconds: Int? = nil,
            _ body: (_ stage: Stage, _ client: Screen) async throws -> Void
        ) async throws {
            try await Stage.with(resumeSeconds: resumeSeconds) { stage in
                try await stage.addContract(contract)
                let invitation = try await stage.invite()
                let options = ["--relay", stage.address, "--ca", stage.relayFolder + "/tls/ca.pem"]
                try await Screen.with(stage, Programs.agent, options[0], options[1], options[2], options[3]) { client in
                    try await client.shows("Code:")
                    try await client.type(invitation.code)
                    let connect = try stage.lotse("connect", "--background")
                    try await client.shows("Do you agree?")
                    try await client.type("y")
                    guard try await connect.ended() == 0 else { throw Failure(connect.story) }
                    try await body(stage, client)
                }
            }
        }

        /// A shell of the operator's own, with `lotse` at hand: what there is before and after `lotse shell` can be compared.
        private static func withOperator(
            _ stage: Stage,
            _ client: Screen,
            _ body: (Screen) async throws -> Void
        ) async throws {
            let script = try stage.write(
                "operator.sh",
                "PS1='home> '; HISTFILE=; lotse() { '\(Programs.lotse)' \"$@\"; }\n"
            )
            try await Screen.with(stage, "/bin/bash", "--noprofile", "--rcfile", script, "-i") { operatorScreen in
                try await operatorScreen.shows("home>")
                try await body(operatorScreen)
            }
        }

        /// Opens the shell, with the client's yes, and makes its prompt known.
        private static func open(_ screen: Screen, _ client: Screen) async throws {
            try await screen.type("lotse shell")
            try await allow(client)
            try await client.shows("jana types here  t take the terminal back")
            try await screen.type("PS1='there> '")
            try await screen.shows("a prompt over there") { $0.last?.hasSuffix("there>") == true }
        }

        private static func allow(_ client: Screen) async throws {
            try await client.shows("Allow [")
            let asked = ContinuousClock.now
            try await eventually("the question can have been read") {
                ContinuousClock.now - asked > .milliseconds(600) ? true : nil
            }
            try await client.press("y")
        }

        private static func settings(_ screen: Screen, _ stage: Stage) async throws -> String {
            let file = stage.folder + "/files/stty-\(UUID().uuidString.prefix(8))"
            try await screen.type("stty -g >\(file).new; mv \(file).new \(file)")
            return try await eventually("the terminal's settings are written down") {
                try? String(contentsOfFile: file, encoding: .utf8)
            }
        }

        /// Asks again and again: a window's size takes a moment to get through.
        private static func hasSize(_ size: String, _ screen: Screen) async throws {
            try await eventually("the terminal over there has the size \(size)") {
                try await screen.type("clear; stty size")
                return try await screen.rows.contains(size) ? true : nil
            }
        }

        @Test("full-screen programs look the same at both ends, and the operator's terminal is as it was")
        func fullScreen() async throws {
            try await Self.withSession { stage, client in
                try await Self.withOperator(stage, client) { screen in
                    let before = try await Self.settings(screen, stage)
                    try await Self.open(screen, client)
                    // Two rows of the client's window say who types and what else happens.
                    try await screen.type("stty size")
                    try await screen.shows("the size that fits into both") { $0.contains("22 80") }
                    try await client.shows("22 80")
                    let file = try stage.write(
                        "long.txt",
                        (1...200).map { "line \($0) Grüße 漢字 \($0)" }.joined(separator: "\n")
                    )
                    try await screen.type("less \(file)")
                    for end in [screen, client] {
                        try await end.shows("the first page") { rows in
                            rows.first == "line 1 Grüße 漢字 1" && rows.count > 20 && rows[20] == "line 21 Grüße 漢字 21"
                        }
                    }
                    try await screen.press("G")
                    for end in [screen, client] {
                        try await end.shows("the last page") { rows in
                            rows.count > 20 && rows[20] == "line 200 Grüße 漢字 200"
                        }
                    }
                    try await client.shows("jana types here  t take the terminal back")
                    try await screen.press("q")
                    try await screen.shows("a prompt over there") { $0.last?.hasSuffix("there>") == true }
                    try await screen.type("exit 3")
                    try await screen.shows("the operator's own prompt") { $0.last == "home>" }
                    try await screen.type("echo status $?")
                    try await screen.shows("status 3")
                    #expect(try await Self.settings(screen, stage) == before)
                    try await client.shows("ended with status 3 after")
                    try await client.shows("the status line") {
                        $0.last?.contains("p pause  r take back  q end") == true
                    }
                }
            }
        }

        @Test("it is recorded as it was to be seen and not as it was typed, and a replay leaves the terminal as it was")
        func transcript() async throws {
            try await Self.withSession { stage, client in
                try await Self.withOperator(stage, client) { screen in
                    try await Self.open(screen, client)
                    try await screen.type("read -rs word; echo got ${#word}")
                    try await screen.type("swordfish")
                    try await screen.shows("got 9")
                    try await screen.type("tput smcup; echo elsewhere; sleep 0.1; exit 3")
                    try await screen.shows("the operator's own prompt") { $0.last == "home>" }
                    try await screen.type("lotse end --summary looked >/dev/null; clear; echo over")
                    try await client.shows("Sign this receipt?")
                    let asked = ContinuousClock.now
                    try await eventually("the receipt can have been read") {
                        ContinuousClock.now - asked > .milliseconds(600) ? true : nil
                    }
                    try await client.press("y")
                    try await screen.shows("over")
                    let rows = try await stage.json([SessionRow].self, "sessions", "--json")
                    let session = try #require(rows.first?.session)
                    let file = stage.folder + "/home/transcripts/\(session)/recording.cast"
                    let recording = try String(contentsOfFile: file, encoding: .utf8)
                    #expect(recording.contains("got 9"))
                    #expect(recording.contains(#""r","80x22"]"#))
                    #expect(!recording.contains("swordfish"))
                    let before = try await Self.settings(screen, stage)
                    try await screen.type("clear; lotse replay \(session) --speed 1000; echo status $?")
                    try await screen.shows("status 0")
                    try await screen.shows("got 9")
                    #expect(try await screen.flags() == "0 0 1")
                    #expect(try await Self.settings(screen, stage) == before)
                    // Long pauses, so that Ctrl-C comes in the middle.
                    try await screen.type("clear; lotse replay \(session) --speed 0.1")
                    try await screen.shows("> 1  shell")
                    try await screen.press("C-c")
                    try await screen.shows("the operator's own prompt") { $0.last == "home>" }
                    try await screen.type("echo status $?")
                    try await screen.shows("status 130")
                    #expect(try await screen.flags() == "0 0 1")
                }
            }
        }

        @Test("an editor writes a file over there", .enabled(if: Screen.has("vim"), "there is no vim"))
        func editor() async throws {
            try await Self.withSession { stage, client in
                try await Self.withOperator(stage, client) { screen in
                    try await Self.open(screen, client)
                    let file = stage.folder + "/files/edited.txt"
                    try await screen.type("vim -u NONE -N \(file)")
                    try await screen.shows("an empty file") { $0.contains("~") }
                    try await screen.press("i")
                    try await screen.type("Grüße aus der Ferne")
                    try await screen.press("Escape")
                    for end in [screen, client] { try await end.shows("Grüße aus der Ferne") }
                    try await screen.type(":wq")
                    try await screen.shows("a prompt over there") { $0.last?.hasSuffix("there>") == true }
                    #expect(try String(contentsOfFile: file, encoding: .utf8).hasPrefix("Grüße aus der Ferne\n"))
                    try await screen.type("exit")
                    try await screen.shows("the operator's own prompt") { $0.last == "home>" }
                }
            }
        }

        @Test("a shell that begins at the bottom of a window with more rows shows all of its lines")
        func fromTheBottom() async throws {
            try await Self.withSession { stage, client in
                try await Self.withOperator(stage, client) { screen in
                    try await screen.type("seq 40")
                    try await screen.shows("a full window") { $0.suffix(2) == ["40", "home>"] }
                    try await Self.open(screen, client)
                    try await screen.type("clear; seq 40 42; echo 'fo''ur'")
                    try await screen.shows("lines from the top") { $0.prefix(4) == ["40", "41", "42", "four"] }
                    try await screen.type("seq 100 130; echo 'fi''ve'")
                    try await screen.shows("lines at the bottom") { rows in
                        rows.contains(["128", "129", "130", "five"])
                    }
                    // The window becomes larger, and the rows that scroll do not.
                    try await screen.resize(columns: 80, rows: 30)
                    try await Self.hasSize("22 80", screen)
                    try await screen.type("seq 200 230; echo 'si''x'")
                    try await screen.shows("lines at the bottom") { $0.contains(["229", "230", "six"]) }
                    try await screen.type("exit")
                    try await screen.shows("the operator's own prompt") { $0.last?.hasSuffix("home>") == true }
                    try await screen.type("seq 300 340")
                    try await screen.shows("all of the window again") { $0.suffix(3) == ["339", "340", "home>"] }
                }
            }
        }

        @Test("the window's size is followed")
        func resized() async throws {
            try await Self.withSession { stage, client in
                try await Self.withOperator(stage, client) { screen in
                    try await Self.open(screen, client)
                    try await screen.resize(columns: 60, rows: 15)
                    try await Self.hasSize("15 60", screen)
                    // Larger than the client's window: what fits into that.
                    try await screen.resize(columns: 120, rows: 40)
                    try await Self.hasSize("22 80", screen)
                    try await client.resize(columns: 100, rows: 32)
                    try await Self.hasSize("30 100", screen)
                    try await screen.type("exit")
                    try await screen.shows("the operator's own prompt") { $0.last?.hasSuffix("home>") == true }
                }
            }
        }

        @Test("the client takes it back with one key in the middle of a program, and both terminals are whole")
        func takenBack() async throws {
            try await Self.withSession { stage, client in
                try await Self.withOperator(stage, client) { screen in
                    let before = try await Self.settings(screen, stage)
                    try await Self.open(screen, client)
                    let argument = "86400.\(UInt32.random(in: 100_000_000...999_999_999))"
                    stage.remember(remote: argument)
                    try await screen.type("printf '\\033[?1049h\\033[?25l'; trap '' HUP INT TERM; sleep \(argument)")
                    try await eventually("the program runs") {
                        Processes.with(argument: argument).isEmpty ? nil : true
                    }
                    try await client.press("t")
                    try await screen.shows("lotse: the client took the terminal back")
                    #expect(try await Self.settings(screen, stage) == before)
                    try await stage.isGone(argument, within: .seconds(2))
                    try await client.shows("Taken back: terminal.")
                    try await client.shows("the status line") {
                        $0.last?.contains("p pause  r take back  q end") == true
                    }
                    try await screen.type("lotse shell")
                    try await screen.shows("lotse: the client does not allow shell any more")
                }
            }
        }

        @Test("however it ends, the operator's terminal is as it was", arguments: Ending.allCases)
        func restored(ending: Ending) async throws {
            try await Self.withSession(resumeSeconds: 0) { stage, client in
                try await Self.withOperator(stage, client) { screen in
                    let before = try await Self.settings(screen, stage)
                    try await Self.open(screen, client)
                    try await screen.type("printf '\\033[?1049h\\033[?25l\\033[?1000h\\033[31m'; cat")
                    try await client.shows("an empty screen") { rows in
                        !rows.dropLast(2).contains { $0.contains("there>") }
                    }
                    switch ending {
                    case .escape:
                        try await screen.press("Enter")
                        try await screen.press("~")
                        try await screen.press(".")
                        try await screen.shows("lotse: left; the shell is ended")
                    case .terminated, .hungUp, .quit, .crashed:
                        let shells = try await screen.programs().flatMap(Processes.children)
                        #expect(shells.count == 1)
                        for shell in shells { kill(shell, ending.signal) }
                    case .lostHolder:
                        for holder in stage.holders { kill(holder, SIGKILL) }
                        try await screen.shows("the session's holder is gone")
                    case .lostAgent:
                        for agent in try await client.programs() { kill(agent, SIGKILL) }
                        try await screen.shows("lotse: the connection to the client is lost")
                    case .clientEnds:
                        try await client.press("q")
                        try await screen.shows("lotse: the ")
                    }
                    try await screen.shows("the operator's own prompt") { $0.contains { $0.hasPrefix("home>") } }
                    #expect(try await Self.settings(screen, stage) == before)
                    // Neither the other screen nor mouse reports nor a hidden cursor.
                    #expect(try await screen.flags() == "0 0 1")
                }
            }
        }

        /// Ways in which a shell ends other than by itself.
        enum Ending: String, CaseIterable, Sendable {
            case escape, terminated, hungUp, quit, crashed, lostHolder, lostAgent, clientEnds

            var signal: Int32 {
                switch self {
                case .terminated: SIGTERM
                case .hungUp: SIGHUP
                case .quit: SIGQUIT
                default: SIGSEGV
                }
            }
        }

        @Test("without the grant it is refused with one sentence; without a terminal too")
        func refused() async throws {
            try await Stage.with { stage in
                let session = try await stage.session()
                let shell = try await stage.run("shell")
                #expect(shell.status == 64)
                #expect(shell.errorOutput == "lotse: a shell needs a terminal (lotse run -- CMD does without one)\n")
                // tmux scrolls by one row when a program has ended.
                try await Screen.with(stage, "/bin/sh", "-c", "echo; exec '\(Programs.lotse)' shell") { screen in
                    #expect(try await screen.ended() == 255)
                    try await screen.shows("lotse: the client does not allow a terminal")
                }
                #expect(session.agent.output.contains("refused: a terminal (not allowed: terminal)"))
            }
        }
    }
}
