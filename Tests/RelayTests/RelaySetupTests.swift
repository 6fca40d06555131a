import Foundation
import RelayAPI
import Testing

@testable import Relay

@Suite("Relay set-up", .timeLimit(.minutes(5)))
struct RelaySetupTests {
    private func temporary() -> String {
        FileManager.default.temporaryDirectory.appending(path: "lotse-setup-\(UUID().uuidString)").path
    }

    private func permissions(_ path: String) -> Int {
        (try? FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int) ?? -1
    }

    @Test("init makes a private folder with everything in it")
    func initialize() throws {
        let path = temporary()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let setup = RelaySetup(path: path)
        try setup.initialize(hosts: ["relay.example.org", "203.0.113.7"])
        #expect(permissions(path) == 0o700)
        for file in ["tls/ca.key", "tls/server.key", "ledger/ledger.key", "relay.yaml", "supplier.yaml"] {
            #expect(permissions(path + "/" + file) == 0o600, "\(file)")
        }
        #expect(try setup.pin().count == 64)
        #expect(try setup.verify().ok)
    }

    @Test(
        "another user's folder is left as it is, and the sentence says whose it is",
        .enabled(if: geteuid() == 0, "only root may give a folder away")
    )
    func anotherOwner() async throws {
        let path = temporary()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let setup = RelaySetup(path: path)
        try setup.initialize(hosts: ["relay.example.org"])
        let nobody = try #require(getpwnam("nobody")?.pointee.pw_uid)
        #expect(chown(path, nobody, gid_t(0)) == 0)
        let before = try FileManager.default.subpathsOfDirectory(atPath: path).sorted()
        func isRefused(_ body: () async throws -> Void) async {
            let error = await #expect(throws: RelayError.self) { try await body() }
            #expect(error?.diagnostics.contains("sudo -u nobody lotse-relay") == true)
        }
        await isRefused { _ = try await setup.addOperator("jana", email: nil, role: .owner) }
        await isRefused { _ = try setup.verify() }
        await isRefused { try await setup.backup(to: path + "/copy") }
        await isRefused { try await RelayServer(path: path).run { _ in } }
        #expect(try FileManager.default.subpathsOfDirectory(atPath: path).sorted() == before)
    }

    @Test("init leaves a folder that is not empty as it is")
    func notEmpty() throws {
        let path = temporary()
        defer { try? FileManager.default.removeItem(atPath: path) }
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try Data("mine".utf8).write(to: URL(filePath: path + "/notes.txt"))
        #expect { try RelaySetup(path: path).initialize(hosts: ["a"]) } throws: { ($0 as? RelayError)?.kind == .folder }
        #expect(try FileManager.default.contentsOfDirectory(atPath: path) == ["notes.txt"])
    }

    @Test("init refuses what is no host", arguments: [[], [""], ["a b"], ["a\",b"], ["häfen.example"]])
    func hosts(hosts: [String]) {
        let path = temporary()
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect { try RelaySetup(path: path).initialize(hosts: hosts) } throws: {
            ($0 as? RelayError)?.kind == .configuration
        }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test("a second relay on the same folder starts nothing and closes nothing")
    func secondServer() async throws {
        try await RelayFixture.with { relay in
            let jana = try await relay.login("jana")
            try await relay.addContract(jana)
            let started = try await relay.consent(try await relay.meet(jana))
            await #expect {
                try await RelayServer(path: relay.path, overrides: ["listen": "127.0.0.1:0"]).run { _ in }
            } throws: {
                ($0 as? RelayError)?.kind == .folder
            }
            #expect(throws: RelayError.self) { try relay.setup.restore(from: "/nonexistent") }
            #expect(try await relay.record(jana, started.session)?.state == .running)
        }
    }

    @Test("the first operator is owner; a known one gets a fresh token")
    func operators() async throws {
        let path = temporary()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let setup = RelaySetup(path: path)
        try setup.initialize(hosts: ["localhost"])
        let first = try await setup.addOperator("jana", email: nil, role: .operator)
        #expect(first.role == .owner)
        let again = try await setup.addOperator("jana", email: nil, role: .operator)
        #expect(again.token != first.token && again.role == .owner)
        #expect(try await setup.addOperator("max", email: nil, role: .auditor).role == .auditor)
        #expect(try await setup.operators().map(\.operator) == ["jana", "max"])
        for name in ["", "a b", "1a", "ä", "a/b", String(repeating: "a", count: 65)] {
            await #expect(throws: RelayError.self) { try await setup.addOperator(name, email: nil, role: .operator) }
        }
    }

