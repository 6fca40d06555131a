import Foundation
import Glibc
import Synchronization
import Testing

/// Everything that a session needs, in a folder of its own: a relay that serves, an operator who is logged in, a contract.
///
/// `Stage.with` ends every process that was started on it and removes the folder, whatever the test did.
final class Stage: Sendable {
    let folder: String
    private let programs = Mutex<[Program]>([])
    private let invitations = Mutex<[String]>([])
    private let names = Mutex(0)
    private let remoteArguments = Mutex<[String]>([])
    private let fakedClock = Mutex<FakedClock?>(nil)
    private let variables = Mutex<[String: String]>([:])
    private let serving = Mutex<(program: Program, address: String)?>(nil)

    private init() throws {
        folder = FileManager.default.temporaryDirectory.path + "/lotse-\(UUID().uuidString.prefix(8))"
        for name in ["", "/agent", "/files", "/streams"] {
            try FileManager.default.createDirectory(
                atPath: folder + name,
                withIntermediateDirectories: false,
                attributes: [.posixPermissions: 0o700]
            )
        }
    }

    /// Runs a test on a stage.
    ///
    /// - Parameters:
    ///   - isReady: whether the relay serves, the operator is logged in and the contract is there.
    ///   - resumeSeconds: how long the relay keeps a session whose connection broke; nil for as long as it does by itself.
    static func with(
        isReady: Bool = true,
        resumeSeconds: Int? = nil,
        sourceLocation: SourceLocation = #_sourceLocation,
        _ body: (Stage) async throws -> Void
    ) async throws {
        let stage = try Stage()
        do {
            if isReady {
                try await stage.makeReady(resumeSeconds: resumeSeconds)
            }
            try await body(stage)
        } catch {
            Issue.record("\(error)\n\(stage.story)", sourceLocation: sourceLocation)
        }
        await stage.clear()
    }

    /// What all programs said so far.
    var story: String { programs.withLock { $0 }.map(\.story).joined() }

