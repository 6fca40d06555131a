import Pairing
import Receipts
import RelayAPI
import SupportChannel
import TerminalText
import Transcripts

/// One run of the agent: code, relay, tunnel, session, exit status.
public struct AgentProgram: Sendable {
    private let configuration: AgentConfiguration
    private let relay: any AgentRelay
    private let screen: ClientScreen
    private let input: InputLines
    private let phrases: Phrases
    private let interruption: Interruption
    private let time: any AgentTime
    private let machine: String
    private let folder: AgentFolder
    private let makeRunner: @Sendable () -> CommandRunner
    private let complain: @Sendable (String) -> Void

    /// A run.
    ///
    /// - Parameters:
    ///   - phrases: the language of the locale; a contract may say otherwise.
    ///   - machine: the name of this machine, for the relay and the operator.
    ///   - folder: where the client's key and what was agreed to are kept.
    ///   - makeRunner: makes what runs commands, once the operator is there.
    ///   - complain: tells why the run failed.
    public init(
        configuration: AgentConfiguration,
        relay: any AgentRelay,
        screen: ClientScreen,
        input: InputLines,
        phrases: Phrases,
        interruption: Interruption,
        time: any AgentTime = SystemTime(),
        machine: String = Machine.name,
        folder: AgentFolder,
        makeRunner: @escaping @Sendable () -> CommandRunner = { CommandRunner() },
        complain: @escaping @Sendable (String) -> Void
    ) {
        self.configuration = configuration
        self.relay = relay
        self.screen = screen
        self.input = input
        self.phrases = phrases
        self.interruption = interruption
        self.time = time
        self.machine = machine
        self.folder = folder
        self.makeRunner = makeRunner
        self.complain = complain
    }

    /// Codes that a person may try before the program gives up.
    private static let codeAttempts = 3

    /// Runs.
    ///
    /// - Returns: The exit status: 0 after a session that one of the two ended, 130 where the client left before, else 1.
    public func run() async -> Int32 {
        folder.transcripts.forgetOld(at: time.epochSeconds)
        let meeting = await Awaited.of(interruption: interruption.wish, time: time) { try await self.meet() }
        screen.status(nil)
        switch meeting {
        case .value(let meeting): return await hold(meeting)
        case .interrupted, .timedOut:
            // Behind the echo of Ctrl-C.
            if screen.isTerminal { screen.line("") }
            screen.line(phrases.leftBeforeSession)
            return SessionEnding.left.status
        case .failure(let error):
            complain("\(error)")
            return (error as? AgentError)?.status ?? 1
        }
    }

    // MARK: - Before the session

    private struct Meeting: Sendable {
        var token: String
        var room: String
        var authority: [UInt8]
        var key: SigningKey
        var connection: AgentConnection
    }

    private func meet() async throws -> Meeting {
        // Before the code is used up: without a key there is no session.
        let key = try folder.key()
        let (answer, code) = try await join()
        guard let authority = relay.provenAuthority else {
            throw AgentError(.relayFailed, phrases.relaySilent(relay.address))
        }
        let wait = min(max(answer.waitSeconds, 1), 3600)
        let text = phrases.duration(wait)
        let tunnel = try await relay.openTunnel(token: answer.token, code: code)
        screen.line(phrases.waitingForOperator(text))
        let met = await Awaited.of(limit: .seconds(wait), time: time) { try await tunnel.met.get() }
        switch met {
        case .value(let connection):
            relay.rememberAuthority()
            return Meeting(
                token: answer.token,
                room: code.room,
                authority: authority,
                key: key,
                connection: connection
            )
        case .timedOut:
            tunnel.channel.close(promise: nil)
            throw AgentError(.operatorMissing, phrases.operatorMissing(text))
        case .interrupted:
            tunnel.channel.close(promise: nil)
            throw CancellationError()
        case .failure(let error as SupportChannelError) where error.kind == .wrongCode || error.kind == .codeSpent:
            throw AgentError(.wrongCode, phrases.wrongCode)
        case .failure(let error as SupportChannelError) where error.kind != .closed:
            throw AgentError(.operatorMissing, phrases.pairingFailed(TerminalText.name(error.description, limit: 400)))
        case .failure: throw AgentError(.operatorMissing, phrases.tunnelClosed)
        }
    }

    private func join() async throws -> (JoinAnswer, Code) {
        let dialogue = CodeDialogue(screen: screen, input: input, phrases: phrases)
        if input.isTerminal { screen.line(phrases.codeIntroduction) }
        var attempt = 1
        while true {
            let code = try await dialogue.ask()
            do {
                return (try await join(room: code.room), code)
            } catch let error as AgentError
                where error.kind == .codeNotValid && input.isTerminal && attempt < Self.codeAttempts
            {
                screen.line(error.diagnostics)
                attempt += 1
            }
        }
    }

    /// Asks again by itself where the relay only wants us to wait.
    private func join(room: String) async throws -> JoinAnswer {
        while true {
            do {
                return try await relay.join(room: room)
            } catch let error as AgentError {
                guard case .tooManyAttempts(let seconds) = error.kind else { throw error }
                try await wait(seconds)
            }
        }
    }

    private func wait(_ seconds: Int64) async throws {
        guard screen.isTerminal else {
            screen.line(phrases.tooManyAttempts(seconds))
            return try await time.sleep(.seconds(seconds))
        }
        for left in stride(from: seconds, to: 0, by: -1) {
            screen.status(phrases.tooManyAttempts(left))
            try await time.sleep(.seconds(1))
        }
        screen.status(nil)
    }

    // MARK: - The session

    private func hold(_ meeting: Meeting) async -> Int32 {
        let session = AgentSession(
            relay: relay,
            token: meeting.token,
            settings: AgentSession.Settings(
                authority: meeting.authority,
                room: meeting.room,
                grants: configuration.grants,
                agrees: configuration.agrees,
                approval: configuration.approval,
                logs: configuration.logs,
                files: configuration.files,
                machine: machine
            ),
            screen: screen,
            input: input,
            phrases: phrases,
            key: meeting.key,
            folder: folder,
            time: time,
            runner: makeRunner()
        )
        let outcome = await session.serve(meeting.connection, interruption: interruption.wish)
        screen.status(nil)
        let report = SessionReport(outcome)
        if screen.isTerminal, case .left = outcome.ending { screen.line("") }
        for line in report.lines where !outcome.isAnnounced { screen.line("\(time.wallClock)  \(line)") }
        if let complaint = report.complaint { complain(complaint) }
        return outcome.ending.status
    }
}
