import ArgumentParser
import Operator

struct DiagnoseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diagnose",
        abstract: "Look at the client's machine and write down what is wrong with it.",
        discussion: """
            Runs commands that only look: system, disk, memory, network, names, time, services, recent errors, certificates, \
            updates, and the contract's own checks. The client sees all of them in one list and answers once. Writes a folder \
            (by default ./diagnosis-SESSION-TIME) with index.html, what is wrong on top, a text file for each check and \
            diagnosis.json. Ctrl-C keeps what has arrived.

            Example: lotse diagnose --output shop-monday
            """
    )

    @Option(help: ArgumentHelp("The folder to make.", valueName: "dir"))
    var output: String?

    @OptionGroup var json: JSONFlag
    @OptionGroup var choice: SessionOption

    func run() async throws {
        try await choice.perform { client, signals in
            await RemoteDiagnose(
                folder: output,
                isJSON: json.json,
                output: .standard,
                errorOutput: .standardError,
                signals: signals
            )
            .perform(on: client)
        }
    }
}
