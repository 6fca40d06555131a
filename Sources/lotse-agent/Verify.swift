import Agent
import ArgumentParser
import FoundationEssentials

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check an invoice or a receipt on this computer, without any network.",
        discussion: """
            Computes every line, tax and total of an XRechnung again, and holds its proof of service against the receipts that this \
            computer keeps. A receipt is held against what was agreed to, and computed again from the contract. Everything that is \
            kept lies in ~/.local/share/lotse.

            On another computer, --trust names whose signatures count: a file as lotse-agent keys prints it.

            EXAMPLES:
              lotse-agent verify acme-2026-11.xml
              lotse-agent verify ~/.local/share/lotse/receipts/*.json
              lotse-agent verify --trust keys.txt receipt.json
            """
    )

    @Argument(help: "Invoices (.xml), receipts and consents (.json).")
    var files: [String]

    @Option(help: ArgumentHelp("Keys to go by instead of those that this computer met.", valueName: "file"))
    var trust: String?

    @OptionGroup var place: ReceiptFolder

    func run() throws {
        let environment = SystemEnvironment.variables
        let verification = Verification(
            screen: ClientScreen(DescriptorOutput(STDOUT_FILENO)),
            folder: place.folder(environment),
            trustFile: trust,
            phrases: Phrases(Language(environment: environment)),
            complain: LotseAgent.complain
        )
        throw ExitCode(verification.run(files))
    }
}

struct Keys: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print the keys that this computer knows, for verify --trust on another one.",
        discussion: "EXAMPLE:\n  lotse-agent keys > keys.txt"
    )

    func run() throws {
        let environment = SystemEnvironment.variables
        let verification = Verification(
            screen: ClientScreen(DescriptorOutput(STDOUT_FILENO)),
            folder: AgentFolder(path: AgentPlaces.standard(environment: environment).keepsakes),
            phrases: Phrases(Language(environment: environment)),
            complain: LotseAgent.complain
        )
        throw ExitCode(verification.printKeys())
    }
}

/// `--receipts`.
struct ReceiptFolder: ParsableArguments {
    @Option(help: ArgumentHelp("Where receipts are kept. Default: ~/.local/share/lotse/receipts.", valueName: "dir"))
    var receipts: String?

    func folder(_ environment: [String: String]) -> AgentFolder {
        // A folder is named from where the program was started.
        let folder = receipts.map {
            $0.hasPrefix("/") ? $0 : FileManager.default.currentDirectoryPath + "/" + $0
        }
        return AgentFolder(path: AgentPlaces.standard(environment: environment).keepsakes, receipts: folder)
    }
}
