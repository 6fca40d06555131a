import Foundation
import Glibc
import Testing

extension Mishaps {
    @Suite("A full disk", .enabled(if: SmallDisk.isPossible, "only root may mount a small disk"))
    struct FullDiskTests {
        @Test("with less space than the reserve no session starts, and both are told why")
        func reserve() async throws {
            try await Stage.with(isReady: false) { stage in
                try await SmallDisk.with(stage.relayFolder, mebibytes: 24) { disk in
                    try await stage.makeReady()
                    let invitation = try await stage.invite()
                    let agent = try stage.agent(invitation.code + "\n", "--yes")
                    let connect = try await stage.run("connect", "--background")
                    #expect(connect.status == 1)
                    #expect(connect.errorOutput.contains("free"), "\(connect.story)")
                    #expect(try await agent.ended() == 1)
                    #expect(agent.errorOutput.contains("free"), "\(agent.story)")
                    #expect(agent.errorOutput.contains("nothing was started"))
                    #expect(try await stage.json([SessionRow].self, "sessions", "--json").isEmpty)
                    #expect(try await stage.ledgerIsWhole())
                    try await stage.stopRelay()
                }
            }
        }

        @Test("an end that the disk has no room for is written as soon as it has, with the right time")
        func end() async throws {
            try await Stage.with(isReady: false) { stage in
                try await SmallDisk.with(stage.relayFolder, mebibytes: 24) { disk in
                    try await stage.makeReady(reserveMebibytes: 0)
                    let session = try await stage.session()
                    try disk.fill()
                    let before = Date()
                    let end = try await stage.run("end", "--summary", "looked")
                    let after = Date()
                    #expect(end.status == 1)
                    #expect(end.errorOutput.contains("full"), "\(end.story)")
                    try disk.empty()
                    let row = try await stage.closedRecord(of: session.id)
                    #expect(row.state == "ended")
                    let endedAt = try #require(try row.endedAt.map { try Date($0, strategy: .iso8601) })
                    // Labels are whole seconds.
                    #expect(endedAt.timeIntervalSince(before) > -2)
                    #expect(endedAt.timeIntervalSince(after) < 2)
                    #expect(row.summary == "looked")
                    #expect(try await stage.ledgerIsWhole())
                    try await stage.stopRelay()
                }
            }
        }
    }
}

/// A disk of a few MiB in memory.
struct SmallDisk {
    let folder: String

    /// Whether this machine lets us have one.
    static let isPossible: Bool = {
        let folder = FileManager.default.temporaryDirectory.path + "/lotse-\(UUID().uuidString.prefix(8))"
        guard mkdir(folder, 0o700) == 0 else { return false }
        defer { rmdir(folder) }
        guard mount("tmpfs", folder, "tmpfs", 0, "size=1m") == 0 else { return false }
        return umount2(folder, 0) == 0
    }()

    static func with(_ folder: String, mebibytes: Int, _ body: (SmallDisk) async throws -> Void) async throws {
        guard mkdir(folder, 0o700) == 0, mount("tmpfs", folder, "tmpfs", 0, "size=\(mebibytes)m,mode=0700") == 0 else {
            throw Failure("no small disk")
        }
        // MNT_DETACH: also where a program of a failed test still holds files there.
        defer { umount2(folder, 2) }
        try await body(SmallDisk(folder: folder))
    }

    private var filler: String { folder + "/filler" }

    /// Takes all its space.
    func fill() throws {
        let descriptor = open(filler, O_WRONLY | O_CREAT, 0o600)
        guard descriptor >= 0 else { throw Failure("\(filler) cannot be opened") }
        defer { close(descriptor) }
        for size in [1 << 20, 4096, 1] {
            let piece = [UInt8](repeating: 0, count: size)
            while write(descriptor, piece, size) == size {}
        }
        guard errno == ENOSPC else { throw Failure("the disk did not fill") }
    }

    /// Gives it back.
    func empty() throws { guard unlink(filler) == 0 else { throw Failure("\(filler) stays") } }
}
