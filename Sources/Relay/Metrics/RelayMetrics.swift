import CoreMetrics

/// What the relay counts; `/metrics` shows it.
struct RelayMetrics: Sendable {
    let registry: PrometheusRegistry
    let tunnels: Gauge
    let tunnelBytes: Counter
    let sessions: Gauge
    let sessionsStarted: Counter
    let invitations: Counter
    let joins: Counter
    let joinsRefused: Counter
    let ledgerEntries: Gauge

    init() {
        let registry = PrometheusRegistry()
        func gauge(_ name: String, _ help: String) -> Gauge {
            registry.describe(name, help)
            return Gauge(label: name, dimensions: [], factory: registry)
        }
        func counter(_ name: String, _ help: String) -> Counter {
            registry.describe(name, help)
            return Counter(label: name, dimensions: [], factory: registry)
        }
        self.registry = registry
        tunnels = gauge("lotse_tunnels", "Tunnels whose two ends are joined.")
        tunnelBytes = counter("lotse_tunnel_bytes_total", "Bytes passed on in tunnels, both ways.")
        sessions = gauge("lotse_sessions", "Sessions that are open.")
        sessionsStarted = counter("lotse_sessions_started_total", "Sessions that a client consented to.")
        invitations = counter("lotse_invitations_total", "Invitations made.")
        joins = counter("lotse_joins_total", "Agents that came with a room that was open.")
        joinsRefused = counter("lotse_joins_refused_total", "Agents that came with anything else.")
        ledgerEntries = gauge("lotse_ledger_entries", "Entries of the ledger.")
    }
}
