import TerminalText

/// One line of the console.
enum ConsoleCommand: Equatable {
    case nothing
    case run([String])
    case shell
    case logs(paths: [String], lines: Int?, follow: Bool)
    case note(String)
    case pause
    case resume
    case category(String)
    case status
    case help
    case end(summary: String?)
    /// A line that means nothing, and the sentence for whoever typed it.
    case wrong(String)

    /// Reads a line. Anything that does not begin with a verb of the console is wrong, never a command for the client's machine.
    init(_ line: String) {
        let words: [String]
        do {
            words = try CommandLineWords.split(line)
        } catch {
            self = .wrong("\(error)")
            return
        }
        guard let verb = words.first else {
            self = .nothing
            return
        }
        let rest = Array(words.dropFirst())
        switch verb {
        case "run": self = rest.isEmpty ? .wrong("run what? (run df -h)") : .run(rest)
        case "shell": self = Self.alone(.shell, verb, rest)
        case "logs": self = Self.logs(rest)
        case "note":
            self =
                rest.isEmpty ? .wrong("note what? (note restarted the database)") : .note(rest.joined(separator: " "))
        case "category": self = rest.count == 1 ? .category(rest[0]) : .wrong("which category? (category change)")
        case "pause": self = Self.alone(.pause, verb, rest)
        case "resume": self = Self.alone(.resume, verb, rest)
        case "status": self = Self.alone(.status, verb, rest)
        case "help", "?": self = .help
        case "end", "exit", "quit": self = .end(summary: rest.isEmpty ? nil : rest.joined(separator: " "))
        default:
            self = .wrong(
                "there is no \"\(TerminalText.name(verb))\" (help shows what there is; run sends a command to the client)"
            )
        }
    }

    private static func alone(_ command: ConsoleCommand, _ verb: String, _ rest: [String]) -> ConsoleCommand {
        rest.isEmpty ? command : .wrong("\(verb) stands alone")
    }

    private static func logs(_ words: [String]) -> ConsoleCommand {
        var (paths, lines, follow): ([String], Int?, Bool) = ([], nil, false)
        var rest = words[...]
        while let word = rest.popFirst() {
            switch word {
            case "-f", "--follow": follow = true
            case "-n", "--lines":
                guard let text = rest.popFirst(), let number = Int(text), number >= 0 else {
                    return .wrong("how many lines? (logs -n 100 /var/log/syslog)")
                }
                lines = number
            case _ where word.hasPrefix("-"): return .wrong("logs knows -f and -n only, not \(TerminalText.name(word))")
            default: paths.append(word)
            }
        }
        return paths.isEmpty
            ? .wrong("which logs? (logs -f /var/log/syslog)") : .logs(paths: paths, lines: lines, follow: follow)
    }

    static let helpText = """
        run CMD ARG…            run a command on the client's machine; Ctrl-C goes to it.
                                It gets no input: for that use lotse run in another terminal
        shell                   the client's own shell in this window, until it exits; ~. leaves
        logs [-f] [-n N] PATH…  show log files; -f goes on as they grow, Ctrl-C stops
        note TEXT               write something down; the client sees it
        pause, resume           stop the clock and let it run again
        category ID             change what kind of work this is
        status                  time so far, client's machine, what the client allowed
        end [SUMMARY]           end the session (Ctrl-D asks for the summary)
        help                    this
        Words are split as in a shell: 'one word', "one word", one\\ word. There are no
        variables, pipes or patterns; run sh -c '…' has them.

        """
}
