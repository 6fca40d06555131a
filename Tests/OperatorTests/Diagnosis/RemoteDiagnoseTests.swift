import Foundation
import Glibc
import NIOCore
import SupportChannel
import Testing

@testable import Operator

@Suite("lotse diagnose", .timeLimit(.minutes(5)))
struct RemoteDiagnoseTests {
    private let temporary: TemporaryHome
    private let output: Collected
    private let errorOutput: Collected

    init() throws {
        temporary = try TemporaryHome()
        output = try Collected()
        errorOutput = try Collected()
    }

    private var folder: String { temporary.root + "/found" }

    private func diagnose(
        isJSON: Bool = false,
        signals: AsyncStream<Int32> = AsyncStream { _ in },
        _ agent: @escaping AgentBehaviour
    ) async throws -> RemoteRun.Outcome {
        let diagnose = RemoteDiagnose(
            folder: folder,
            isJSON: isJSON,
            output: output.output,
            errorOutput: errorOutput.output,
            signals: signals
        )
        return try await HeldSession.run(in: temporary, agent: agent) { held in
            try await HolderClient.with(held.home) { await diagnose.perform(on: $0) }
        }.result
    }

    private func read(_ name: String) throws -> String {
        try String(contentsOfFile: folder + "/" + name, encoding: .utf8)
    }

    private static func send(_ text: String, _ source: Int, _ replies: ActionReplies) async throws {
        var payload = ByteBuffer(integer: UInt16(source))
        payload.writeString(text)
        try await replies.send(ActionFrame(.source, payload))
    }

    /// Answers every check with a full disk on standard output, df's or not.
    @Sendable private static func whole(_ action: IncomingAction) async throws {
        let checks = try action.parameters(as: DiagnoseParameters.self).checks
        let replies = try await action.accept()
        for (index, check) in checks.enumerated().reversed() {
            if check.id == "disk-space" {
                let rows = CheckSamples.df
                try await send(String(rows.prefix(100)), index * 2, replies)
                try await send(String(rows.dropFirst(100)), index * 2, replies)
                try await send("df: /x: denied\n", index * 2 + 1, replies)
            }
            let outcome: CheckNotice.Outcome = check.id == "disk-space" ? .ended : .absent
            try await replies.send(.notice, json: CheckNotice(index: index, outcome: outcome, status: 0))
        }
        try await replies.send(.result, json: DiagnoseResult(isWhole: true, redactions: ["password": 1]))
    }

    @Test("every check becomes a file beside a page and a record; the summary is short")
    func files() async throws {
        #expect(try await diagnose(Self.whole) == .init(status: 0))
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(names.count == CheckCatalogue.checks.count + 2)
        #expect(try read("disk-space.txt").hasPrefix("df -P -k\nstatus 0 after 0.0 s\n\nFilesystem "))
        #expect(try read("disk-space.txt").hasSuffix("\non standard error:\ndf: /x: denied\n"))
        #expect(try read("index.html").contains("/ is 97 % full"))
        #expect(try !read("index.html").contains("This is a part"))
        #expect(try read("diagnosis.json").contains("\"severity\" : \"bad\""))
        #expect(output.text.contains("BAD   / is 97 % full\n"))
        #expect(output.text.contains("blacked out on the client's machine: 1 password\n"))
        #expect(output.text.hasSuffix("page: \(folder)/index.html\n"))
        var status = stat()
        #expect(stat(folder, &status) == 0 && status.st_mode & 0o777 == 0o700)
    }

    @Test("as JSON the record is the whole of standard output")
    func json() async throws {
        #expect(try await diagnose(isJSON: true, Self.whole) == .init(status: 0))
        #expect(try output.text == read("diagnosis.json"))
    }

    @Test("a client who says no is heard, and no folder is left")
    func refused() async throws {
        let outcome = try await diagnose { _ in throw Refusal(status: 403, message: "the client said no to this") }
        #expect(outcome == .init(status: 1, message: "the client said no to this"))
        #expect(access(folder, F_OK) != 0)
    }

