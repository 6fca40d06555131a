import Contracts
import FoundationEssentials
import RelayAPI
import Testing

@testable import Agent

@Suite("Configuration")
struct AgentConfigurationTests {
    private let folder: TemporaryFolder
    private let places: AgentPlaces
    private let pin = String(repeating: "ab", count: 32)

    init() throws {
        folder = TemporaryFolder()
        places = AgentPlaces(
            files: [folder.path + "/beside.yaml", folder.path + "/etc.yaml"],
            memory: folder.path + "/share/relays.json",
            keepsakes: folder.path + "/share"
        )
    }

    private func configured(_ options: AgentOptions) throws -> AgentConfiguration {
        try AgentConfiguration(options: options, places: places)
    }

    private func failure(_ options: AgentOptions) -> AgentError? {
        do {
            _ = try AgentConfiguration(options: options, places: places)
            return nil
        } catch {
            return error
        }
    }

    @Test("the proxy is that of the environment, unless agent.yaml names one or none")
    func proxy() throws {
        let environment = ["HTTPS_PROXY": "http://jana:secret@p:1", "NO_PROXY": "10.0.0.0/8"]
        func proxy(_ line: String?, relay: String = "https://relay.example") throws -> String? {
            if let line { folder.write("relay: https://other.example\n\(line)\n", to: "beside.yaml") }
            let options = AgentOptions(relay: relay)
            return try AgentConfiguration(options: options, places: places, environment: environment).proxy?.description
        }
        #expect(try proxy(nil) == "http://p:1")
        #expect(try proxy(nil, relay: "https://10.1.1.1") == nil)
        #expect(try proxy("proxy: http://q:2") == "http://q:2")
        #expect(try proxy("proxy: http://q:2", relay: "https://10.1.1.1") == nil)
        #expect(try proxy("proxy: none") == nil)
        let error = #expect(throws: AgentError.self) { try proxy("proxy: socks5://jana:secret@q") }
        #expect(error?.status == 1)
        #expect(error?.diagnostics.contains("proxy in \(folder.path)/beside.yaml names a socks5 proxy") == true)
        #expect(error?.diagnostics.contains("secret") == false)
    }

    @Test("no relay is wrong usage, and says where one can be named")
    func nothing() {
        let error = failure(AgentOptions())
        #expect(error?.status == 64)
        #expect(error?.diagnostics.contains("--relay https://HOST:PORT") == true)
    }

    @Test("a file beside the program comes before the one of the system, options before both")
    func precedence() throws {
        folder.write("relay: https://etc.example\nlogs: [/etc-logs]\n", to: "etc.yaml")
        #expect(try configured(AgentOptions()).relay.host == "etc.example")
        folder.write("relay: https://beside.example:1\npin: \(pin)\n", to: "beside.yaml")
        let beside = try configured(AgentOptions())
        #expect(beside.relay == RelayEndpoint(host: "beside.example", port: 1))
        #expect(beside.trust == .pinned([UInt8](repeating: 0xAB, count: 32), by: folder.path + "/beside.yaml"))
        #expect(beside.logs == nil)
        let given = try configured(AgentOptions(relay: "https://given.example", logs: ["/var/log/a"]))
        #expect(given.relay.host == "given.example")
        #expect(given.trust == .firstContact, "a file's pin belongs to the file's relay")
        #expect(given.logs == ["/var/log/a"])
    }

    @Test("mistakes of a file are told with its name, all at once")
    func badFile() throws {
        let file = folder.write("relais: x\npin: a\npin: b\n", to: "beside.yaml")
        let error = try #require(failure(AgentOptions()))
        #expect(error.kind == .configuration)
        #expect(error.diagnostics.hasPrefix("\(file) has mistakes: line 1: an unknown key"))
        #expect(error.diagnostics.contains("line 3: pin a second time"))
    }

    @Test(
        "wrong options exit with 64",
        arguments: [
            AgentOptions(relay: "http://a"),
            AgentOptions(relay: "https://a/path"),
            AgentOptions(relay: "https://a", pin: "abc"),
            AgentOptions(relay: "https://a", grants: "run,look"),
            AgentOptions(relay: "https://a", grants: "run,logs", looks: true),
            AgentOptions(relay: "https://a", approval: "never"),
            AgentOptions(relay: "https://a", approval: ""),
            AgentOptions(relay: "https://a", grants: "everything"),
            AgentOptions(relay: "https://a", grants: ""),
            AgentOptions(relay: "https://a", logs: ["var/log"]),
        ]
    )
    func usage(options: AgentOptions) { #expect(failure(options)?.status == 64) }

    @Test(
        "grants are a list; where none is given a client who is asked may be asked for everything, a script for run and logs"
    )
    func grants() throws {
        #expect(try configured(AgentOptions(relay: "https://a")).grants == Set(Contract.Grant.allCases))
        #expect(try configured(AgentOptions(relay: "https://a", agrees: true)).grants == [.run, .logs])
        #expect(try configured(AgentOptions(relay: "https://a", grants: "run,shell,files,forward")).grants.count == 4)
        #expect(try configured(AgentOptions(relay: "https://a", grants: "logs")).grants == [.logs])
        #expect(try configured(AgentOptions(relay: "https://a", grants: "logs, run")).grants == [.run, .logs])
    }

    @Test("a client is asked before each action, a script that agrees by itself is not, unless it says so")
    func approval() throws {
        #expect(try configured(AgentOptions(relay: "https://a")).approval == .each)
        #expect(try configured(AgentOptions(relay: "https://a", agrees: true)).approval == .session)
        #expect(try configured(AgentOptions(relay: "https://a", agrees: true, approval: "each")).approval == .each)
        #expect(try configured(AgentOptions(relay: "https://a", approval: "session")).approval == .session)
    }

    @Test("whoever only lets look lets nothing run")
    func looks() throws {
        #expect(try configured(AgentOptions(relay: "https://a", looks: true)).grants == [.logs])
        #expect(
            try configured(AgentOptions(relay: "https://a", grants: "logs", agrees: true, looks: true)).grants == [
                .logs
            ]
        )
    }

