import Foundation
import Glibc
import Testing

/// A program in a terminal of 80 columns and 24 rows, which tmux plays.
struct Screen: Sendable {
    let stage: Stage
    /// The terminal's server; nobody else's programs are on it.
    let socket: String
    /// Where the program's exit status is written.
    let statusFile: String

    /// Whether there is a tmux.
    static let isPossible = has("tmux")

    /// Whether there is a program of this name.
    static func has(_ name: String) -> Bool {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
            .contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") }
    }

    /// Starts a program in a terminal, and ends both after `body`.
    static func with(
        _ stage: Stage,
        _ path: String,
        _ arguments: String...,
        body: (Screen) async throws -> Void
    ) async throws {
        let name = stage.folder + "/tmux-\(UUID().uuidString.prefix(8))"
        let screen = Screen(stage: stage, socket: name, statusFile: name + ".status")
        do {
            try await screen.tmux(
                ["-f", "/dev/null", "start-server", ";", "set", "-g", "remain-on-exit", "on", ";"]
                    + ["set", "-g", "status", "off", ";", "set", "-g", "escape-time", "0", ";"]
                    + [
                        "new-session", "-d", "-x", "80", "-y", "24", "--", "sh", "-c", Self.shell, screen.statusFile,
                        path,
                    ]
                    + arguments
            )
            try await body(screen)
        } catch {
            Issue.record("\(error)\n--- the screen of \(path)\n\((try? await screen.text) ?? "")")
            try await screen.end()
            throw error
        }
        try await screen.end()
    }

    /// Runs a program and writes down its status: tmux now and then misses that a program has ended. Ctrl-C is the program's alone.
    private static let shell = #"trap : INT; "$@"; echo "$?" >"$0.new"; mv "$0.new" "$0""#

    /// The program on it.
    func programs() async throws -> [pid_t] { try await pane().map(Processes.children) ?? [] }

    private func pane() async throws -> pid_t? {
        pid_t(try await tmux(["display-message", "-p", "#{pane_pid}"]).trimmingCharacters(in: .newlines))
    }

    private func end() async throws {
        let shell = try await pane()
        if let shell, shell > 1, !FileManager.default.fileExists(atPath: statusFile) {
            for process in Processes.children(of: shell) { kill(process, SIGKILL) }
        }
        try await tmux(["kill-server"])
    }

    /// What can be read on it, without empty rows at the end.
    var text: String {
        get async throws {
            let rows = try await tmux(["capture-pane", "-p"]).components(separatedBy: "\n")
            return rows.reversed().drop { $0.isEmpty }.reversed().joined(separator: "\n")
        }
    }

    /// Its rows.
    var rows: [String] { get async throws { try await text.components(separatedBy: "\n") } }

    /// Waits until `condition` holds for its rows.
    func shows(
        _ what: String,
        sourceLocation: SourceLocation = #_sourceLocation,
        _ condition: ([String]) -> Bool
    ) async throws {
        try await eventually("the screen shows \(what)", sourceLocation: sourceLocation) {
            condition(try await rows) ? true : nil
        }
    }

    /// Waits until a row contains `text`.
    func shows(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await shows("\"\(text)\"", sourceLocation: sourceLocation) { $0.contains { $0.contains(text) } }
    }

    /// The digits of the code in the newest frame on the screen.
    func code(sourceLocation: SourceLocation = #_sourceLocation) async throws -> String {
        try await eventually("the screen shows a code", sourceLocation: sourceLocation) {
            let framed = try await rows.last { $0.hasPrefix("│") && $0.contains(where: \.isNumber) }
            return framed.map { $0.filter(\.isNumber) }
        }
    }

    /// Types text, then Enter.
    func type(_ text: String) async throws {
        try await put(text)
        try await press("Enter")
    }

    /// Types text.
    func put(_ text: String) async throws { try await tmux(["send-keys", "-l", text]) }

    /// Presses a key by tmux's name.
    func press(_ key: String) async throws { try await tmux(["send-keys", key]) }

    /// Makes the terminal larger or smaller, as who pulls at a window does.
    func resize(columns: Int, rows: Int) async throws {
        try await tmux(["resize-window", "-x", "\(columns)", "-y", "\(rows)"])
    }

    /// Whether the other screen is shown, the mouse reported, the cursor visible: `0 0 1` for a terminal that nobody changed.
    func flags() async throws -> String {
        try await tmux(["display-message", "-p", "#{alternate_on} #{mouse_any_flag} #{cursor_flag}"])
            .trimmingCharacters(in: .newlines)
    }

    /// Waits for the program's end and gives its status.
    func ended(sourceLocation: SourceLocation = #_sourceLocation) async throws -> Int32 {
        try await eventually("the program on the screen ends", sourceLocation: sourceLocation) {
            (try? String(contentsOfFile: statusFile, encoding: .utf8)).flatMap {
                Int32($0.trimmingCharacters(in: .newlines))
            }
        }
    }

    @discardableResult
    private func tmux(_ arguments: [String]) async throws -> String {
        let program = try stage.start("tmux", ["-S", socket] + arguments)
        guard try await program.ended() == 0 else { throw Failure(program.story) }
        return program.output
    }
}
