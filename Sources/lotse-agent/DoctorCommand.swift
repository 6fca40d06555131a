import Agent
import ArgumentParser

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Find out what keeps this computer from the relay. Nothing is started, and no code is needed.",
        discussion: """
            Looks at name, connection, proxy, interception and clock, one after the other, and says in one sentence what is in the \
            way and what to do about it. The exit status is 0 where nothing is, and 1 where something is.

            The proxy is that of HTTPS_PROXY (http://HOST:PORT, or http://USER:PASSWORD@HOST:PORT), or proxy in agent.yaml; NO_PROXY names \
            what is reached without.

            EXAMPLES:
              lotse-agent doctor --relay https://relay.example:4470
              HTTPS_PROXY=http://proxy.example:3128 lotse-agent doctor
            """
    )

    @OptionGroup var relay: RelayOptions

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let environment = SystemEnvironment.variables
        let places = AgentPlaces.standard(environment: environment)
        let configuration: AgentConfiguration
        do {
            configuration = try AgentConfiguration(
                options: AgentOptions(relay: relay.relay, pin: relay.pin, authorities: relay.ca),
                places: places,
                environment: environment
            )
        } catch {
            LotseAgent.complain(error.description)
            throw ExitCode(error.status)
        }
        let page = DoctorPage(
            configuration,
            memory: places.memory,
            screen: ClientScreen(DescriptorOutput(STDOUT_FILENO)),
            phrases: Phrases(Language(environment: environment))
        )
        throw ExitCode(await page.show(json: json))
    }
}

/// Where the relay is, and whom to take for it.
struct RelayOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Where your supporter's relay is.", valueName: "https://host:port"))
    var relay: String?

    @Option(help: ArgumentHelp("The relay's authority: its SPKI SHA-256 in hexadecimal.", valueName: "sha256"))
    var pin: String?

    @Option(help: ArgumentHelp("The relay's authority: its certificate in PEM.", valueName: "file"))
    var ca: String?
}
