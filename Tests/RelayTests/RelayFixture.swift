import Foundation
import Logging
import NIOConcurrencyHelpers
import NIOCore
import RelayAPI
import TLS

@testable import Relay

/// A relay that serves on a free port from a folder of its own, and operators who have logged in.
actor RelayFixture {
    nonisolated let path: String
    nonisolated let endpoint: RelayEndpoint
    nonisolated let authority: Certificate
    private let server: Task<Void, any Error>
    private let keys = NIOLockedValueBox<[String: PrivateKey]>([:])

    /// - Parameter settings: lines of `relay.yaml`, and what stands there instead.
    init(settings: [String: String] = [:]) async throws {
        path = FileManager.default.temporaryDirectory.appending(path: "lotse-relay-\(UUID().uuidString)").path
        let setup = RelaySetup(path: path)
        try setup.initialize(hosts: ["localhost", "127.0.0.1"])
        let folder = RelayFolder(path: path)
        for (line, other) in settings {
            let text = try folder.text(folder.configurationFile).replacingOccurrences(of: line, with: other)
            try Data(text.utf8).write(to: URL(fileURLWithPath: folder.configurationFile))
        }
        authority = try folder.authority().certificate
        let ready = AsyncThrowingStream<String, any Error>.makeStream()
        server = Task { [path] in
            do {
                try await RelayServer(path: path, overrides: ["listen": "127.0.0.1:0", "logLevel": "error"]).run {
                    ready.continuation.yield($0)
                }
                ready.continuation.finish()
            } catch {
                ready.continuation.finish(throwing: error)
                throw error
            }
        }
        var iterator = ready.stream.makeAsyncIterator()
        guard let address = try await iterator.next() else { throw CancellationError() }
        endpoint = try RelayEndpoint(url: address)
    }

    /// Runs `body` against a relay of its own and stops it.
    static func with(settings: [String: String] = [:], _ body: (RelayFixture) async throws -> Void) async throws {
        let fixture = try await RelayFixture(settings: settings)
        do {
            try await body(fixture)
        } catch {
            await fixture.stop()
            throw error
        }
        await fixture.stop()
    }

    func stop() async {
        server.cancel()
        _ = await server.result
        try? FileManager.default.removeItem(atPath: path)
    }

    nonisolated var setup: RelaySetup { RelaySetup(path: path) }

    /// A caller without a certificate.
    nonisolated func stranger() throws -> RelayClient {
        try RelayClient(endpoint: endpoint, trust: .authorities([authority]))
    }

    /// The key of an operator who has enrolled.
    nonisolated func key(of name: String) -> PrivateKey? { keys.withLockedValue { $0[name] } }

    /// An operator who has enrolled.
    nonisolated func login(_ name: String, role: RelayAPI.OperatorRole = .operator) async throws -> RelayClient {
        let added = try await setup.addOperator(name, email: nil, role: role)
        let key = try PrivateKey.generate(.p256)
        keys.withLockedValue { $0[name] = key }
        let token = EnrolmentToken(text: added.token)
        let request = EnrolRequest(
            token: RelayAPI.Hexadecimal.encode(token?.secret ?? []),
            certificateRequest: try CertificateSigningRequest(commonName: name, key: key).pem
        )
        let issued: RelayAPI.IssuedCertificate = try await stranger().send(.POST, RelayRoute.enrol, body: request)
        return try RelayClient(
            endpoint: endpoint,
            trust: .authorities([authority]),
            certificate: Certificate(pem: issued.certificate),
            privateKey: key
        )
    }
}

/// The shortest contract that is complete.
let exampleContract = """
    contract: minute
    title: Support by the minute
    timeZone: Europe/Berlin
    validFrom: 2026-01-01
    signedOn: 2026-01-01
    dataProcessingAgreement: "notApplicable: no personal data on the system"
    client: { name: Mia Klein Grafik, kind: business, street: Am Markt 1, postalCode: "10115", city: Berlin, country: DE, buyerReference: MK-1, eInvoiceAddress: { scheme: EM, value: mia@klein.example } }
    rates: { support: "90.00", dear: "150.00" }
    categories:
      - { id: support, kind: support, rate: support }
      - { id: extra, kind: support, rate: dear }
      - { id: defect, kind: warranty, rate: support }
    rounding: { per: session, step: 1m, mode: up }
    vat: { category: S, percent: 19 }
    """
