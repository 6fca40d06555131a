import ArgumentParser
import Operator
import RelayAPI
import TerminalText

struct LoginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "login",
        abstract: "Log in to a relay with an enrolment token.",
        discussion: """
            Reads the token from standard input, makes a key on this machine and gets a certificate for it. The token pins the \
            relay's authority; nothing else is trusted from then on.

            Example:
              lotse login https://relay.example.org:4470 < token
            """
    )

    @Argument(help: ArgumentHelp("The relay's address.", valueName: "https://HOST:PORT"))
    var relay: String

    @Flag(name: .long, help: "Give up a login to another relay.")
    var replace = false

    @OptionGroup var output: JSONFlag

    func run() async throws {
        let home = try OperatorHome.standard()
        guard let token = SecretPrompt.line("Enrolment token: ", isHidden: true) else {
            throw OperatorError(
                .login,
                "there is no token on standard input (paste what lotse-relay operator add printed)"
            )
        }
        let issued = try await home.logIn(relay: relay, tokenText: token, replaces: replace)
        try await Screen.relay().checkLedger()
        if output.json {
            let answer = Answer(operator: issued.operator, role: issued.role, expiresAt: issued.expiresAt)
            try await Screen.print(JSON.text(answer))
        } else {
            try await Screen.print(
                "logged in to \(relay) as \(TerminalText.name(issued.operator)) (\(issued.role.rawValue))"
            )
        }
    }

    private struct Answer: Encodable {
        var `operator`: String
        var role: OperatorRole
        var expiresAt: Timestamp
    }
}
