import Foundation
import Testing

extension EndToEnd {
    @Suite("The console at a terminal", .enabled(if: Screen.isPossible, "there is no tmux"))
    struct ConsoleTests {
        /// Both at a terminal, in a session where everything in `there` is shared.
        private static func withConsole(
            _ body: (_ stage: Stage, _ console: Screen, _ client: Screen, _ there: String) async throws -> Void
        ) async throws {
            try await Stage.with { stage in
                let there = stage.folder + "/files/there"
                try FileManager.default.createDirectory(atPath: there, withIntermediateDirectories: true)
                let access = "access: { grants: [run, logs, files, forward], logs: [\(there)], files: [\(there)] }\n"
                try await stage.addContract(ExampleContract.text + access)
                let invitation = try await stage.invite()
                let options = ["--relay", stage.address, "--ca", stage.relayFolder + "/tls/ca.pem"]
                try await Screen.with(
                    stage,
                    Programs.agent,
                    options[0],
                    options[1],
                    options[2],
                    options[3],
                    "--approve",
                    "session"
                ) { client in
                    try await client.shows("Code:")
                    try await client.type(invitation.code)
                    try await Screen.with(stage, Programs.lotse, "connect") { console in
                        try await client.shows("Do you agree?")
                        try await client.type("y")
                        try await isAtPrompt(console)
                        try await body(stage, console, client, there)
                    }
                }
            }
        }

        /// A prompt with nothing typed, below its status line.
        private static func isAtPrompt(_ console: Screen) async throws {
            try await console.shows("a prompt below its status line") { rows in
                rows.last == ">" && rows.dropLast().last?.contains(Self.status) == true
            }
        }

        nonisolated(unsafe) private static let status =
            /^minute 0:0\d:\d\d( paused by the client)?(   \d+\.\d\d EUR so far)?(   \d+ ms away)?$/

        @Test("Tab completes verbs and the paths that the client shares, and the client sees it once")
        func completion() async throws {
            try await Self.withConsole { stage, console, client, there in
                try stage.write("there/shop.log", "one\ntwo\n")
                try stage.write("there/shop error.log", "three\n")
                try stage.write("secret", "x")
                try await console.put("lo")
                try await console.press("Tab")
                try await console.shows("a verb") { $0.last == "> logs" }
                try await console.press("Tab")
                try await console.shows("the shared folder") { rows in
                    rows.suffix(4).joined().hasSuffix("> logs \(there)/")
                }
                try await console.press("Tab")
                try await console.press("Tab")
                try await console.shows("names in columns") { rows in
                    rows.contains { $0.contains("shop error.log") && $0.contains("shop.log") }
                }
                try await console.put("\\ ")
                try await console.press("Tab")
                try await console.shows("a name with a space, quoted") {
                    $0.suffix(4).joined().contains("shop\\ error.log")
                }
                try await console.press("Enter")
                try await console.shows("three")
                try await client.shows("jana looks at names in \(there)".prefix(40).description)
                // Outside of what is shared there is nothing to complete.
                try await console.put("get \(stage.folder)/files/sec")
                try await console.press("Tab")
                try await console.press("Tab")
                try await console.press("C-c")
                try await console.type("get \(there)/shop.log \(stage.folder)/files/copy")
                try await client.shows("[2] was fetched")
                #expect(try await client.rows.count { $0.contains("looks at names in") } == 1)
                #expect(try await !console.text.contains("secret"))
            }
        }

        @Test("what the client does while a long line is typed is said above it, and changes nothing of it")
        func undisturbed() async throws {
            try await Self.withConsole { stage, console, client, _ in
                try await console.put("run echo short")
                for _ in 0..<2 {
                    let before = try await console.rows.first { $0.contains(Self.status) }
                    try await console.shows("another second in the one status line") { rows in
                        let lines = rows.filter { $0.contains(Self.status) }
                        return lines.count == 1 && lines.first != before && rows.last == "> run echo short"
                    }
                }
                try await console.press("C-u")
                let words = (1...30).map { "word\($0)" }.joined(separator: " ")
                try await console.put("run echo \(words)")
                let typed = "> run echo \(words)"
                try await console.shows("the line in rows") { Self.ends($0, with: typed) }
                try await client.press("p")
                try await console.shows("a note above status and line") { rows in
                    let note = rows.firstIndex {
                        $0.hasPrefix("lotse: the client paused the session; nothing is billed")
                    }
                    let status = rows.firstIndex { $0.contains("paused by the client") && $0.contains(Self.status) }
                    guard let note, let status else { return false }
                    return note < status && Self.ends(rows, with: typed)
                }
                try await client.press("p")
                try await console.shows("the client let the session go on")
                try await console.resize(columns: 60, rows: 20)
                try await console.shows("the line in a narrower window") { rows in
                    Self.ends(rows, with: typed, columns: 60) && rows.count { $0.contains(Self.status) } == 1
                }
                try await console.resize(columns: 100, rows: 24)
                try await console.shows("the line in a wider window") { rows in
                    Self.ends(rows, with: typed, columns: 100) && rows.contains { $0.hasSuffix(" ms away") }
                }
                try await console.press("Enter")
                try await client.shows("[1] ended with status 0")
                try await console.shows("the command's output, with nothing of ours inside") { rows in
                    guard let line = rows.lastIndex(where: { $0.hasPrefix("> run echo") }) else { return false }
                    let block = rows[line...].dropLast(2).joined()
                    return block.hasSuffix(words) && !block.contains("EUR") && rows.last == ">"
                        && rows.count { $0.contains(Self.status) } == 1
                }
                // An output that ends inside of a row keeps it.
                try await console.type("run printf no-end")
                try await console.shows("an output without an end, and the prompt below it") { rows in
                    rows.suffix(3).first == "no-end" && rows.dropLast().last?.contains(Self.status) == true
                }
            }
        }

        private static func ends(_ rows: [String], with text: String, columns: Int = 80) -> Bool {
            let height = (text.count + columns - 1) / columns
            let block = rows.suffix(height).map { $0.padding(toLength: columns, withPad: " ", startingAt: 0) }.joined()
            return block.trimmingCharacters(in: .whitespaces) == text
        }

        @Test("forwards go on beside the prompt, are shown, and end one by one")
        func forwards() async throws {
            try await Self.withConsole { _, console, client, _ in
                try await console.type("forward 0:127.0.0.1:9")
                try await client.shows("Allow [1]?")
                let asked = ContinuousClock.now
                try await eventually("the question can have been read") {
                    ContinuousClock.now - asked > .milliseconds(600) ? true : nil
                }
                try await client.press("y")
                try await console.shows("unforward 1 ends it)")
                try await Self.isAtPrompt(console)
                try await console.type("forwards")
                try await console.shows("a list") { rows in
                    rows.contains { $0.wholeMatch(of: /1\s+127\.0\.0\.1:\d+\s+127\.0\.0\.1:9/) != nil }
                }
                try await console.type("unforward 2")
                try await console.shows("there is no forward 2 (forwards shows them)")
                try await console.type("unforward 1")
                try await console.shows("forward 1 to 127.0.0.1:9 has ended")
                try await client.shows("[1] ended after")
                try await Self.isAtPrompt(console)
            }
        }
    }
}
