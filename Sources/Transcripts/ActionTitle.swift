import FoundationEssentials
import SupportChannel
import TerminalText

/// What an action is, for people: its name and what it is about, exact and safe to show.
struct ActionTitle {
    /// `run df -h`.
    let text: String
    /// How its output is to be shown.
    let kind: Kind
    /// What the sources are called by their index.
    let sources: [Int: String]

    enum Kind {
        /// Lines of a command.
        case lines
        /// A terminal of its own.
        case terminal
        /// Log files, by name.
        case logs
        /// Nothing of it is shown: a file, or what was forwarded.
        case nothing
    }

    init(name: String, parameters: [UInt8]) {
        let (about, kind, sources) = Self.about(name, Data(parameters))
        self.kind = kind
        self.sources = sources
        let head = TerminalText.name(name, limit: 40)
        text = about.isEmpty ? head : "\(head) \(about)"
    }

    private static func about(_ name: String, _ parameters: Data) -> (String, Kind, [Int: String]) {
        func read<Value: Decodable>(_ type: Value.Type) -> Value? { try? JSONDecoder().decode(type, from: parameters) }
        switch name {
        case "run": return (read(RunParameters.self).map { TerminalText.commandLine($0.arguments) } ?? "", .lines, [:])
        case "shell": return ("", .terminal, [:])
        case "logs":
            guard let logs = read(LogsParameters.self) else { return ("", .logs, [:]) }
            let names = Dictionary(uniqueKeysWithValues: logs.paths.enumerated().map { ($0, $1) })
            let follow = logs.follow ? "--follow " : ""
            return (follow + TerminalText.commandLine(logs.paths), .logs, names)
        case "diagnose":
            let checks = read(DiagnoseParameters.self)?.checks ?? []
            var names: [Int: String] = [:]
            for (index, check) in checks.enumerated() {
                let line = TerminalText.commandLine(check.arguments)
                names[2 * index] = line
                names[2 * index + 1] = "\(line) (2)"
            }
            let lines = checks.map { TerminalText.commandLine($0.arguments) }
            return (lines.joined(separator: "; "), .logs, names)
        case "get": return (read(GetParameters.self).map { TerminalText.commandLine([$0.path]) } ?? "", .nothing, [:])
        case "put":
            guard let put = read(PutParameters.self) else { return ("", .nothing, [:]) }
            return ("\(TerminalText.commandLine([put.path])) (\(put.size))", .nothing, [:])
        case "forward":
            guard let forward = read(ForwardParameters.self) else { return ("", .nothing, [:]) }
            return ("\(TerminalText.name(forward.host, limit: 253)):\(forward.port)", .nothing, [:])
        default: return ("", .nothing, [:])
        }
    }
}

/// What the results of actions have in common.
struct AnyResult: Decodable {
    var status: Int32?
    var message: String?

    var safeMessage: String? { message.map { TerminalText.name($0, limit: 400) } }

    init?(_ text: String?) {
        guard let text, let result = try? JSONDecoder().decode(AnyResult.self, from: Data(text.utf8)) else {
            return nil
        }
        self = result
    }
}
