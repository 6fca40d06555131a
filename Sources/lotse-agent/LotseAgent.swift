import Agent
import ArgumentParser
import RelayAPI

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

@main
struct LotseAgent: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lotse-agent",
        abstract: "Lets your supporter help you on this computer, while you watch.",
        discussion: """
            The program asks for the code that your supporter tells you, shows the terms, asks whether you agree, and then \
            shows everything that happens. During the session: p pauses, r takes something back, t takes a \
            terminal back, q or Ctrl-C ends it.

            EXAMPLES:
              lotse-agent --relay https://relay.example:4470
              lotse-agent --look --logs /var/log/nginx
              lotse-agent --yes --logs /var/log/nginx < file-with-the-code
              lotse-agent doctor --relay https://relay.example:4470
              lotse-agent verify invoice.xml
              lotse-agent redact /var/log/syslog
            """,
        version: Release.version,
        subcommands: [Verify.self, Keys.self, Redact.self, DoctorCommand.self]
    )

    @OptionGroup var relay: RelayOptions

    @Option(
        help: ArgumentHelp(
            "What may be asked for at most: run, shell, logs, files, forward. Default: what the contract names; with --yes run,logs.",
            valueName: "run,logs"
        )
    )
    var grant: String?

    @Option(
        help: ArgumentHelp(
            "Whether you are asked before each step, or once for the session. Default: each; with --yes session.",
            valueName: "each|session"
        )
    )
    var approve: String?

    @Flag(help: "Nothing runs; you may share log files.")
    var look = false

    @Flag(help: "Agree without being asked; for scripts.")
    var yes = false

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Log files and folders that may be read. Default: the contract's.", valueName: "path")
    )
    var logs: [String] = []

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Folders that files may be fetched from and put into. Default: the contract's; with none you see each file.",
            valueName: "path"
        )
    )
    var files: [String] = []

    @OptionGroup var place: ReceiptFolder

    func run() async throws {
        let environment = SystemEnvironment.variables
        let phrases = Phrases(Language(environment: environment))
        let places = AgentPlaces.standard(environment: environment)
        let options = AgentOptions(
            relay: relay.relay,
            pin: relay.pin,
            authorities: relay.ca,
            grants: grant,
            agrees: yes,
            approval: approve,
            looks: look,
            logs: logs,
            files: files
        )
        let configuration: AgentConfiguration
        do {
            configuration = try AgentConfiguration(options: options, places: places, environment: environment)
        } catch {
            Self.complain(error.description)
            throw ExitCode(error.status)
        }
        let screen = ClientScreen(DescriptorOutput(STDOUT_FILENO))
        let program = AgentProgram(
            configuration: configuration,
            relay: RelayConnection(
                configuration,
                memory: RelayMemory(file: places.memory),
                phrases: phrases,
                notice: { screen.notice($0) }
            ),
            screen: screen,
            input: .standardInput(),
            phrases: phrases,
            interruption: try .bySignals(),
            folder: place.folder(environment),
            makeRunner: { CommandRunner(commandGuard: CommandGuard(), offspring: Offspring()) },
            complain: Self.complain
        )
        throw ExitCode(await program.run())
    }

    static func main() async {
        Hardening.apply()
        if CommandLine.arguments.dropFirst().elementsEqual([CommandGuard.argument]) { return CommandGuard.standGuard() }
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand { try await command.run() } else { try command.run() }
        } catch let code as ExitCode {
            Program.exit(code.rawValue)
        } catch {
            let code = exitCode(for: error)
            guard !code.isSuccess else { exit(withError: error) }
            complain("\(message(for: error)) (lotse-agent --help shows the options)")
            Program.exit(code.rawValue)
        }
    }

    @Sendable static func complain(_ sentence: String) {
        ClientScreen(DescriptorOutput(STDERR_FILENO)).notice("lotse-agent: \(sentence)")
    }
}

/// `exit` under a name that the command's own does not hide.
enum Program {
    static func exit(_ status: Int32) -> Never {
        #if canImport(Glibc)
        Glibc.exit(status)
        #elseif canImport(Musl)
        Musl.exit(status)
        #else
        Darwin.exit(status)
        #endif
    }
}
