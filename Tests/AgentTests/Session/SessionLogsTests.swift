import Contracts
import FoundationEssentials
import NIOCore
import SupportChannel
import Testing

@testable import Agent

@Suite("Reading logs in a session", .timeLimit(.minutes(5)))
struct SessionLogsTests {
    /// A folder of its own for each test.
    private static func folder() throws -> String {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lotse-logs-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder.resolvingSymlinksInPath().path
    }

    private struct Read: Sendable {
        var text = ""
        var notices: [SupportChannel.LogNotice] = []
    }

    private static func read(_ end: OperatorEnd, _ paths: [String], lines: Int? = nil) async throws -> Read {
        try await end.perform("logs", LogsParameters(paths: paths, lines: lines, follow: false)) { replies, _ in
            var read = Read()
            while let frame = try await replies.next() {
                switch frame.kind {
                case .source:
                    #expect(frame.payload.getInteger(at: frame.payload.readerIndex, as: UInt16.self) == 0)
                    read.text += String(decoding: frame.payload.readableBytesView.dropFirst(2), as: UTF8.self)
                case .notice: read.notices.append(try frame.decoded(as: SupportChannel.LogNotice.self))
                default: return read
                }
            }
            return read
        }
    }

    @Test("gives the last lines of a file that the contract names")
    func contractPath() async throws {
        let folder = try Self.folder()
        try Data("one\ntwo\nthree\n".utf8).write(to: URL(filePath: folder + "/shop.log"))
        let run = try AgentRun()
        _ = try await run.with { end in
            try await end.offer(Samples.terms(try Samples.contract(access: Contract.Access(logs: [folder]))))
            let read = try await Self.read(end, [folder + "/shop.log"], lines: 2)
            #expect(read.text == "two\nthree\n")
            #expect(read.notices.isEmpty)
            try await end.end()
        }
        #expect(run.screen.text.contains("[1] reads: \(folder)/shop.log, the last 2 lines\n"))
        #expect(run.screen.text.contains("[1] was read after "))
        try FileManager.default.removeItem(atPath: folder)
    }

    @Test("refuses what lies outside of the shared folders, and a link that leads there")
    func outside() async throws {
        let folder = try Self.folder()
        try FileManager.default.createSymbolicLink(atPath: folder + "/link", withDestinationPath: "/etc/passwd")
        let run = try AgentRun(logs: [folder])
        _ = try await run.with { end in
            // The contract's own list does not count where the client names other places.
            try await end.offer(Samples.terms(try Samples.contract(access: Contract.Access(logs: ["/etc"]))))
            for path in ["/etc/passwd", folder + "/../../etc/passwd", folder + "/link"] {
                let read = try await Self.read(end, [path])
                #expect(read.text.isEmpty)
                #expect(read.notices.count == 1)
            }
            try await end.end()
        }
        #expect(run.screen.text.contains("[1] wants to read: /etc/passwd\n"))
        #expect(run.screen.text.contains("[1] /etc/passwd: you do not share this, so it is not read"))
        #expect(!run.screen.text.contains("[1] was read"))
        try FileManager.default.removeItem(atPath: folder)
    }

    @Test("a client who does not grant logs shares none")
    func notGranted() async throws {
        let run = try AgentRun(grants: [.run])
        _ = try await run.with { end in
            try await end.offer(Samples.terms(try Samples.contract()))
            await #expect(throws: Refusal(status: 403, message: "the client does not allow reading log files")) {
                try await Self.read(end, ["/var/log/nginx/access.log"])
            }
            try await end.end()
        }
    }

    @Test("following goes on as the file grows, until the operator breaks off")
    func follows() async throws {
        let folder = try Self.folder()
        let path = folder + "/shop.log"
        try Data("one\n".utf8).write(to: URL(filePath: path))
        let run = try AgentRun()
        let status = try await run.with { end in
            try await end.offer(Samples.terms(try Samples.contract(access: Contract.Access(logs: [folder]))))
            let first = OneShot<Void>()
            let second = OneShot<Void>()
            let following = Task {
                try await end.perform("logs", LogsParameters(paths: [path], lines: nil, follow: true)) { replies, _ in
                    var text = ""
                    while let frame = try await replies.next() {
                        text += String(decoding: frame.payload.readableBytesView.dropFirst(2), as: UTF8.self)
                        if text.contains("one\n") { first.trigger() }
                        if text.contains("two\n") { second.trigger() }
                    }
                }
            }
            _ = await first.wait()
            // Grown in place, not replaced.
            #expect(try await end.run(["sh", "-c", "echo two >> \"$0\"", path]).0.status == 0)
            _ = await second.wait()
            following.cancel()
            await run.screen.wait(for: "[1] was stopped after ")
            try await end.end()
        }
        #expect(status == 0)
        #expect(run.screen.text.contains("[1] reads: \(path), and goes on\n"))
        try FileManager.default.removeItem(atPath: folder)
    }

    @Test("v shows the lines as they would be sent, the question stays, and what is sent is the same")
    func preview() async throws {
        let folder = try Self.folder()
        try Data("password=hunter2\nplain\n".utf8).write(to: URL(filePath: folder + "/shop.log"))
        let time = ManualTime()
        let run = try AgentRun(terminal: true, approval: .each, time: time)
        let contract = try Samples.contract(access: Contract.Access(logs: [folder]))
        _ = try await run.with { end in
            try await end.offer(Samples.terms(contract, at: time.epochSeconds))
            let reading = Task { try await Self.read(end, [folder + "/shop.log"]) }
            await run.screen.wait(for: "v see what is sent")
            run.input.append("v")
            await run.screen.wait(for: "Blacked out in it: 1 password.\n")
            time.advance(by: .seconds(1))
            run.input.append("y")
            #expect(try await reading.value.text == "password=[redacted password]\nplain\n")
            try await end.end()
        }
        let text = run.screen.text
        #expect(
            text.contains("[1] this would be sent:\n  ==> \(folder)/shop.log <==\n  password=[redacted password]\n")
        )
        #expect(text.contains("[1] blacked out before it was sent: 1 password\n"))
        #expect(!text.contains("hunter2"))
        try FileManager.default.removeItem(atPath: folder)
    }
}
