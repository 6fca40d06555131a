import Configuration
import ContractFiles
import SystemPackage

/// How a relay serves: `relay.yaml`, overridden by the environment (`LOTSE_RELAY_LISTEN` …), overridden by options.
public struct RelayConfiguration: Sendable, Equatable {
    /// Names and addresses in the server's certificate; the first is the one that people are told.
    public var hosts: [String]
    /// Where to listen: `ADDRESS:PORT`.
    public var listen: ListenAddress
    /// How many connections there may be.
    public var maximumConnections: Int
    /// How many connections one IPv4 address or IPv6 /64 may have.
    public var maximumConnectionsPerAddress: Int
    /// How much memory connections that have not proved who they are may take together, in MiB: `ConnectionLimits.strangerBytes` each.
    public var unauthenticatedMebibytes: Int
    /// How long the TLS handshake of a connection may take, in seconds.
    public var handshakeSeconds: Int
    /// How long the head of a connection's next request may take, in seconds; its body may take half as long again.
    public var requestSeconds: Int
    /// How much the relay holds of a tunnel whose reader takes nothing, for each direction, in KiB.
    public var tunnelQueueKibibytes: Int
    /// How many sessions of one operator may run at once.
    public var maximumSessionsPerOperator: Int
    /// How long a session whose connection broke, or whose relay was gone, may be taken up again, in seconds.
    public var resumeSeconds: Int
    /// How much must stay free on the ledger's disk for a session to start, in MiB.
    public var ledgerReserveMebibytes: Int
    /// `trace`, `debug`, `info`, `notice`, `warning`, `error`.
    public var logLevel: String

    /// How long a connection may take that has not proved who it is, in seconds: handshake, head and body of its first request.
    var unauthenticatedSeconds: Int { handshakeSeconds + requestSeconds + requestSeconds * 3 / 2 }

    /// The file that `init` writes.
    static func template(hosts: [String]) -> String {
        """
        # How this relay serves. Each line can be overridden by the environment (LOTSE_RELAY_LISTEN=...), listen and
        # logLevel by options of `serve` too.

        # Names and addresses by which it is reached; they stand in its certificate, which `serve` renews by itself.
        hosts: [\(hosts.map { "\"\($0)\"" }.joined(separator: ", "))]

        # One port serves freelancers and clients alike. 0.0.0.0 is every IPv4 address, [::] every address.
        listen: "[::]:4470"

        # How many connections there may be, in all and from one address.
        maximumConnections: 20000
        maximumConnectionsPerAddress: 1000

        # How much memory connections may take together that have not proved who they are, in MiB (64 KiB each), and how long a handshake and
        # then a request may take them, in seconds.
        unauthenticatedMebibytes: 1250
        handshakeSeconds: 10
        requestSeconds: 20

        # How much is held of a tunnel whose reader takes nothing, for each direction, in KiB.
        tunnelQueueKibibytes: \(Splice.queueBytes >> 10)

        # How many sessions of one operator may run at once.
        maximumSessionsPerOperator: 10000

        # How long a session whose connection broke is kept, in seconds; nothing is billed meanwhile. 0 ends it at once.
        resumeSeconds: 600

        # No session starts with less free space than this, in MiB, on the ledger's disk.
        ledgerReserveMebibytes: 64

        # trace, debug, info, notice, warning or error; the log goes to standard error.
        logLevel: notice

        """
    }

    /// The settings that there are: those of the template.
    static var names: [String] {
        template(hosts: []).split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { line in
            line.firstIndex(of: ":").map { String(line[..<$0]) }
        }
    }

    /// Reads the folder's configuration.
    ///
    /// - Parameter overrides: options, by the names of the file.
    /// - Throws: `RelayError` that names the setting and says what it must be.
    static func load(_ folder: RelayFolder, overrides: [String: String]) async throws -> RelayConfiguration {
        let text = try folder.text(folder.configurationFile)
        if let problem = SettingsFile.problems(text: text, known: names).first {
            throw RelayError(kind: .configuration, diagnostics: problem.rendered(file: folder.configurationFile))
        }
        let file: FileProvider<YAMLSnapshot>
        do {
            file = try await FileProvider<YAMLSnapshot>(filePath: FilePath(folder.configurationFile))
        } catch {
            throw RelayError(kind: .configuration, diagnostics: "\(folder.configurationFile) is not YAML: \(error)")
        }
        let options = InMemoryProvider(
            values: Dictionary(
                uniqueKeysWithValues: overrides.map {
                    (AbsoluteConfigKey([$0.key]), ConfigValue(.string($0.value), isSecret: false))
                }
            )
        )
        // Strings first, so that one rule reads all three sources.
        let environment = EnvironmentVariablesProvider().prefixKeys(with: "lotse.relay")
        let reader = ConfigReader(providers: [options, environment, file])
        return try RelayConfiguration(reader, file: folder.configurationFile)
    }

    private init(_ reader: ConfigReader, file: String) throws {
        let settings = Settings(reader: reader, file: file)
        hosts = reader.stringArray(forKey: "hosts", default: [])
        guard !hosts.isEmpty else { throw settings.problem("hosts", "a list of names, such as [relay.example.org]") }
        let address = reader.string(forKey: "listen", default: "[::]:4470")
        guard let listen = ListenAddress(address) else {
            throw settings.problem("listen", "ADDRESS:PORT, such as 0.0.0.0:4470, not \"\(address)\"")
        }
        self.listen = listen
        maximumConnections = try settings.number("maximumConnections", 10...1_000_000, default: 20_000)
        maximumConnectionsPerAddress = try settings.number("maximumConnectionsPerAddress", 1...1_000_000, default: 1000)
        unauthenticatedMebibytes = try settings.number("unauthenticatedMebibytes", 1...1_000_000, default: 1250)
        handshakeSeconds = try settings.number("handshakeSeconds", 1...600, default: 10)
        requestSeconds = try settings.number("requestSeconds", 1...600, default: 20)
        tunnelQueueKibibytes = try settings.number(
            "tunnelQueueKibibytes",
            32...16_384,
            default: Splice.queueBytes >> 10
        )
        maximumSessionsPerOperator = try settings.number("maximumSessionsPerOperator", 1...1_000_000, default: 10_000)
        resumeSeconds = try settings.number("resumeSeconds", 0...86_400, default: 600)
        ledgerReserveMebibytes = try settings.number("ledgerReserveMebibytes", 0...1_000_000, default: 64)
        logLevel = reader.string(forKey: "logLevel", default: "notice")
        guard ["trace", "debug", "info", "notice", "warning", "error"].contains(logLevel) else {
            throw settings.problem("logLevel", "trace, debug, info, notice, warning or error")
        }
    }
}

/// Reads settings, and says what is wrong with one.
private struct Settings {
    let reader: ConfigReader
    let file: String

    func problem(_ name: String, _ rule: String) -> RelayError {
        RelayError(
            kind: .configuration,
            diagnostics: "\(name) must be \(rule) (see \(file), LOTSE_RELAY_… in the environment, and the options)"
        )
    }

    func number(_ name: String, _ range: ClosedRange<Int>, default fallback: Int) throws -> Int {
        let key = ConfigKey(name)
        guard let value = reader.int(forKey: key) else {
            // What is there and no number is no number, rather than not there.
            guard reader.string(forKey: key) == nil, reader.stringArray(forKey: key) == nil else {
                throw problem(name, "a number from \(range.lowerBound) to \(range.upperBound)")
            }
            return fallback
        }
        guard range.contains(value) else {
            throw problem(name, "a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }
}
