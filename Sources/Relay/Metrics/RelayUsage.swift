import CoreMetrics
import Ledger

/// What is used of the relay's limits, beside the limits; found out when `/metrics` is asked.
struct RelayUsage: Sendable {
    private let connections: ConnectionLimits
    private let desk: SupportDesk
    private let gauges: Gauges

    init(_ configuration: RelayConfiguration, connections: ConnectionLimits, desk: SupportDesk, metrics: RelayMetrics) {
        self.connections = connections
        self.desk = desk
        gauges = Gauges(configuration, metrics.registry)
    }

    /// Brings the gauges up to date.
    ///
    /// - Throws: `LedgerError` where the ledger's disk cannot be asked.
    func record() async throws {
        let usage = connections.usage()
        gauges.connections.record(usage.connections)
        gauges.connectionsPerAddress.record(usage.perAddress)
        gauges.strangerBytes.record(usage.strangers * ConnectionLimits.strangerBytes)
        gauges.strangerSeconds.record(usage.longestStrangerSeconds)
        gauges.tunnelQueue.record(await desk.longestQueue)
        gauges.sessionsPerOperator.record(await desk.sessionCounts.values.max() ?? 0)
        let space = try desk.ledger.diskSpace()
        gauges.freeBytes.record(space.freeBytes)
        gauges.refusesSessions.record(space.takesSessions ? 0 : 1)
    }
}

/// A gauge for each limit, and one beside it that says how much it is.
private struct Gauges: Sendable {
    let connections: Gauge
    let connectionsPerAddress: Gauge
    let strangerBytes: Gauge
    let strangerSeconds: Gauge
    let tunnelQueue: Gauge
    let sessionsPerOperator: Gauge
    let freeBytes: Gauge
    let refusesSessions: Gauge

    init(_ configuration: RelayConfiguration, _ registry: PrometheusRegistry) {
        func gauge(_ name: String, _ help: String) -> Gauge {
            registry.describe(name, help)
            return Gauge(label: name, dimensions: [], factory: registry)
        }
        func gauge(_ name: String, _ help: String, limit: Int, _ setting: String) -> Gauge {
            gauge(name + "_limit", "What \(setting) in relay.yaml allows.").record(limit)
            return gauge(name, help)
        }
        connections = gauge(
            "lotse_connections",
            "Open connections.",
            limit: configuration.maximumConnections,
            "maximumConnections"
        )
        connectionsPerAddress = gauge(
            "lotse_connections_per_address",
            "Open connections of the address that has the most.",
            limit: configuration.maximumConnectionsPerAddress,
            "maximumConnectionsPerAddress"
        )
        strangerBytes = gauge(
            "lotse_unauthenticated_bytes",
            "Memory set apart for connections that have not proved who they are.",
            limit: configuration.unauthenticatedMebibytes << 20,
            "unauthenticatedMebibytes"
        )
        strangerSeconds = gauge(
            "lotse_unauthenticated_seconds",
            "How long the connection is there that has not proved who it is for longest.",
            limit: configuration.unauthenticatedSeconds,
            "handshakeSeconds and requestSeconds, for head and body,"
        )
        tunnelQueue = gauge(
            "lotse_tunnel_queue_bytes",
            "What is held of the tunnel direction of which most is held.",
            limit: configuration.tunnelQueueKibibytes << 10,
            "tunnelQueueKibibytes"
        )
        sessionsPerOperator = gauge(
            "lotse_sessions_per_operator",
            "Open sessions of the operator who has the most.",
            limit: configuration.maximumSessionsPerOperator,
            "maximumSessionsPerOperator"
        )
        freeBytes = gauge("lotse_ledger_disk_free_bytes", "What the ledger's disk has free.")
        gauge("lotse_ledger_reserve_bytes", "What ledgerReserveMebibytes in relay.yaml keeps for sessions that run.")
            .record(configuration.ledgerReserveMebibytes << 20)
        refusesSessions = gauge(
            "lotse_ledger_reserve_reached",
            "1 while no session starts, for the ledger's disk has less free than the reserve."
        )
    }
}