    @Test("a backup comes back into a fresh folder with the same key")
    func backup() async throws {
        let (path, file) = (temporary(), temporary())
        defer {
            try? FileManager.default.removeItem(atPath: path)
            try? FileManager.default.removeItem(atPath: file)
        }
        let setup = RelaySetup(path: path)
        try setup.initialize(hosts: ["localhost"])
        _ = try await setup.addOperator("jana", email: nil, role: .owner)
        try await setup.backup(to: file)
        let ledger = URL(filePath: path + "/ledger")
        for name in try FileManager.default.contentsOfDirectory(atPath: ledger.path)
        where !["ledger.key", "ledger.pem"].contains(name) {
            try FileManager.default.removeItem(at: ledger.appending(path: name))
        }
        try setup.restore(from: file)
        #expect(try setup.verify().ok)
        #expect(try await setup.operators().map(\.operator) == ["jana"])
    }
}

@Suite("Relay configuration")
struct RelayConfigurationTests {
    private func load(_ text: String, _ overrides: [String: String] = [:]) async throws -> RelayConfiguration {
        let path = FileManager.default.temporaryDirectory.appending(path: "lotse-configuration-\(UUID().uuidString)")
            .path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: path + "/relay.yaml"))
        return try await RelayConfiguration.load(RelayFolder(path: path), overrides: overrides)
    }

    @Test("the template is a configuration")
    func template() async throws {
        let configuration = try await load(RelayConfiguration.template(hosts: ["relay.example.org", "203.0.113.7"]))
        #expect(configuration.hosts == ["relay.example.org", "203.0.113.7"])
        #expect(configuration.listen == ListenAddress("[::]:4470"))
        #expect(configuration.maximumConnections == 20_000)
    }

    @Test("what a file leaves out is what the template says")
    func defaults() async throws {
        let template = try await load(RelayConfiguration.template(hosts: ["localhost"]))
        #expect(try await load("hosts: [localhost]") == template)
    }

    @Test("options go before the file")
    func options() async throws {
        let text = RelayConfiguration.template(hosts: ["localhost"])
        let configuration = try await load(text, ["listen": "127.0.0.1:0", "logLevel": "debug"])
        #expect(configuration.listen == ListenAddress("127.0.0.1:0"))
        #expect(configuration.logLevel == "debug")
    }

    @Test(
        "a setting that makes no sense is named",
        arguments: [
            ("listen: nowhere\nhosts: [a]", "listen"), ("hosts: []", "hosts"),
            ("hosts: [a]\nmaximumConnections: 1", "maximumConnections"),
            ("hosts: [a]\nmaximumConnections: many", "maximumConnections must be a number from 10 to 1000000"),
            ("hosts: [a]\nmaximumConnections: [20000]", "maximumConnections"),
            ("hosts: [a]\nmaximumConnectionsPerAddress: 0", "maximumConnectionsPerAddress"),
            ("hosts: [a]\nunauthenticatedMebibytes: 0", "unauthenticatedMebibytes"),
            ("hosts: [a]\nhandshakeSeconds: 0", "handshakeSeconds"),
            ("hosts: [a]\nrequestSeconds: -1", "requestSeconds"),
            ("hosts: [a]\ntunnelQueueKibibytes: 1", "tunnelQueueKibibytes"),
            ("hosts: [a]\nmaximumSessionsPerOperator: 0", "maximumSessionsPerOperator"),
            ("hosts: [a]\nledgerReserveMebibytes: -64", "ledgerReserveMebibytes"),
            ("hosts: [a]\nlogLevel: loud", "logLevel"), ("hosts: [a", "a bracket is not closed"),
            ("hosts: [a]\nlisten: \"::1:80\"", "listen"),
            (
                "hosts: [a]\nmaximumConections: 50",
                "yaml:2:1: error: there is no field \"maximumConections\" (did you mean"
            ),
            ("hosts: [a]\nhandshakeSeconds: 5\nhandshakeSeconds: 10", "is there twice, first in line 2"),
        ]
    )
    func nonsense(text: String, name: String) async {
        await #expect { try await load(text) } throws: { "\($0)".contains(name) }
    }
}
