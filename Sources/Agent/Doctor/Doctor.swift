import NIOCore
import RelayAPI
import Synchronization
import TLS
import TerminalText

/// Finds out what keeps this computer from the relay: one thing after the other, up to the first that is in the way.
struct Doctor: Sendable {
    /// What is looked at, in this order.
    enum Check: String, CaseIterable, Codable, Sendable {
        /// The name leads to an address.
        case name
        /// That address takes connections.
        case connection
        /// The proxy lets them through.
        case proxy
        /// Nobody in between shows a certificate of their own.
        case interception
        /// This computer's clock is right.
        case clock
    }

    /// What was found.
    struct Finding: Codable, Sendable, Equatable {
        var check: Check
        /// Whether it is in order.
        var ok: Bool
        /// One sentence, safe to show.
        var message: String
    }

    let relay: RelayEndpoint
    let trust: RelayTrust
    let proxy: Proxy?
    /// The file in which relays are remembered.
    let memory: String
    let phrases: Phrases
    var lookup = AddressLookup.system
    var now: @Sendable () -> Int64 = { SystemTime().epochSeconds }
    var time: any AgentTime = SystemTime()

    /// How `lotse-relay init` begins its authority's name. It proves nothing, but who opens connections has another.
    private static let authorityPrefix = "Lotse authority of "
    /// How long a name may take.
    private static let lookupLimit: Duration = .seconds(10)
    /// Clocks that are no farther apart than so many seconds are right.
    static let clockTolerance: Int64 = 120

    init(_ configuration: AgentConfiguration, memory: String, phrases: Phrases) {
        relay = configuration.relay
        trust = configuration.trust
        proxy = configuration.proxy
        self.memory = memory
        self.phrases = phrases
    }

    /// Looks.
    ///
    /// - Parameter begins: hears which check comes next.
    /// - Returns: The findings; only the last may be a bad one.
    func findings(begins: (Check) -> Void = { _ in }) async -> [Finding] {
        begins(.name)
        let (name, addresses) = await lookUp()
        guard name.ok else { return [name] }
        begins(.connection)
        let connection = await connect(addresses)
        guard connection.ok else { return [name, connection] }
        begins(proxy == nil ? .interception : .proxy)
        return [name, connection] + (await look())
    }

    /// The host that connections go to: the proxy, where there is one, looks the relay's name up by itself.
    private var nearest: RelayEndpoint { proxy.map { RelayEndpoint(host: $0.host, port: $0.port) } ?? relay }

    private func lookUp() async -> (Finding, [SocketAddress]) {
        let (host, port, lookup) = (nearest.host, nearest.port, lookup)
        if let address = try? SocketAddress(ipAddress: host, port: port) {
            return (
                Finding(check: .name, ok: true, message: phrases.nameIsAddress(host, isProxy: proxy != nil)), [address]
            )
        }
        let outcome = await Awaited.of(limit: Self.lookupLimit, time: time) {
            try await lookup.addresses(host, port)
        }
        let message: String
        switch outcome {
        case .value(let addresses) where !addresses.isEmpty:
            let list = addresses.compactMap(\.ipAddress)
            let message = phrases.nameFound(host, addresses: list, isProxy: proxy != nil)
            return (Finding(check: .name, ok: true, message: message), addresses)
        case .value, .failure(AddressLookup.Failure.unknown):
            message = phrases.nameUnknown(host, isProxy: proxy != nil)
        case .failure, .timedOut, .interrupted: message = phrases.namesUnavailable(host)
        }
        return (Finding(check: .name, ok: false, message: message), [])
    }

    private func connect(_ addresses: [SocketAddress]) async -> Finding {
        let outcomes = await ConnectionTrial.outcomes(addresses)
        let message: String
        let working = outcomes.filter { $0.result == .answers }
        if let first = working.first {
            let dead = [NIOBSDSocket.ProtocolFamily.inet6, .inet].first { family in
                outcomes.contains { $0.address.protocol == family }
                    && !working.contains { $0.address.protocol == family }
            }
            message = phrases.connectionWorks(
                first.address.ipAddress ?? nearest.host,
                port: nearest.port,
                isProxy: proxy != nil,
                without: dead.map { $0 == .inet6 ? "IPv6" : "IPv4" }
            )
        } else if outcomes.contains(where: { $0.result == .refuses }) {
            message = phrases.connectionRefused(nearest.host, port: nearest.port, isProxy: proxy != nil)
        } else {
            message = phrases.connectionBlocked(nearest.host, port: nearest.port, isProxy: proxy != nil)
        }
        return Finding(check: .connection, ok: !working.isEmpty, message: message)
    }

    // MARK: - Beyond the connection

