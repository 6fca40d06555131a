#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif
import Contracts
import Receipts
import RelayAPI

/// What one run of the agent works with.
public struct AgentConfiguration: Sendable, Equatable {
    /// Where the relay is.
    public var relay: RelayEndpoint
    /// Whom to take for it.
    public var trust: RelayTrust
    /// Through which proxy it is reached; nil: none.
    public var proxy: Proxy?
    /// What may be asked for at most.
    public var grants: Set<Contract.Grant>
    /// Consent without asking.
    public var agrees: Bool
    /// Whether each action is asked about.
    public var approval: ConsentRecord.Approval
    /// Log files and folders that may be read; `nil`: the contract's.
    public var logs: [String]?
    /// Where files may be fetched from and put instead of the contract's folders; nil: the contract's.
    public var files: [String]?

    /// A configuration.
    public init(
        relay: RelayEndpoint,
        trust: RelayTrust,
        proxy: Proxy? = nil,
        grants: Set<Contract.Grant> = [.run, .logs],
        agrees: Bool = false,
        approval: ConsentRecord.Approval = .session,
        logs: [String]? = nil,
        files: [String]? = nil
    ) {
        self.relay = relay
        self.trust = trust
        self.proxy = proxy
        self.grants = grants
        self.agrees = agrees
        self.approval = approval
        self.logs = logs
        self.files = files
    }

    /// Options first, then the first of `places.files` that exists, then what is remembered of the relay.
    ///
    /// - Parameter environment: says which proxy leads to the relay, where `agent.yaml` does not.
    /// - Throws: `AgentError`: `usage` for options, `configuration` for files and the proxy.
    public init(
        options: AgentOptions,
        places: AgentPlaces,
        environment: [String: String] = [:]
    ) throws(AgentError) {
        let found = try Self.file(places)
        guard let address = options.relay ?? found?.file.relay else {
            throw AgentError(
                .usage,
                "no relay is named (give --relay https://HOST:PORT, or write it into agent.yaml beside the program)"
            )
        }
        do {
            relay = try RelayEndpoint(url: address)
        } catch {
            let place = options.relay == nil ? found.map { " in \($0.path)" } ?? "" : ""
            let kind: AgentError.Kind = options.relay == nil ? .configuration : .usage
            throw AgentError(kind, "\(quoted(address))\(place) is not the address of a relay (write https://HOST:PORT)")
        }
        trust = try Self.trust(options, found, relay, places)
        proxy = try Self.proxy(found, relay, environment)
        grants = try options.allowed()
        agrees = options.agrees
        approval = try options.chosenApproval()
        let logs = options.logs.isEmpty ? found?.file.logs ?? [] : options.logs
        for path in logs where !path.hasPrefix("/") {
            throw AgentError(
                options.logs.isEmpty ? .configuration : .usage,
                "\(quoted(path)) is not a whole path (name log files and folders from / on)"
            )
        }
        self.logs = logs.isEmpty ? nil : logs
        for path in options.files where !path.hasPrefix("/") {
            throw AgentError(.usage, "\(quoted(path)) is not a whole path (name files and folders from / on)")
        }
        files = options.files.isEmpty ? nil : options.files
    }

    private typealias Found = (path: String, file: AgentFile)

    private static func file(_ places: AgentPlaces) throws(AgentError) -> Found? {
        for path in places.files {
            let bytes: [UInt8]
            do throws(SystemFailure) {
                guard let content = try SmallFile.read(path) else { continue }
                bytes = content
            } catch {
                throw AgentError(
                    .configuration,
                    "\(path) cannot be read: \(SystemReason.sentence(error.code)) (mend or remove it)"
                )
            }
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw AgentError(.configuration, "\(path) is not a text in UTF-8 (write it anew)")
            }
            do {
                return (path, try AgentFile(reading: text))
            } catch {
                throw AgentError(.configuration, "\(path) has mistakes: \(error)")
            }
        }
        return nil
    }

    private static func trust(
        _ options: AgentOptions,
        _ found: Found?,
        _ relay: RelayEndpoint,
        _ places: AgentPlaces
    ) throws(AgentError) -> RelayTrust {
        if let pin = options.pin {
            guard let digest = digest(pin) else {
                throw AgentError(
                    .usage,
                    "--pin takes 64 hexadecimal digits, the SHA-256 of the relay's authority (copy it whole)"
                )
            }
            return .pinned(digest, by: "--pin")
        }
        if let path = options.authorities {
            do throws(SystemFailure) {
                guard let pem = try SmallFile.read(path) else { throw SystemFailure(code: ENOENT) }
                return .authorities(pem: pem, file: path)
            } catch {
                throw AgentError(
                    .configuration,
                    "\(quoted(path)) cannot be read: \(SystemReason.sentence(error.code)) (check --ca)"
                )
            }
        }
        // A file's pin belongs to the file's relay and to no other.
        if let found, let pin = found.file.pin, found.file.relay.flatMap({ try? RelayEndpoint(url: $0) }) == relay {
            guard let digest = digest(pin) else {
                throw AgentError(.configuration, "pin in \(found.path) is not 64 hexadecimal digits (copy it whole)")
            }
            return .pinned(digest, by: found.path)
        }
        if let known = try RelayMemory(file: places.memory).authority(of: relay) {
            return .remembered(known.authority, since: known.since)
        }
        return .firstContact
    }

    private static func proxy(
        _ found: Found?,
        _ relay: RelayEndpoint,
        _ environment: [String: String]
    ) throws(AgentError) -> Proxy? {
        let settings = ProxySettings(
            environment: environment,
            address: found?.file.proxy,
            source: found.map { "proxy in \($0.path)" } ?? ""
        )
        do throws(RelayAPIError) {
            return try settings.proxy(for: relay)
        } catch {
            throw AgentError(.configuration, error.description)
        }
    }

    private static func digest(_ text: String) -> [UInt8]? {
        guard let bytes = Hexadecimal.decode(text), bytes.count == 32 else { return nil }
        return bytes
    }
}

/// Whom to take for the relay.
public enum RelayTrust: Sendable, Equatable {
    /// The authority with this SPKI SHA-256; the second says where that is written.
    case pinned([UInt8], by: String)
    /// The authority that it showed before, and since when.
    case remembered([UInt8], since: Timestamp)
    /// One of the certificates in this PEM.
    case authorities(pem: [UInt8], file: String)
    /// Nobody knows it yet: what it shows is remembered.
    case firstContact
}

/// Where files of the agent are.
public struct AgentPlaces: Sendable, Equatable {
    /// Where `agent.yaml` may be, best first.
    public var files: [String]
    /// Where authorities of relays are remembered.
    public var memory: String
    /// Where the agent keeps its key, consents and whom it met.
    public var keepsakes: String

    /// Places.
    public init(files: [String], memory: String, keepsakes: String) {
        self.files = files
        self.memory = memory
        self.keepsakes = keepsakes
    }

    /// Beside the program, then `/etc/lotse`; memory under the person's home.
    public static func standard(environment: [String: String]) -> AgentPlaces {
        let home = environment["HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? Account.current()?.home ?? "/"
        let beside = ProgramFile.folder.map { ["\($0)/agent.yaml"] } ?? []
        let data = "\(home)/.local/share/lotse"
        return AgentPlaces(
            files: beside + ["/etc/lotse/agent.yaml"],
            memory: "\(data)/relays.json",
            keepsakes: data
        )
    }
}
