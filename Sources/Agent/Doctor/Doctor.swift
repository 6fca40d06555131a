import NIOCore
import RelayAPI

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
}
