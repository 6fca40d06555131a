import ArgumentParser
import Operator
import RelayAPI

struct ConnectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "connect",
        abstract: "Wait for the client and open the session.",
        discussion: """
            Takes up the session that nobody holds any more, where there is one, else takes the newest open invitation, else asks for \
            the code. In the foreground it opens a console and the session ends with it; --background holds the session for lotse run, \
            logs, note, pause, resume and end, and returns once the client has consented.

            Example:
              lotse connect --background && lotse run -- df -h
            """
    )

    @Option(name: .long, help: "Which invitation; the newest open one where left out.")
    var invitation: String?

    @Flag(name: .long, help: "Hold the session in a process of its own.")
    var background = false

    @OptionGroup var output: JSONFlag

    func run() async throws {
        let relay = try await Screen.relay()
        try await relay.checkLedger()
        let signals = Signals()
        defer { signals.stop() }
        if let kept = try await SessionResumption(relay: relay).candidate(of: invitation) {
            return try await connect(relay, .kept(kept), signals)
        }
        var chosen = try await relay.invitation(invitation) { SecretPrompt.line("Code: ", isHidden: false) }
        if invitation == nil {
            let open = try relay.openInvitations()
            if let sentence = InvitationPage.choice(of: chosen.invitation, among: open) { Screen.tellNow(sentence) }
        }
        while true {
            do {
                return try await connect(relay, .invitation(chosen), signals)
            } catch let error as OperatorError where error.kind == .codeOver {
                guard let again = try await Self.newCode(relay, chosen, after: error) else { throw error }
                chosen = again
            }
        }
    }

    private func connect(_ relay: Relay, _ start: SessionStart, _ signals: Signals) async throws {
        if background {
            let holder = BackgroundSession(home: relay.home, start: start)
            let arguments = ["lotse", HoldCommand.name, start.id]
            try await show(try await holder.start(arguments: arguments, signals: signals, tell: Screen.tell))
        } else {
            let session = ForegroundSession(relay: relay, start: start)
            let status = try await session.run(signals: signals, tell: Screen.tell) { try await show($0) }
            if status != 0 { throw ExitCode(status) }
        }
    }

    /// One key makes a new code for the same client.
    ///
    /// - Returns: `nil` where nobody is there to press it, or wants to leave.
    private static func newCode(_ relay: Relay, _ over: InvitationSummary, after error: OperatorError) async throws
        -> InvitationSummary?
    {
        guard KeyPrompt.isPossible else { return nil }
        Screen.tellNow(error.description)
        guard KeyPrompt.key("n makes a new code, any other key leaves. ")?.lowercased() == "n" else {
            throw ExitCode.failure
        }
        let kept = try await relay.inviteAgain(over)
        Screen.show(InvitationPage.text(kept, relay: relay.address, pin: relay.pin, now: .now))
        return kept.invitation
    }

    private func show(_ session: SessionFile) async throws {
        guard output.json else { return try await Screen.print("session \(session.session) with \(session.agent)") }
        let answer = Answer(session: session.session, contract: session.contract, agent: session.agent)
        try await Screen.print(JSON.text(answer))
    }

    private struct Answer: Encodable {
        var session: String
        var contract: String
        var agent: String
    }
}

/// The process that `connect --background` starts; nobody types it.
struct HoldCommand: AsyncParsableCommand {
    static let name = "hold-session"
    static let configuration = CommandConfiguration(commandName: name, shouldDisplay: false)

    @Argument var start: String

    func run() async throws {
        let relay = try await Screen.relay()
        let status = await BackgroundSession.hold(relay, try await chosen(relay))
        if status != 0 { throw ExitCode(status) }
    }

    private func chosen(_ relay: Relay) async throws -> SessionStart {
        if let kept = try SessionResumption(relay: relay).candidate(session: start) { return .kept(kept) }
        return .invitation(try await relay.invitation(start) { nil })
    }
}