    private func clear() async {
        for program in programs.withLock({ $0 }).reversed() { await program.stop() }
        for invitation in invitations.withLock({ $0 }) {
            for holder in holders(of: invitation) { kill(holder, SIGKILL) }
        }
        clock?.forget()
        for argument in remoteArguments.withLock({ $0 }) {
            for process in Processes.with(argument: argument) { kill(process, SIGKILL) }
        }
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// The argument by which a remote command is known, so that it ends with the stage even where the product forgets it.
    func remember(remote argument: String) { remoteArguments.withLock { $0.append(argument) } }

    /// The wall clock of this stage's programs; nil where it is the machine's.
    var clock: FakedClock? { fakedClock.withLock { $0 } }

    func use(_ clock: FakedClock) { fakedClock.withLock { $0 = clock } }

    /// Makes the relay serve, logs the operator in and adds the contract.
    ///
    /// - Parameter address: one more address of this machine at which the relay is reached; it then listens at all of them.
    func makeReady(reserveMebibytes: Int? = nil, resumeSeconds: Int? = nil, at address: String? = nil) async throws {
        try await initialize(hosts: ["127.0.0.1", "localhost"] + (address.map { [$0] } ?? []))
        if let reserveMebibytes {
            try configure("ledgerReserveMebibytes: 64", "ledgerReserveMebibytes: \(reserveMebibytes)")
        }
        if let resumeSeconds { try configure("resumeSeconds: 600", "resumeSeconds: \(resumeSeconds)") }
        try await serve(at: address == nil ? "127.0.0.1" : "0.0.0.0")
        try await logIn("jana")
        try await addContract()
    }

    /// Changes a line of `relay.yaml`.
    private func configure(_ line: String, _ other: String) throws {
        let file = URL(fileURLWithPath: relayFolder + "/relay.yaml")
        let text = try String(contentsOf: file, encoding: .utf8)
        let changed = text.replacingOccurrences(of: line, with: other)
        guard changed.contains(other) else { throw Failure("relay.yaml has no line \(line)") }
        try Data(changed.utf8).write(to: file)
    }

    // MARK: - Programs

    private func environment(home: String) -> [String: String] {
        [
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "LANG": "C.UTF-8", "TERM": "xterm",
            "HOME": folder + "/agent", "LOTSE_HOME": folder + "/" + home,
        ]
        .merging(Sanitizer.options, uniquingKeysWith: { $1 })
        .merging(variables.withLock { $0 }, uniquingKeysWith: { $1 })
    }

    /// Gives all programs that are started from now on a variable.
    func set(_ variable: String, _ value: String) { variables.withLock { $0[variable] = value } }

    /// Starts any program; the stage ends it.
    @discardableResult
    func start(
        _ path: String,
        _ arguments: [String],
        home: String = "home",
        input: Program.Input = .text(""),
        output: CInt? = nil
    ) throws -> Program {
        let program = try Program(
            path,
            arguments,
            environment: environment(home: home).merging(
                clock?.environment(isRelay: path == Programs.relay) ?? [:],
                uniquingKeysWith: { $1 }
            ),
            files: newName(),
            input: input,
            output: output
        )
        programs.withLock { $0.append(program) }
        return program
    }

    /// A pipe between two programs.
    func pipe() throws -> Pipe { try Pipe(path: newName() + ".pipe") }

    private func newName() -> String {
        folder + "/streams/"
            + names.withLock { count in
                count += 1
                return "\(count)"
            }
    }

    /// Starts `lotse`.
    func lotse(_ arguments: String..., home: String = "home", input: Program.Input = .text("")) throws -> Program {
        try start(Programs.lotse, arguments, home: home, input: input)
    }

    /// Runs `lotse` to its end.
    func run(
        _ arguments: String...,
        home: String = "home",
        input: String = "",
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Program {
        let program = try start(Programs.lotse, arguments, home: home, input: .text(input))
        try await program.ended(sourceLocation: sourceLocation)
        return program
    }

    /// Runs `lotse` to its end, which must be a good one, and reads the JSON that it prints.
    func json<Value: Decodable>(
        _ type: Value.Type,
        _ arguments: String...,
        home: String = "home",
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Value {
        let program = try start(Programs.lotse, arguments, home: home)
        guard try await program.ended(sourceLocation: sourceLocation) == 0 else { throw Failure(program.story) }
        return try JSONDecoder().decode(type, from: Data(program.output.utf8))
    }

    // MARK: - Relay

    var relayFolder: String { folder + "/relay" }
    /// `https://127.0.0.1:PORT` of the relay that serves.
    var address: String { serving.withLock { $0?.address ?? "https://127.0.0.1:1" } }
    var relay: Program? { serving.withLock { $0?.program } }
    var port: String { address.split(separator: ":").last.map(String.init) ?? "0" }

    func initialize(_ name: String = "relay", hosts: [String] = ["127.0.0.1", "localhost"]) async throws {
        let program = try start(
            Programs.relay,
            ["init", folder + "/" + name] + hosts.flatMap { ["--host", $0] }
        )
        guard try await program.ended() == 0 else { throw Failure(program.story) }
    }

    /// Starts a relay and waits until it is ready.
    @discardableResult
    func serve(_ name: String = "relay", at host: String = "127.0.0.1", port: String = "0") async throws -> Program {
        let program = try start(Programs.relay, ["serve", folder + "/" + name, "--listen", "\(host):\(port)"])
        let address = try await eventually("the relay is ready", of: program) {
            guard program.status == nil else { throw Failure(program.story) }
            return program.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().first
        }
        guard address.hasPrefix("ready https://") else { throw Failure(program.story) }
        serving.withLock { $0 = (program, String(address.dropFirst("ready ".count))) }
        return program
    }

    /// Tells the relay to stop and waits for that.
    func stopRelay() async throws {
        guard let relay else { return }
        relay.signal(SIGTERM)
        guard try await relay.ended() == 0 else { throw Failure(relay.story) }
    }

    /// An enrolment token.
    func token(for name: String, relay: String = "relay", role: String = "operator") async throws -> String {
        struct Answer: Decodable { var token: String }
        let program = try start(
            Programs.relay,
            ["operator", "add", name, "--dir", folder + "/" + relay, "--role", role, "--json"]
        )
        guard try await program.ended() == 0 else { throw Failure(program.story) }
        return try JSONDecoder().decode(Answer.self, from: Data(program.output.utf8)).token
    }

    func logIn(_ name: String, role: String = "operator", home: String = "home") async throws {
        let token = try await token(for: name, role: role)
        let program = try await run("login", address, home: home, input: token + "\n")
        guard program.status == 0 else { throw Failure(program.story) }
    }

    /// Whether `lotse-relay verify` finds the ledger whole.
    func ledgerIsWhole() async throws -> Bool {
        let program = try start(Programs.relay, ["verify", relayFolder])
        let status = try await program.ended()
        if status != 0 { Issue.record("\(program.story)") }
        return status == 0
    }

    /// How many entries the ledger has.
    func ledgerEntries() async throws -> Int {
        struct Report: Decodable { var entries: Int }
        let program = try start(Programs.relay, ["verify", relayFolder, "--json"])
        guard try await program.ended() == 0 else { throw Failure(program.story) }
        return try JSONDecoder().decode(Report.self, from: Data(program.output.utf8)).entries
    }

    // MARK: - Contracts, invitations, sessions

    func addContract(_ text: String = ExampleContract.text) async throws {
        let program = try await run("contract", "add", try write("minute.yaml", text))
        guard program.status == 0 else { throw Failure(program.story) }
    }

    /// Writes a file and gives its path.
    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        let path = folder + "/files/" + name
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    func invite(home: String = "home", _ more: String...) async throws -> Invitation {
        let program = try start(
            Programs.lotse,
            ["invite", "minute", "--for", "the shop is slow", "--json"] + more,
            home: home
        )
        guard try await program.ended() == 0 else { throw Failure(program.story) }
        let invitation = try JSONDecoder().decode(Invitation.self, from: Data(program.output.utf8))
        invitations.withLock { $0.append(invitation.invitation) }
        return invitation
    }

    /// Starts an agent.
    ///
    /// - Parameter input: what it reads; the end of that is the end of standard input, unless `isOpen`.
    func agent(_ input: String, _ options: String..., isOpen: Bool = false) throws -> Program {
        let program = try start(
            Programs.agent,
            ["--relay", address, "--ca", relayFolder + "/tls/ca.pem"] + options,
            input: isOpen ? .open : .text(input)
        )
        if isOpen { program.send(input) }
        return program
    }

    /// Opens a session in the background, with an agent that agrees to everything.
    ///
    /// - Parameters:
    ///   - relay: where the agent goes; nil: to the relay that serves.
    ///   - wrapper: what starts the agent, such as `ip netns exec NAME`.
    func session(
        home: String = "home",
        agentOptions: [String] = [],
        at relay: String? = nil,
        by wrapper: [String] = []
    ) async throws -> Session {
        let invitation = try await invite(home: home)
        let command =
            wrapper + [Programs.agent, "--relay", relay ?? address, "--ca", relayFolder + "/tls/ca.pem", "--yes"]
            + agentOptions
        let agent = try start(
            command[0],
            Array(command.dropFirst()),
            input: .text(invitation.code + "\n")
        )
        let connect = try start(Programs.lotse, ["connect", "--background", "--json"], home: home)
        guard try await connect.ended() == 0 else { throw Failure(connect.story) }
        struct Answer: Decodable { var session: String }
        let answer = try JSONDecoder().decode(Answer.self, from: Data(connect.output.utf8))
        guard let holder = holders(of: invitation.invitation).first else { throw Failure("the session has no holder") }
        return Session(id: answer.session, invitation: invitation, agent: agent, holder: holder)
    }

    /// The processes that hold sessions of this stage.
    var holders: [pid_t] { invitations.withLock { $0 }.flatMap(holders) }

    /// The processes that hold the session of an invitation.
    func holders(of invitation: String) -> [pid_t] { Processes.with(argument: invitation) }

    /// What the relay's ledger says about a session.
    func record(of session: String, home: String = "home") async throws -> SessionRow {
        let rows = try await json([SessionRow].self, "sessions", "--json", home: home)
        guard let row = rows.first(where: { $0.session == session }) else { throw Failure("no session \(session)") }
        return row
    }

    /// Waits until the ledger says that a session is over.
    func closedRecord(of session: String, within limit: Duration = .seconds(60)) async throws -> SessionRow {
        try await eventually("\(session) is closed", within: limit) {
            let row = try await self.record(of: session)
            return row.endedAt == nil ? nil : row
        }
    }
}