    @Test("nothing that is there is written over")
    func taken() async throws {
        mkdir(folder, 0o700)
        try Data("mine".utf8).write(to: URL(fileURLWithPath: folder + "/index.html"))
        let outcome = try await diagnose(Self.whole)
        #expect(outcome.status == 1)
        #expect(outcome.message?.contains("is there already and not an empty folder") == true)
        #expect(try read("index.html") == "mine")
    }

    @Test("what had arrived stays where the client's side breaks off, and the page says that it is a part")
    func brokenOff() async throws {
        let outcome = try await diagnose { action in
            let checks = try action.parameters(as: DiagnoseParameters.self).checks
            let index = try #require(checks.firstIndex { $0.id == "disk-space" })
            let replies = try await action.accept()
            try await Self.send(CheckSamples.df, index * 2, replies)
            try await replies.send(.notice, json: CheckNotice(index: index, outcome: .ended, status: 0))
            try await Self.send("half a l", 0, replies)
            try await replies.send(
                .result,
                json: DiagnoseResult(isWhole: false, message: "the client's side stopped it")
            )
        }
        #expect(outcome == .init(status: 1, message: "the client's side stopped it"))
        let total = CheckCatalogue.checks.count
        #expect(try read("index.html").contains("1 of \(total) checks arrived: the client&#39;s side stopped it."))
        #expect(try read("index.html").contains("/ is 97 % full"))
        #expect(try read("kernel-release.txt").contains("half a l"))
        #expect(output.text.contains("partial: the client's side stopped it\n"))
    }

    @Test("Ctrl-C keeps what has arrived")
    func interrupted() async throws {
        let (signals, signal) = AsyncStream<Int32>.makeStream()
        let path = folder + "/disk-space.txt"
        let outcome = try await diagnose(signals: signals) { action in
            let checks = try action.parameters(as: DiagnoseParameters.self).checks
            let index = try #require(checks.firstIndex { $0.id == "disk-space" })
            let replies = try await action.accept()
            try await Self.send(CheckSamples.df, index * 2, replies)
            try await replies.send(.notice, json: CheckNotice(index: index, outcome: .ended, status: 0))
            while access(path, F_OK) != 0 { await Task.yield() }
            signal.yield(SIGINT)
            while try await action.input.next() != nil {}
        }
        #expect(outcome.status == 130)
        #expect(try read("index.html").contains("it was interrupted here"))
        #expect(try read("index.html").contains("/ is 97 % full"))
    }

    @Test("what cannot be written is said, and the summary is there all the same")
    func unwritable() async throws {
        let path = folder
        let outcome = try await diagnose { action in
            // As a disk that is gone: the folder vanishes once it was made.
            rmdir(path)
            try await Self.whole(action)
        }
        #expect(outcome.status == 1)
        #expect(outcome.message?.hasSuffix("cannot be written (check the folder and the disk)") == true)
        #expect(output.text.contains("BAD   / is 97 % full\n"))
    }

    @Test("frames that belong to nothing, come twice or are too much change nothing else")
    func hostile() async throws {
        let outcome = try await diagnose { action in
            let count = try action.parameters(as: DiagnoseParameters.self).checks.count
            let replies = try await action.accept()
            try await Self.send("nobody's", 65_535, replies)
            try await replies.send(ActionFrame(.source, ByteBuffer(string: "x")))
            for index in [-1, .min, .max, count] {
                try await replies.send(.notice, json: CheckNotice(index: index, outcome: .ended, milliseconds: .min))
            }
            for _ in 0..<12 { try await Self.send(String(repeating: "y", count: 100_000), 0, replies) }
            try await replies.send(.notice, json: CheckNotice(index: 0, outcome: .ended, milliseconds: .max - 1))
            try await Self.send("late", 0, replies)
            try await replies.send(.notice, json: CheckNotice(index: 0, outcome: .absent))
            try await replies.send(.result, json: DiagnoseResult(isWhole: true))
        }
        // It said that it was whole, and was not.
        #expect(outcome.status == 1)
        let text = try read("kernel-release.txt")
        #expect(text.utf8.count < 600_000)
        #expect(!text.contains("late"))
        #expect(try read("index.html").contains("1 of \(CheckCatalogue.checks.count) checks arrived"))
    }
}