    @Test("a file of authorities that is not there is a failure with its name")
    func missingAuthorities() {
        let error = failure(AgentOptions(relay: "https://a", authorities: "/no/such/ca.pem"))
        #expect(error?.status == 1)
        #expect(error?.diagnostics.contains("/no/such/ca.pem") == true)
    }

    @Test("a remembered relay is known again; --pin, --ca and a file's pin come before memory")
    func memory() throws {
        let memory = RelayMemory(file: places.memory)
        let endpoint = RelayEndpoint(host: "a", port: 443)
        try memory.remember([UInt8](repeating: 1, count: 32), of: endpoint, at: Timestamp(seconds: 5))
        let expected = RelayTrust.remembered([UInt8](repeating: 1, count: 32), since: Timestamp(seconds: 5))
        #expect(try configured(AgentOptions(relay: "https://a")).trust == expected)
        #expect(try configured(AgentOptions(relay: "https://a:444")).trust == .firstContact)
        let pinned = try configured(AgentOptions(relay: "https://a", pin: pin)).trust
        #expect(pinned == .pinned([UInt8](repeating: 0xAB, count: 32), by: "--pin"))
        let file = folder.write("PEM", to: "ca.pem")
        let authorities = try configured(AgentOptions(relay: "https://a", authorities: file)).trust
        #expect(authorities == .authorities(pem: Array("PEM".utf8), file: file))
    }
}

@Suite("Memory of relays")
struct RelayMemoryTests {
    private let folder: TemporaryFolder
    private let memory: RelayMemory
    private let one = RelayEndpoint(host: "one.example", port: 8443)
    private let two = RelayEndpoint(host: "two.example", port: 8443)

    init() throws {
        folder = TemporaryFolder()
        memory = RelayMemory(file: folder.path + "/.local/share/lotse/relays.json")
    }

    private func digest(_ byte: UInt8) -> [UInt8] { [UInt8](repeating: byte, count: 32) }

    @Test("keeps each relay's authority and the first time it was seen, for its owner's eyes only")
    func keeps() throws {
        #expect(try memory.authority(of: one) == nil)
        try memory.remember(digest(1), of: one, at: Timestamp(seconds: 10))
        try memory.remember(digest(2), of: two, at: Timestamp(seconds: 20))
        try memory.remember(digest(1), of: one, at: Timestamp(seconds: 30))
        #expect(try memory.authority(of: one) == RelayMemory.Known(authority: digest(1), since: Timestamp(seconds: 10)))
        #expect(try memory.authority(of: two) == RelayMemory.Known(authority: digest(2), since: Timestamp(seconds: 20)))
        let attributes = try FileManager.default.attributesOfItem(atPath: memory.file)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let folderAttributes = try FileManager.default.attributesOfItem(atPath: folder.path + "/.local/share/lotse")
        #expect(folderAttributes[.posixPermissions] as? Int == 0o700)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/.local/share/lotse")
        #expect(names == ["relays.json"])
    }

    @Test("a changed authority replaces the old one where somebody vouched for it")
    func replaces() throws {
        try memory.remember(digest(1), of: one, at: Timestamp(seconds: 10))
        try memory.remember(digest(3), of: one, at: Timestamp(seconds: 40))
        #expect(try memory.authority(of: one) == RelayMemory.Known(authority: digest(3), since: Timestamp(seconds: 40)))
    }

    @Test(
        "a damaged file is a failure, not a first contact",
        arguments: [
            "", "{}",
            #"{"relays":[{"relay":"https://one.example:8443","authority":"00","since":"2026-01-01T00:00:00Z"}]}"#,
        ]
    )
    func damaged(text: String) throws {
        let file = folder.write(text, to: "relays.json")
        let error = #expect(throws: AgentError.self) { try RelayMemory(file: file).authority(of: one) }
        #expect(error?.kind == .configuration)
        #expect(error?.diagnostics.contains(file) == true)
    }

    @Test("two programs that remember at once lose nothing")
    func atOnce() async throws {
        let (memory, count) = (memory, 20)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 1...count {
                group.addTask {
                    try memory.remember(
                        [UInt8](repeating: UInt8(index), count: 32),
                        of: RelayEndpoint(host: "r\(index).example", port: 1),
                        at: Timestamp(seconds: 1)
                    )
                }
            }
            try await group.waitForAll()
        }
        for index in 1...count {
            #expect(try memory.authority(of: RelayEndpoint(host: "r\(index).example", port: 1)) != nil)
        }
    }

    @Test("a place that cannot be written is a sentence")
    func unwritable() throws {
        let file = folder.write("", to: "file")
        #expect(throws: AgentError.self) {
            try RelayMemory(file: file + "/relays.json").remember(digest(1), of: one, at: Timestamp(seconds: 1))
        }
    }
}
