import Configuration
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
    /// How long a session whose connection broke, or whose relay was gone, may be taken up again, in seconds.
    public var resumeSeconds: Int
    /// How much must stay free on the ledger's disk for a session to start, in MiB.
    public var ledgerReserveMebibytes: Int
    /// `trace`, `debug`, `info`, `notice`, `warning`, `error`.
    public var logLevel: String

    /// The file that `init` writes.
    static func template(hosts: [String]) -> String {
        """
        # How this relay serves. Each line can be overridden by the environment (LOTSE_RELAY_LISTEN=...) and by options.

        # Names and addresses by which it is reached; they stand in its certificate, which `serve` renews by itself.
        hosts: [\(hosts.map { "\"\($0)\"" }.joined(separator: ", "))]

        # One port serves freelancers and clients alike. 0.0.0.0 is every IPv4 address, [::] every address.
        listen: "[::]:4470"

        # How many connections there may be, in all and from one address.
        maximumConnections: 20000
        maximumConnectionsPerAddress: 1000

        # How long a session whose connection broke is kept, in seconds; nothing is billed meanwhile. 0 ends it at once.
        resumeSeconds: 600

        # No session starts with less free space than this, in MiB, on the ledger's disk.
        ledgerReserveMebibytes: 64

        # trace, debug, info, notice, warning or error; the log goes to standard error.
        logLevel: notice

        """
    }

    /// Reads the folder's configuration.
    ///
    /// - Parameter overrides: options, by the names of the file.
    /// - Throws: `RelayError` that names the setting and says what it must be.
    static func load(_ folder: RelayFolder, overrides: [String: String]) async throws -> RelayConfiguration {
        _ = try folder.text(folder.configurationFile)
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
        func problem(_ name: String, _ rule: String) -> RelayError {
            RelayError(
                kind: .configuration,
                diagnostics: "\(name) must be \(rule) (see \(file), LOTSE_RELAY_… in the environment, and the options)"
            )
        }
        func number(_ name: ConfigKey, _ label: String, _ range: ClosedRange<Int>, default fallback: Int) throws -> Int
        {
            let value = reader.int(forKey: name, default: fallback)
            guard range.contains(value) else {
                throw problem(label, "a number from \(range.lowerBound) to \(range.upperBound)")
            }
            return value
        }
        hosts = reader.stringArray(forKey: "hosts", default: [])
        guard !hosts.isEmpty else { throw problem("hosts", "a list of names, such as [relay.example.org]") }
        let address = reader.string(forKey: "listen", default: "[::]:4470")
        guard let listen = ListenAddress(address) else {
            throw problem("listen", "ADDRESS:PORT, such as 0.0.0.0:4470, not \"\(address)\"")
        }
        self.listen = listen
        maximumConnections = try number("maximumConnections", "maximumConnections", 10...1_000_000, default: 20_000)
        maximumConnectionsPerAddress = try number(
            "maximumConnectionsPerAddress",
            "maximumConnectionsPerAddress",
            1...1_000_000,
            default: 1000
        )
        resumeSeconds = try number("resumeSeconds", "resumeSeconds", 0...86_400, default: 600)
        ledgerReserveMebibytes = try number(
            "ledgerReserveMebibytes",
            "ledgerReserveMebibytes",
            0...1_000_000,
            default: 64
        )
        logLevel = reader.string(forKey: "logLevel", default: "notice")
        guard ["trace", "debug", "info", "notice", "warning", "error"].contains(logLevel) else {
            throw problem("logLevel", "trace, debug, info, notice, warning or error")
        }
    }
}

/// `ADDRESS:PORT`; an IPv6 address stands in brackets.
public struct ListenAddress: Sendable, Equatable {
    /// An IP address or a name.
    public let host: String
    /// 0…65535; 0 picks a free one.
    public let port: Int

    /// Reads `ADDRESS:PORT`; `nil` for anything else.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65_535).contains(port)
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty, !host.contains(where: \.isWhitespace) else { return nil }
        self.host = String(host)
        self.port = port
    }
}
