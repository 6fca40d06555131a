import ArgumentParser
import Relay
import RelayAPI

extension OperatorRole: ExpressibleByArgument {}

/// `lotse-relay operator`.
struct Operator: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Who may invite clients and read the ledger.",
        discussion: "Example: lotse-relay operator add jana --dir /srv/lotse --email jana@example.org",
        subcommands: [Add.self, List.self, Revoke.self]
    )

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print an enrolment token, for a new operator or a new machine of a known one.",
            discussion: "Example: lotse-relay operator add jana --dir /srv/lotse --email jana@example.org"
        )

        @Argument(help: "The operator's name: letters, digits, - _ and .")
        var name: String

        @Option(help: "The relay's folder.")
        var dir: String

        @Option(help: "Where to reach the operator.")
        var email: String?

        @Option(
            help:
                "owner: everything; operator: own invitations and sessions; auditor: read only. The first operator is owner."
        )
        var role: OperatorRole = .operator

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            let added = try await RelaySetup(path: dir).addOperator(name, email: email, role: role)
            guard !json else { return try printJSON(added) }
            print(
                """
                \(added.token)

                This is the enrolment token of \(added.operator) (\(added.role.rawValue)). It is shown once, good for one machine and valid until \(added.expiresAt.rfc3339).
                There: lotse login https://HOST:PORT, then paste it.
                """
            )
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List operators.",
            discussion: "Example: lotse-relay operator list --dir /srv/lotse"
        )

        @Option(help: "The relay's folder.")
        var dir: String

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            let operators = try await RelaySetup(path: dir).operators()
            guard !json else { return try printJSON(operators) }
            for one in operators {
                let state = one.revokedAt.map { "revoked \($0.rfc3339)" } ?? "since \(one.addedAt.rfc3339)"
                print("\(one.operator)\t\(one.role.rawValue)\t\(one.email ?? "-")\t\(state)")
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take an operator's access away; live sessions are cut within 5 seconds.",
            discussion: "Example: lotse-relay operator revoke jana --dir /srv/lotse"
        )

        @Argument(help: "The operator's name.")
        var name: String

        @Option(help: "The relay's folder.")
        var dir: String

        func run() async throws {
            try await RelaySetup(path: dir).revokeOperator(name)
            print("\(name) has no access any more.")
        }
    }
}
