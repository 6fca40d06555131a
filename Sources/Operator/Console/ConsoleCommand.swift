import TerminalText

/// One line of the console.
enum ConsoleCommand: Equatable {
    case nothing
    case run([String])
    case shell
    case logs(paths: [String], lines: Int?, follow: Bool, since: LogSince? = nil)
    case get(path: String, target: String?, isReplacing: Bool)
    case put(file: String, path: String, isReplacing: Bool)
    case forward(String)
    case forwards
    case unforward(Int)
    case diagnose(folder: String?)
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
        case "run":
            // As on the command line, where it ends the options.
            let command = rest.first == "--" ? Array(rest.dropFirst()) : rest
            self = command.isEmpty ? .wrong("run what? (run df -h)") : .run(command)
        case "shell": self = Self.alone(.shell, verb, rest)
        case "logs": self = Self.logs(rest)
        case "get", "put": self = Self.transfer(verb, rest)
        case "forward":
            self = rest.count == 1 ? .forward(rest[0]) : .wrong("forward what? (forward 5433:db.internal:5432)")
        case "forwards": self = Self.alone(.forwards, verb, rest)
        case "unforward":
            let number = rest.count == 1 ? Int(rest[0]) : nil
            self = number.map { .unforward($0) } ?? .wrong("unforward which? (unforward 1; forwards shows them)")
        case "diagnose":
            let isFolder = rest.count == 1 && !rest[0].hasPrefix("-")
            self =
                rest.isEmpty || isFolder ? .diagnose(folder: rest.first) : .wrong("diagnose takes one folder at most")
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

    private static func transfer(_ verb: String, _ words: [String]) -> ConsoleCommand {
        let isReplacing = words.contains("--replace")
        let names = words.filter { $0 != "--replace" }
        if let option = names.first(where: { $0.hasPrefix("-") }) {
            return .wrong("\(verb) knows --replace only, not \(TerminalText.name(option))")
        }
        if verb == "get" {
            return (1...2).contains(names.count)
                ? .get(path: names[0], target: names.count > 1 ? names[1] : nil, isReplacing: isReplacing)
                : .wrong("get what? (get /srv/shop/shop.db ./shop.db)")
        }
        return names.count == 2
            ? .put(file: names[0], path: names[1], isReplacing: isReplacing)
            : .wrong("put what where? (put ./nginx.conf /srv/shop/nginx.conf)")
    }

    private static func logs(_ words: [String]) -> ConsoleCommand {
        var (paths, lines, follow): ([String], Int?, Bool) = ([], nil, false)
        var since: LogSince?
        var rest = words[...]
        while let word = rest.popFirst() {
            switch word {
            case "-f", "--follow": follow = true
            case "-n", "--lines":
                guard let text = rest.popFirst(), let number = Int(text), number >= 0 else {
                    return .wrong("how many lines? (logs -n 100 /var/log/syslog)")
                }
                lines = number
            case "--since":
                guard let text = rest.popFirst(), let time = try? LogSince(text) else {
                    return .wrong("since when? (logs --since 2h /var/log/syslog)")
                }
                since = time
            case _ where word.hasPrefix("-"):
                return .wrong("logs knows -f, -n and --since only, not \(TerminalText.name(word))")
            default: paths.append(word)
            }
        }
        return paths.isEmpty
            ? .wrong("which logs? (logs -f /var/log/syslog)")
            : .logs(paths: paths, lines: lines, follow: follow, since: since)
    }

    /// What a line may begin with.
    static let verbs = [
        "category", "diagnose", "end", "forward", "forwards", "get", "help", "logs", "note", "pause", "put", "resume",
        "run", "shell", "status", "unforward",
    ]

    /// Fits, with status line and prompt below it, into a window of 80 columns and 24 rows.
    static let helpText = #"""
        run CMD ARG…            run a command there; Ctrl-C goes to it. It gets no input
        shell                   the client's own shell, in this window; ~. leaves
        logs [-f] [-n N] [--since 2h] PATH…
                                show log files, *.log and *.gz too; -f until Ctrl-C
        diagnose [DIR]          look at disk, memory, network, errors; writes a page
        get PATH [FILE]         fetch a file; what broke off goes on when repeated
        put FILE PATH           put one there; --replace: in the place of another
        forward PORT:HOST:PORT  a port here that leads to a host there
        forwards, unforward N   show those that are open; end one
        note TEXT               write something down; the client sees it
        pause, resume           stop the clock and let it run again
        category ID             change what kind of work this is
        status                  time and cost so far, what the client allowed
        end [SUMMARY]           end the session (Ctrl-D asks for the summary)
        help                    this

        Tab completes verbs and paths, also those of the client's machine: only what is
        shared, and the client sees it. Up and Ctrl-R bring back lines; one that begins
        with a space is not kept. Words are split as in a shell: 'one word', "one word",
        one\ word. There are no variables, pipes or patterns; run sh -c '…' has them.

        """#
}
