import ContractFiles
import Contracts
import Foundation
import Hummingbird
import HummingbirdCore
import Ledger
import Logging
import NIOCore
import NIOPosix
import RelayAPI
import ServiceLifecycle
import TLS

/// A relay that serves.
public struct RelayServer: Sendable {
    private let folder: RelayFolder
    private let overrides: [String: String]
    private let clock: RelayClock

    /// - Parameters:
    ///   - path: the relay's folder.
    ///   - overrides: settings of `relay.yaml` that options give, by name.
    public init(path: String, overrides: [String: String] = [:], clock: RelayClock = .system) {
        folder = RelayFolder(path: path)
        self.overrides = overrides
        self.clock = clock
    }

    /// Serves until SIGTERM or SIGINT, then ends all sessions cleanly and returns.
    ///
    /// - Parameter ready: is called once with `https://HOST:PORT`, when connections are accepted.
    /// - Throws: `RelayError`, `LedgerError`.
    public func run(ready: @escaping @Sendable (String) -> Void) async throws {
        try folder.checkOwner()
        let configuration = try await RelayConfiguration.load(folder, overrides: overrides)
        var logger = Logger(label: "lotse-relay") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = Logger.Level(rawValue: configuration.logLevel) ?? .notice
        let authority = try folder.authority()
        // Before the ledger: what it says is open is closed by whoever serves.
        let lock = try ServeLock(folder)
        defer { withExtendedLifetime(lock) {} }
        var options = LedgerOptions()
        options.reserveBytes = Int64(configuration.ledgerReserveMebibytes) << 20
        options.clock = clock.wall
        let ledger = try Ledger.open(in: folder.ledgerFolder, signer: LedgerKeys.load(from: folder), options: options)
        let directory = OperatorDirectory(ledger: ledger)
        try await directory.refresh()
        let metrics = RelayMetrics()
        let desk = SupportDesk(
            ledger: ledger,
            directory: directory,
            clock: clock,
            metrics: metrics,
            logger: logger,
            authority: RelayAPI.Hexadecimal.encode(authority.certificate.spkiSHA256),
            resumptions: ResumptionFiles(folder: folder.sessionsFolder),
            resumeSeconds: configuration.resumeSeconds,
            sessionsPerOperator: configuration.maximumSessionsPerOperator,
            tunnelQueueBytes: configuration.tunnelQueueKibibytes << 10
        )
        try await desk.start()
        let certificates = try ServerCertificates(
            folder: folder,
            authority: authority,
            hosts: configuration.hosts,
            clock: clock,
            handshakeTimeout: .seconds(Int64(configuration.handshakeSeconds)),
            isRevoked: { directory.isRevoked($0) }
        )
        let limits = ConnectionLimits(
            maximum: maximumConnections(configuration, logger),
            maximumPerAddress: configuration.maximumConnectionsPerAddress,
            maximumStrangers: configuration.unauthenticatedMebibytes << 20 / ConnectionLimits.strangerBytes
        )
        let routes = RelayAPIRoutes(
            desk: desk,
            enrolment: Enrolment(ledger: ledger, authority: authority, directory: directory, clock: clock),
            metrics: metrics,
            usage: RelayUsage(configuration, connections: limits, desk: desk, metrics: metrics),
            ledgerCertificate: try folder.text(folder.ledgerCertificateFile),
            supplier: supplier
        )
        tellOfSupplier(logger)
        let host = configuration.hosts.first ?? "localhost"
        let application = Application(
            router: RelayResponder.router(routes.all, desk: desk, logger: logger),
            server: HTTPServerBuilder { responder in
                RelayChildChannel(
                    responder: responder,
                    certificates: certificates,
                    tunnels: desk,
                    limits: limits,
                    requestTimeout: .seconds(Int64(configuration.requestSeconds))
                )
            },
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.listen.host, port: configuration.listen.port),
                serverName: nil,
                // As many as the kernel allows (net.core.somaxconn): whoever finds no place calls again a second later (RFC 6298 §2).
                backlog: 4096
            ),
            onServerRunning: { channel in
                ready(
                    RelayEndpoint(host: host, port: channel.localAddress?.port ?? configuration.listen.port).description
                )
            },
            eventLoopGroupProvider: .shared(RelayThreads.group),
            logger: logger
        )
        let deskService = DeskService(desk: desk, certificates: certificates, logger: logger)
        let memoryService = FreedMemoryService(traffic: desk.traffic, connections: limits)
        var group = ServiceGroupConfiguration(
            services: [.init(service: application), .init(service: deskService), .init(service: memoryService)],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        group.maximumGracefulShutdownDuration = .seconds(20)
        do {
            try await ServiceGroup(configuration: group).run()
        } catch {
            throw Self.explained(error, configuration.listen)
        }
        try await ledger.close()
    }

    /// No more than this process may have descriptors.
    private func maximumConnections(_ configuration: RelayConfiguration, _ logger: Logger) -> Int {
        let maximum = DescriptorLimit.connections(wanted: configuration.maximumConnections)
        if maximum < configuration.maximumConnections / 2 {
            logger.warning(
                "far fewer connections than maximumConnections, for this process may not open more files (LimitNOFILE=, ulimit -n)",
                metadata: ["connections": "\(maximum)"]
            )
        }
        return maximum
    }

    /// Said when it starts, and not only when the first invoice is due.
    private func tellOfSupplier(_ logger: Logger) {
        let file = supplier()
        guard file.supplier == nil, let first = file.problems.first else { return }
        logger.warning(
            "no invoice can be issued yet, for supplier.yaml is not filled in",
            metadata: ["problems": "\(file.problems.count)", "first": "\(first.rendered(file: "supplier.yaml"))"]
        )
    }

    private var supplier: @Sendable () -> SupplierFile {
        // A file that is not there is one in which everything is missing.
        { [folder] in SupplierFile.load(text: (try? folder.text(folder.supplierFile)) ?? "") }
    }

    private static func explained(_ error: any Error, _ listen: ListenAddress) -> any Error {
        let address = "\(listen.host):\(listen.port)"
        switch (error as? IOError)?.errnoCode {
        case EADDRINUSE:
            return RelayError(
                kind: .address,
                diagnostics: "\(address) is taken by another program (stop it, or serve with --listen ADDRESS:PORT)"
            )
        case EACCES:
            return RelayError(
                kind: .address,
                diagnostics: "\(address) may not be used (a port below 1024 needs a right; --listen chooses)"
            )
        case EADDRNOTAVAIL, EAFNOSUPPORT:
            return RelayError(
                kind: .address,
                diagnostics: "this machine has no address \(listen.host) (--listen 0.0.0.0:\(listen.port))"
            )
        default:
            return error
        }
    }
}

/// Lets time pass for the desk, and ends its sessions when the relay is told to stop.
private struct DeskService: Service {
    let desk: SupportDesk
    let certificates: ServerCertificates
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await desk.tick()
                do {
                    try certificates.renewIfNeeded()
                } catch {
                    logger.error("the server's certificate was not renewed", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: .seconds(1))
            }
        }
        await desk.stop()
    }
}
