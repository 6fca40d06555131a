import NIOCore
import Pairing
import RelayAPI
import SupportChannel
import Synchronization
import TLS
import TerminalText

/// The relay, over the network.
public final class RelayConnection: AgentRelay {
    private let endpoint: RelayEndpoint
    private let trust: RelayTrust
    private let proxy: Proxy?
    private let memory: RelayMemory
    private let phrases: Phrases
    private let now: @Sendable () -> Int64
    private let notice: @Sendable (String) -> Void
    /// The authority that a successful join has shown: what every later connection must show too.
    private let proven = Mutex<[UInt8]?>(nil)
    /// The connection of the last join, until it is the tunnel.
    private let joined = Mutex<KeptConnection?>(nil)

    /// The relay of a configuration.
    ///
    /// - Parameters:
    ///   - memory: where authorities are remembered.
    ///   - phrases: the client's language.
    ///   - now: seconds since 1970-01-01T00:00:00Z.
    ///   - notice: shows the client a line, such as that of the first contact.
    public init(
        _ configuration: AgentConfiguration,
        memory: RelayMemory,
        phrases: Phrases,
        now: @escaping @Sendable () -> Int64 = { SystemTime().epochSeconds },
        notice: @escaping @Sendable (String) -> Void
    ) {
        endpoint = configuration.relay
        trust = configuration.trust
        proxy = configuration.proxy
        self.memory = memory
        self.phrases = phrases
        self.now = now
        self.notice = notice
    }

    /// `https://HOST:PORT`.
    public var address: String { endpoint.description }

    /// Goes to a room.
    public func join(room: String) async throws -> JoinAnswer {
        try await translating {
            let (reply, connection) = try await self.client().join(room: room)
            guard let shown = Hexadecimal.decode(reply.authority), shown.count == 32,
                Hexadecimal.decode(reply.answer.authority) == shown
            else {
                connection.close()
                throw AgentError(.authorityChanged, self.phrases.authorityContradicts(self.address))
            }
            self.proven.withLock { $0 = shown }
            self.joined.withLock { joined in
                joined?.close()
                joined = connection
            }
            return reply.answer
        }
    }

    /// Opens the tunnel.
    public func openTunnel(token: String, code: Code) async throws -> AgentTunnel {
        guard let authority = certainAuthority else {
            throw AgentError(.relayFailed, phrases.authorityContradicts(address))
        }
        let layer = EncryptedLayer(code: try await StretchedCode.stretching(code, authority: authority))
        let joined = joined.withLock { $0.take() }
        return try await translating {
            try await self.client().openTunnel(RelayRoute.tunnel, token: token, over: joined) {
                try AgentTunnel(addingTo: $0, layer: layer)
            }
        }
    }

    /// Opens another tunnel.
    public func takeUp(_ connection: ResumableConnection<AgentEnd>, token: String) async throws {
        try await translating {
            try await self.client(on: connection.eventLoop).takeUp(
                RelayRoute.tunnel,
                token: token,
                connection.resume
            )
        }
    }

    /// SPKI SHA-256 of the relay's authority as a join has shown it.
    public var provenAuthority: [UInt8]? { proven.withLock { $0 } }

    /// Hands in what both signed.
    public func consent(_ request: ConsentRequest, token: String) async throws -> SessionStarted {
        try await translating { try await self.client().send(.POST, RelayRoute.consent, token: token, body: request) }
    }

    /// Stops the session's clock.
    public func pause(token: String) async throws -> SessionRecord {
        try await translating { try await self.client().send(.POST, RelayRoute.pause, token: token) }
    }

    /// Lets it run again.
    public func resume(token: String) async throws -> SessionRecord {
        try await translating { try await self.client().send(.POST, RelayRoute.resume, token: token) }
    }

    /// Tells the end.
    public func end(_ request: EndRequest, token: String) async throws -> SessionRecord {
        try await translating { try await self.client().send(.POST, RelayRoute.end, token: token, body: request) }
    }

