import ContractFiles
import Foundation
import HTTPTypes
import Ledger
import Logging
import NIOHTTP1
import Receipts
import RelayAPI
import TLS
import Testing

@testable import Relay

@Suite("Route access", .timeLimit(.minutes(2)))
struct RouteAccessTests {
    /// The table itself, from a desk that serves nobody.
    private func routes() async throws -> [APIRoute] {
        let path = FileManager.default.temporaryDirectory.appending(path: "lotse-routes-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try RelaySetup(path: path).initialize(hosts: ["localhost"])
        let folder = RelayFolder(path: path)
        let ledger = try Ledger.open(in: folder.ledgerFolder, signer: LedgerKeys.load(from: folder))
        let directory = OperatorDirectory(ledger: ledger)
        let metrics = RelayMetrics()
        let desk = SupportDesk(
            ledger: ledger,
            directory: directory,
            clock: .system,
            metrics: metrics,
            logger: Logger(label: "test"),
            authority: ""
        )
        let enrolment = Enrolment(
            ledger: ledger,
            authority: try folder.authority(),
            directory: directory,
            clock: .system
        )
        return RelayAPIRoutes(
            desk: desk,
            enrolment: enrolment,
            metrics: metrics,
            usage: RelayUsage(
                try await RelayConfiguration.load(folder, overrides: [:]),
                connections: ConnectionLimits(maximum: 1, maximumPerAddress: 1),
                desk: desk,
                metrics: metrics
            ),
            ledgerCertificate: "",
            supplier: { SupplierFile() }
        ).all
    }

    private func status(_ client: RelayClient, _ route: APIRoute, token: String? = nil) async -> String {
        let path = route.path.replacing(":id", with: "nothing")
        do {
            _ = try await client.send(.RAW(value: route.method.rawValue), path, token: token, as: Ignored.self)
            return "ok"
        } catch let problem as RelayAPI.Problem {
            return problem.code
        } catch let error as RelayAPIError {
            return "\(error.kind)"
        } catch {
            return "\(error)"
        }
    }

    private struct Ignored: Decodable {
        init(from decoder: any Decoder) {}
    }

    @Test("every route says no to strangers, wrong tokens, other authorities, lower roles and the revoked")
    func walk() async throws {
        let routes = try await routes()
        #expect(routes.count >= 20)
        try await RelayFixture.with { relay in
            _ = try await relay.login("owner")
            let auditor = try await relay.login("auditor", role: .auditor)
            let colleague = try await relay.login("colleague", role: .operator)
            let revoked = try await relay.login("revoked", role: .owner)
            try await relay.setup.revokeOperator("revoked")
            let stranger = try relay.stranger()
            let imposter = try Self.imposter(relay)
            await Self.untilRefused(revoked)

            for route in routes {
                let label = "\(route.method) \(route.path)"
                #expect(await status(imposter, route).hasPrefix("tls"), "\(label) to another authority's certificate")
                #expect(await status(revoked, route).hasPrefix("tls"), "\(label) to a revoked certificate")
                switch route.access {
                case .anyone:
                    if route.path == RelayRoute.tunnel {
                        #expect(await status(stranger, route) == "certificateNeeded")
                        #expect(await status(stranger, route, token: "wrong") == "tokenNeeded")
                    }
                case .agent:
                    #expect(await status(stranger, route) == "tokenNeeded", "\(label)")
                    #expect(
                        await status(stranger, route, token: String(repeating: "0", count: 64)) == "tokenNeeded",
                        "\(label)"
                    )
                    #expect(await status(colleague, route) == "tokenNeeded", "\(label)")
                case .operators(let least):
                    #expect(await status(stranger, route) == "certificateNeeded", "\(label)")
                    #expect(await status(stranger, route, token: "wrong") == "certificateNeeded", "\(label)")
                    #expect(
                        (await status(auditor, route) == "forbidden") == (least != .auditor),
                        "\(label) to an auditor"
                    )
                    #expect(
                        (await status(colleague, route) == "forbidden") == (least == .owner),
                        "\(label) to an operator"
                    )
                case .bookkeepers:
                    #expect(await status(stranger, route) == "certificateNeeded", "\(label)")
                    #expect(await status(auditor, route) != "forbidden", "\(label) to an auditor")
                    #expect(await status(colleague, route) == "forbidden", "\(label) to an operator")
                case .observers:
                    #expect(await status(stranger, route) != "certificateNeeded", "\(label) from this machine")
                }
            }
        }
    }

    @Test("metrics are for operators and this machine only")
    func metricsFromElsewhere() async throws {
        let elsewhere = ConnectionIdentity(peer: nil, address: try .init(ipAddress: "203.0.113.7", port: 1))
        let here = ConnectionIdentity(peer: nil, address: try .init(ipAddress: "127.0.0.1", port: 1))
        let mapped = ConnectionIdentity(peer: nil, address: try .init(ipAddress: "::ffff:127.0.0.1", port: 1))
        #expect(!elsewhere.isLoopback)
        #expect(here.isLoopback)
        #expect(mapped.isLoopback)
        let route = try #require(try await routes().first { $0.path == RelayRoute.metrics })
        #expect(route.access == .observers)
    }

    /// A certificate with the right name from an authority that is not the relay's.
    private static func imposter(_ relay: RelayFixture) throws -> RelayClient {
        let now = RelayClock.system.wall()
        let other = try CertificateAuthority.create(commonName: "Other", notBefore: now - 60, notAfter: now + 3600)
        let key = try PrivateKey.generate(.p256)
        let profile = CertificateProfile(
            commonName: "owner",
            dnsNames: [],
            ipAddresses: [],
            uris: ["lotse:operator:owner"],
            usage: .client,
            notBefore: now - 60,
            notAfter: now + 3600
        )
        return try RelayClient(
            endpoint: relay.endpoint,
            trust: .authorities([relay.authority]),
            certificate: other.issue(profile, for: key.publicKey),
            privateKey: key
        )
    }

    /// The relay looks at the ledger each second; asks until it has seen the revocation.
    private static func untilRefused(_ client: RelayClient) async {
        for _ in 0..<2000 {
            guard (try? await client.send(.GET, RelayRoute.whoami, as: Whoami.self)) != nil else { return }
        }
    }
}