    /// One request to the relay, whose end tells how far it came.
    private func look() async -> [Finding] {
        let refused = Mutex<[Certificate]>([])
        let outcome: Result<RelaySight, any Error>
        do {
            let client = try RelayClient(
                endpoint: relay,
                trust: trust.tls(),
                proxy: proxy,
                whenRefused: { sent in refused.withLock { $0 = sent } }
            )
            outcome = .success(try await client.look())
        } catch {
            outcome = .failure(error)
        }
        let error = outcome.failure as? RelayAPIError
        if let proxy, case .proxy(let failure) = error?.kind {
            let message = phrases.sentence(phrases.proxyFailed(failure, proxy: "\(proxy)", relay: "\(relay)"))
            return [Finding(check: .proxy, ok: false, message: message)]
        }
        let passed = Finding(check: .proxy, ok: true, message: phrases.proxyPassed(proxy?.description))
        switch outcome {
        case .success(let sight): return [passed] + judge(sight)
        case .failure:
            return [passed]
                + judge(error?.kind, detail: "\(outcome.failure.map { "\($0)" } ?? "")", refused.withLock { $0 })
        }
    }

    private func judge(_ sight: RelaySight) -> [Finding] {
        let authority = sight.chain.last
        let interception: Finding
        if case .firstContact = trust {
            let name = TerminalText.name(authority?.commonName ?? "", limit: 80)
            let pin = Hexadecimal.encode(authority?.spkiSHA256 ?? [])
            let isOurs = name.hasPrefix(Self.authorityPrefix)
            interception = Finding(
                check: .interception,
                ok: isOurs,
                message: isOurs ? phrases.unknownAuthority(pin) : phrases.intercepted(by: name, relay: "\(relay)")
            )
        } else {
            interception = Finding(check: .interception, ok: true, message: phrases.notIntercepted)
        }
        guard interception.ok else { return [interception] }
        guard let date = sight.date else { return [interception] }
        let difference = now() - date.seconds
        let isRight = difference.magnitude <= Self.clockTolerance
        let message = isRight ? phrases.clockRight(difference) : phrases.clockWrong(difference)
        return [interception, Finding(check: .clock, ok: isRight, message: message)]
    }

    private func judge(_ kind: RelayAPIError.Kind?, detail: String, _ refused: [Certificate]) -> [Finding] {
        let issuer = TerminalText.name(refused.first?.issuerName ?? "", limit: 80)
        func interception(_ message: String) -> [Finding] {
            [Finding(check: .interception, ok: false, message: message)]
        }
        switch kind {
        case .tls(.certificateExpired):
            // The signatures were verified before the times were looked at: nobody else has made these certificates.
            let moment = now()
            let outside = refused.first { !($0.notBefore...max($0.notBefore, $0.notAfter)).contains(moment) }
            let message = phrases.clockOutside(
                Timestamp(seconds: moment).rfc3339,
                from: outside.map { Timestamp(seconds: $0.notBefore).rfc3339 },
                to: outside.map { Timestamp(seconds: $0.notAfter).rfc3339 }
            )
            return [
                Finding(check: .interception, ok: true, message: phrases.notIntercepted),
                Finding(check: .clock, ok: false, message: message),
            ]
        case .tls(.wrongPin), .tls(.certificateRejected):
            guard issuer.hasPrefix(Self.authorityPrefix) else {
                return interception(phrases.intercepted(by: issuer, relay: "\(relay)"))
            }
            return interception(phrases.sentence(otherAuthority))
        case .tls(.wrongHost):
            return interception(phrases.otherHost(TerminalText.name(names(refused), limit: 120), relay: relay.host))
        case .tls: return interception(phrases.noSecureConnection("\(relay)"))
        default: return interception(phrases.noRelay("\(relay)", detail: TerminalText.name(detail, limit: 300)))
        }
    }

    /// A Lotse relay answers, and not the one that is trusted.
    private var otherAuthority: String {
        switch trust {
        case .pinned(_, let source): phrases.authorityNotPinned("\(relay)", source: source)
        case .authorities(_, let file): phrases.authorityNotPinned("\(relay)", source: file)
        case .remembered(_, let since): phrases.authorityChanged("\(relay)", since: since.rfc3339, file: memory)
        case .firstContact: phrases.authorityContradicts("\(relay)")
        }
    }

    private func names(_ chain: [Certificate]) -> String {
        guard let certificate = chain.first else { return "" }
        let names = certificate.dnsNames.isEmpty ? [certificate.commonName ?? ""] : certificate.dnsNames
        return names.prefix(3).joined(separator: ", ")
    }
}

extension Result {
    fileprivate var failure: Failure? { if case .failure(let failure) = self { failure } else { nil } }
}