    /// What every connection from now on must show, or nil before it is known.
    private var certainAuthority: [UInt8]? {
        if let proven = proven.withLock({ $0 }) { return proven }
        return switch trust {
        case .pinned(let digest, _), .remembered(let digest, _): digest
        case .authorities, .firstContact: nil
        }
    }

    /// A client that connects on one event loop, for a session whose authority is known.
    private func client(on eventLoop: any EventLoop) throws -> RelayClient {
        guard let proven = proven.withLock({ $0 }) else {
            throw AgentError(.relayFailed, phrases.authorityContradicts(address))
        }
        return try RelayClient(endpoint: endpoint, trust: .pin(proven), proxy: proxy, group: eventLoop)
    }

    private func client() throws -> RelayClient {
        let trust = try proven.withLock({ $0 }).map { TLSTrust.pin($0) } ?? trust.tls()
        return try RelayClient(endpoint: endpoint, trust: trust, proxy: proxy)
    }

    /// The pairing is bound to what was shown (`EncryptedLayer`), so that only now it is worth remembering.
    public func rememberAuthority() {
        guard let authority = provenAuthority else { return }
        if case .remembered = trust { return }
        if case .firstContact = trust { notice(phrases.firstContact(address, Hexadecimal.encode(authority))) }
        do throws(AgentError) {
            try memory.remember(authority, of: endpoint, at: Timestamp(seconds: now()))
        } catch {
            notice(phrases.cannotRemember(memory.file, error.diagnostics))
        }
    }

    private func translating<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let problem as RelayAPI.Problem {
            throw refusal(problem)
        } catch let error as RelayAPIError {
            throw failure(error)
        } catch let error as TLSError {
            throw AgentError(.relayFailed, error.description)
        }
    }

    private func refusal(_ problem: RelayAPI.Problem) -> AgentError {
        switch problem.code {
        case "codeNotValid": AgentError(.codeNotValid, phrases.codeNotValid)
        case "sessionEnded", "tokenNeeded":
            AgentError(.sessionOver, phrases.relaySaysNo(TerminalText.name(problem.message, limit: 400)))
        case "tooManyAttempts":
            AgentError(
                .tooManyAttempts(waitSeconds: min(max(problem.retryAfterSeconds ?? 5, 1), 3600)),
                phrases.relaySaysNo(TerminalText.name(problem.message, limit: 400))
            )
        default: AgentError(.relayRefused, phrases.relaySaysNo(TerminalText.name(problem.message, limit: 400)))
        }
    }

    private func failure(_ error: RelayAPIError) -> AgentError {
        let detail = TerminalText.name(error.diagnostics, limit: 400)
        return switch error.kind {
        case .tls(.wrongPin): AgentError(.authorityChanged, wrongPin)
        case .tls(.certificateRejected):
            if case .authorities(_, let file) = trust {
                AgentError(.authorityChanged, phrases.authorityNotPinned(address, source: file))
            } else {
                AgentError(.relayFailed, detail)
            }
        case .unreachable: AgentError(.relayFailed, phrases.relayUnreachable(detail))
        case .timedOut: AgentError(.relayFailed, phrases.relaySilent(detail))
        case .proxy(let failure): AgentError(.relayFailed, phrases.proxyFailed(failure, proxy: detail, relay: address))
        default: AgentError(.relayFailed, TerminalText.name(error.description, limit: 400))
        }
    }

    private var wrongPin: String {
        if proven.withLock({ $0 }) != nil { return phrases.authorityContradicts(address) }
        return switch trust {
        case .remembered(_, let since): phrases.authorityChanged(address, since: since.rfc3339, file: memory.file)
        case .pinned(_, let source): phrases.authorityNotPinned(address, source: source)
        case .authorities(_, let file): phrases.authorityNotPinned(address, source: file)
        case .firstContact: phrases.authorityContradicts(address)
        }
    }
}
