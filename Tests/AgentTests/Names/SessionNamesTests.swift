import Contracts
import FoundationEssentials
import Glibc
import SupportChannel
import Testing

@testable import Agent

@Suite("Names for the Tab key", .timeLimit(.minutes(5)))
struct SessionNamesTests {
    /// A folder with logs, with files, and with something outside of both.
    private static func withFolder(_ body: (_ folder: String) async throws -> Void) async throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("lotse-names-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        let folder = url.resolvingSymlinksInPath().path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for name in ["log/nginx", "log/.private", "files/shop", "files/.ssh", "outside/secret"] {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        }
        for name in [
            "log/syslog", "log/syslog.1.gz", "log/.hidden", "log/nginx/access.log", "files/a b.txt", "files/.ssh/key",
            "outside/secret/key", "files/shop/shop.db",
        ] { try Data("x".utf8).write(to: URL(filePath: "\(folder)/\(name)")) }
        symlink("\(folder)/outside", "\(folder)/log/up")
        symlink("\(folder)/log/syslog", "\(folder)/log/current")
        symlink("\(folder)/files/a b.txt", "\(folder)/files/link")
        mkfifo("\(folder)/log/pipe", 0o600)
        try await body(folder)
    }

    @Test("beneath shared folders only, without what hides, leads out or is no file")
    func shared() async throws {
        try await Self.withFolder { folder in
            let logs = SharedNames(["\(folder)/log"], for: .logs)
            #expect(
                logs.continuing("\(folder)/log/")
                    == .init(names: ["current", "nginx/", "syslog", "syslog.1.gz"], looked: ["\(folder)/log"])
            )
            #expect(logs.continuing("\(folder)/log/sys")?.names == ["syslog", "syslog.1.gz"])
            #expect(logs.continuing("\(folder)/log/.")?.names == [".hidden", ".private/"])
            #expect(logs.continuing("\(folder)/log/nginx/a")?.names == ["access.log"])
            // What is shared itself may be told; what is outside is not looked at.
            #expect(logs.continuing("\(folder)/")?.names == ["log/"])
            #expect(logs.continuing("\(folder)/l")?.names == ["log/"])
            for outside in [
                "\(folder)/outside/", "\(folder)/o", "\(folder)/log/up/", "/etc/", "/nowhere/", "\(folder)/logs", "/\0",
            ] {
                #expect(logs.continuing(outside) == .init(), "\(outside)")
            }
            for wrong in ["", "log/", "syslog", "\(folder)/log/../outside/"] {
                #expect(logs.continuing(wrong) == nil, "\(wrong)")
            }
            let files = SharedNames(["\(folder)/files"], for: .files)
            #expect(files.continuing("\(folder)/files/")?.names == ["a b.txt", "shop/"])
            #expect(files.continuing("\(folder)/files/.")?.names == [])
            #expect(files.continuing("\(folder)/files/.ssh/") == .init())
            // One that the list itself names is open.
            #expect(
                SharedNames(["\(folder)/files/.ssh"], for: .files).continuing("\(folder)/files/.ssh/")?.names == ["key"]
            )
        }
    }

    @Test("a file that is shared by itself is told, and nothing beside it; shared folders from far above")
    func singleFile() async throws {
        try await Self.withFolder { folder in
            let one = SharedNames(["\(folder)/log/syslog", "\(folder)/log/nginx"], for: .logs)
            #expect(one.continuing("\(folder)/log/")?.names == ["nginx/", "syslog"])
            let above = try #require(one.continuing("/"))
            #expect(above.names.map { "/" + $0 } == ["\(folder)/log/nginx/", "\(folder)/log/syslog"])
        }
    }

    @Test("names that hide or move something are left out, and never more than 200 come")
    func hostile() async throws {
        try await Self.withFolder { folder in
            for index in 0..<210 { try Data().write(to: URL(filePath: "\(folder)/files/shop/n\(index)")) }
            for name in ["\u{1b}[2J", "a\u{202e}b", "a\nb", "a\u{200b}"] {
                try Data().write(to: URL(filePath: "\(folder)/files/shop/z\(name)"))
            }
            let names = SharedNames(["\(folder)/files"], for: .files)
            let answer = try #require(names.continuing("\(folder)/files/shop/"))
            #expect(answer.names.count == NamesResult.most && !answer.isWhole)
            #expect(names.continuing("\(folder)/files/shop/z") == .init(looked: ["\(folder)/files"]))
        }
    }

    @Test("the client sees once for each shared path that names are looked at; it counts as no action")
    func seen() async throws {
        try await Self.withFolder { folder in
            let run = try AgentRun(agrees: true, approval: .session, grants: [.logs, .files])
            let access = Contract.Access(grants: [.logs, .files], logs: ["\(folder)/log"], files: ["\(folder)/files"])
            _ = try await run.with { end in
                try await end.offer(Samples.terms(try Samples.contract(access: access), grants: ["logs", "files"]))
                for _ in 0..<3 {
                    #expect(try await end.names(.logs, "\(folder)/log/sys").names == ["syslog", "syslog.1.gz"])
                }
                #expect(try await end.names(.files, "\(folder)/files/s") == .init(names: ["shop/"], isWhole: true))
                let refusal = await #expect(throws: Refusal.self) { try await end.names(.logs, "syslog") }
                #expect(refusal?.status == 400)
                let (_, actions) = try await end.close()
                #expect(actions.actions.isEmpty)
                try await end.ask("end", EndParameters(problem: "the relay makes none"))
                try? await end.channel.close()
            }
            let lines = run.screen.text.components(separatedBy: "\n").filter { $0.contains("looks at names") }
            #expect(lines.count == 2)
            #expect(lines.first?.hasSuffix("jana looks at names in \(folder)/log") == true)
            #expect(lines.last?.hasSuffix("jana looks at names in \(folder)/files") == true)
            #expect(!run.screen.text.contains("[1]"))
        }
    }

    @Test("nothing is listed without a grant, without shared folders, or while the session is paused")
    func refused() async throws {
        let run = try AgentRun(agrees: true, approval: .session, grants: [.run, .files])
        let access = Contract.Access(grants: [.run, .logs, .files], logs: ["/var/log"])
        _ = try await run.with { end in
            try await end.offer(Samples.terms(try Samples.contract(access: access), grants: ["run", "logs", "files"]))
            for kind in [NamesParameters.Kind.logs, .files] {
                let refusal = await #expect(throws: Refusal.self) { try await end.names(kind, "/") }
                #expect(refusal?.status == 403)
            }
            try await end.ask("pause")
            let refusal = await #expect(throws: Refusal.self) { try await end.names(.logs, "/") }
            #expect(refusal?.status == 409)
            try await end.end()
        }
        #expect(!run.screen.text.contains("looks at names"))
        #expect(!run.screen.text.contains("refused"))
    }

    @Test("looking at names keeps no session from being idle")
    func idle() async throws {
        let time = ManualTime()
        let run = try AgentRun(grants: [.logs], time: time)
        _ = try await run.with { end in
            let access = Contract.Access(grants: [.logs], logs: ["/var/log"])
            try await end.offer(
                Samples.terms(try Samples.contract(access: access), grants: ["logs"], at: time.epochSeconds)
            )
            let listening = OneShot<Void>()
            async let event = end.event(listening: listening)
            _ = await listening.wait()
            await time.waitForSleep(of: .seconds(900))
            time.advance(by: .seconds(899))
            _ = try await end.names(.logs, "/")
            time.advance(by: .seconds(1))
            #expect(try await event.kind == .idle)
            try? await end.channel.close()
        }
    }
}

extension OperatorEnd {
    fileprivate func names(_ kind: NamesParameters.Kind, _ prefix: String) async throws -> NamesResult {
        try await perform("names", NamesParameters(kind: kind, prefix: prefix)) { replies, _ in
            try await replies.result(as: NamesResult.self)
        }
    }
}
