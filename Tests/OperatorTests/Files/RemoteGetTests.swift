import Foundation
import NIOCore
import Receipts
import SupportChannel
import Testing

@testable import Operator

@Suite("lotse get", .timeLimit(.minutes(5)))
struct RemoteGetTests {
    private let temporary: TemporaryHome
    private let errorOutput: Collected
    private let folder: String

    init() throws {
        temporary = try TemporaryHome()
        errorOutput = try Collected()
        folder = FileManager.default.temporaryDirectory.path + "/lotse-get-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    }

    /// Fetches from a fake agent that says this, and gives what is in the folder then.
    private func get(
        header: TransferHeader?,
        _ pieces: [String],
        result: TransferResult?
    ) async throws -> (outcome: RemoteRun.Outcome, names: [String]) {
        let get = RemoteGet(
            path: "/srv/a.txt",
            target: folder,
            errorOutput: errorOutput.output,
            signals: AsyncStream { _ in }
        )
        let outcome = try await HeldSession.run(in: temporary) { action in
            let replies = try await action.accept()
            if let header { try await replies.send(.notice, json: header) }
            for piece in pieces { try await replies.send(ActionFrame(.output, ByteBuffer(string: piece))) }
            if let result { try await replies.send(.result, json: result) }
            // Broken off: the stream is reset.
            if result == nil { throw ChannelError.eof }
        } _: { held in
            try await HolderClient.with(held.home) { await get.perform(on: $0) }
        }.result
        defer {
            for name in names { try? FileManager.default.removeItem(atPath: folder + "/" + name) }
        }
        return (outcome, names)
    }

    private var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted() }

    private let right = TransferResult(size: 7, digest: Digest.sha256("one two").hex)

    @Test("what arrives whole and right has its name, and is said")
    func whole() async throws {
        let (outcome, names) = try await get(header: .init(size: 7, offset: 0), ["one ", "two"], result: right)
        #expect(outcome.status == 0)
        #expect(outcome.message?.contains("7 bytes in 0:00") == true)
        #expect(outcome.message?.contains(Digest.sha256("one two").hex) == true)
        #expect(names == ["a.txt"])
        #expect(errorOutput.text.isEmpty)
    }

    @Test("a client's program that lies about size, beginning or digest gets no file a name")
    func lies() async throws {
        let lies: [(TransferHeader?, [String], TransferResult)] = [
            (.init(size: 3, offset: 0), ["one ", "two"], right),
            (.init(size: 9, offset: 0), ["one ", "two"], right),
            (.init(size: 7, offset: 0), ["one ", "six"], right),
            (.init(size: 7, offset: 4), ["two"], right),
            (.init(size: -1, offset: 0), ["one ", "two"], right),
            (.init(size: .max, offset: 0), ["one ", "two"], right),
            (.init(size: 7, offset: 0), ["one ", "two"], TransferResult(size: 7, digest: "abc")),
            (nil, ["one ", "two"], right),
            (nil, [], right),
        ]
        for lie in lies {
            let (outcome, names) = try await get(header: lie.0, lie.1, result: lie.2)
            #expect(outcome.status == 1, "\(lie)")
            #expect(outcome.message?.isEmpty == false)
            #expect(!names.contains("a.txt"), "\(lie)")
        }
    }

    @Test("what breaks off is kept, and its own words are passed on")
    func broken() async throws {
        let (cut, left) = try await get(header: .init(size: 7, offset: 0), ["one "], result: nil)
        #expect(cut.status == 1)
        #expect(left == ["a.txt.lotse-part"])
        let words = TransferResult(message: "/srv/a.txt: it changed while it was read (repeat the command)")
        let (changed, _) = try await get(header: .init(size: 7, offset: 0), ["one "], result: words)
        #expect(changed.status == 1)
        #expect(changed.message == words.message)
        let (nothing, names) = try await get(header: .init(size: 7, offset: 0), [], result: words)
        #expect(nothing.status == 1)
        #expect(names.isEmpty)
    }
}
