import FoundationEssentials
import Glibc
import RelayAPI
import Testing

@testable import Operator

@Suite("The operator's folder")
struct OperatorHomeTests {
    private func mode(_ path: String) throws -> mode_t {
        var status = stat()
        try #require(stat(path, &status) == 0)
        return status.st_mode & 0o7777
    }

    @Test("folders are 0700 and files 0600, whatever the umask")
    func permissions() throws {
        let temporary = try TemporaryHome()
        let home = temporary.home
        let before = umask(0)
        defer { umask(before) }
        try home.write([1, 2, 3], to: "login.json")
        try home.write([1], to: "sessions/s.json")
        #expect(try mode(home.path) == 0o700)
        #expect(try mode(home.path(of: "sessions")) == 0o700)
        #expect(try mode(home.path(of: "login.json")) == 0o600)
        #expect(try mode(home.path(of: "sessions/s.json")) == 0o600)
    }

    @Test("a folder that others may enter is closed to them")
    func tightened() throws {
        let temporary = try TemporaryHome()
        try #require(chmod(temporary.home.path, 0o755) == 0)
        try temporary.home.prepare()
        #expect(try mode(temporary.home.path) == 0o700)
    }

    @Test("a reader sees the old or the new file, never a part of one")
    func atomic() async throws {
        let temporary = try TemporaryHome()
        let home = temporary.home
        let versions = [[UInt8](repeating: 1, count: 1 << 20), [UInt8](repeating: 2, count: 1 << 19)]
        try home.write(versions[0], to: "file")
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for round in 1...20 { try home.write(versions[round % 2], to: "file") }
            }
            for _ in 0..<100 {
                let bytes = try #require(try home.read("file"))
                #expect(versions.contains(bytes))
            }
            try await group.waitForAll()
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: home.path)
        #expect(Set(names) == ["closings", "consents", "file", "invitations", "receipts", "resumptions", "sessions"])
    }

    @Test("a file that cannot be replaced stays as it was, and nothing is left beside it")
    func failedWrite() throws {
        let temporary = try TemporaryHome()
        let home = temporary.home
        try FileManager.default.createDirectory(
            atPath: home.path(of: "file/in-the-way"),
            withIntermediateDirectories: true
        )
        #expect(throws: OperatorError.self) { try home.write([1], to: "file") }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: home.path).sorted() == [
                "closings", "consents", "file", "invitations", "receipts", "resumptions", "sessions",
            ]
        )
    }

    @Test(
        "an id never leads out of the folder",
        arguments: ["", "../login", "a/b", ".", "a b", "ä", String(repeating: "a", count: 65)]
    )
    func hostileId(id: String) {
        #expect(throws: OperatorError.self) { try OperatorHome.file("sessions", id, "json") }
    }

    @Test("the home is LOTSE_HOME, else below HOME")
    func standard() throws {
        #expect(try OperatorHome.standard(environment: ["LOTSE_HOME": "/a", "HOME": "/b"]).path == "/a")
        #expect(try OperatorHome.standard(environment: ["HOME": "/b"]).path == "/b/.config/lotse")
        #expect(throws: OperatorError.self) { try OperatorHome.standard(environment: [:]) }
    }

    @Test("expired invitations are forgotten, the newest comes first")
    func invitations() throws {
        let temporary = try TemporaryHome()
        for (id, expiry, written) in [
            ("old", 1000, 1), ("new", 5000, 9), ("a-newer", 6000, 2), ("newest", 6000, 3), ("z-newer", 6000, 1),
        ] as [(String, Int64, Int)] {
            let summary = InvitationSummary(
                invitation: id,
                room: "4821",
                contract: "acme",
                version: 1,
                hash: "00",
                category: "question",
                purpose: "a test",
                operator: "jan",
                state: .open,
                expiresAt: Timestamp(seconds: expiry),
                secretDigits: 7
            )
            try temporary.home.keep(KeptInvitation(invitation: summary, code: "4821-730-5519-4"))
            let times = [timespec](repeating: timespec(tv_sec: 100, tv_nsec: written), count: 2)
            try #require(utimensat(AT_FDCWD, temporary.home.path(of: "invitations/\(id).json"), times, 0) == 0)
        }
        let open = try temporary.home.openInvitations(at: Timestamp(seconds: 4000))
        #expect(open.map(\.invitation.invitation) == ["newest", "a-newer", "z-newer", "new"])
        #expect(try temporary.home.invitation("old") == nil)
    }

    @Test("a session whose holder is dead is forgotten; of several one must be chosen")
    func sessions() throws {
        let temporary = try TemporaryHome()
        let home = temporary.home
        #expect { try home.session(nil) } throws: { ($0 as? OperatorError)?.kind == .noSession }
        func remember(_ id: String, holder: Int32) throws {
            let start = Timestamp(seconds: 1)
            try home.remember(
                SessionFile(session: id, contract: "acme", agent: "box", startedAt: start, holder: holder)
            )
        }
        try remember("dead", holder: .max)
        try remember("live", holder: getpid())
        #expect(try home.session(nil).session == "live")
        #expect(try home.read("sessions/dead.json") == nil)
        try remember("other", holder: getpid())
        #expect { try home.session(nil) } throws: { "\($0)".contains("--session") }
        #expect(try home.session("other").session == "other")
        #expect { try home.session("dead") } throws: { ($0 as? OperatorError)?.kind == .noSession }
    }
}
