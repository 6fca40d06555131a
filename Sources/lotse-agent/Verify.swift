import Agent
import ArgumentParser

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check an invoice on this computer, without any network.",
        discussion: """
            Computes every line, tax and total of an XRechnung again, and holds its proof of service against what this computer \
            agreed to. A consent, from ~/.local/share/lotse/consents, is checked too.

            EXAMPLE:
              lotse-agent verify acme-2026-11.xml
            """
    )

    @Argument(help: "Invoices (.xml) and consents (.json).")
    var files: [String]

    func run() throws {
        let environment = SystemEnvironment.variables
        let verification = Verification(
            screen: ClientScreen(DescriptorOutput(STDOUT_FILENO)),
            folder: AgentFolder(path: AgentPlaces.standard(environment: environment).keepsakes),
            phrases: Phrases(Language(environment: environment)),
            complain: LotseAgent.complain
        )
        throw ExitCode(verification.run(files))
    }
}
