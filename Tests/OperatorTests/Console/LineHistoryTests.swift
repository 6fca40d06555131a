import Glibc
import Testing

@testable import Operator

@Suite("History")
struct LineHistoryTests {
    @Test("kept for its owner alone, without repetitions, blanks and what begins with a space")
    func kept() throws {
        let temporary = try TemporaryHome()
        let path = temporary.home.path(of: "history")
        let history = try LineHistory(path: path)
        for line in ["run df", "run df", " secret", "   ", "", "status", "run df", String(repeating: "x", count: 5000)]
        {
            history.remember(line)
        }
        history.release()
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        #expect(try text(path) == "_HiStOrY_V2_\nrun\\040df\nstatus\nrun\\040df\n")
        #expect(access(path + ".new", F_OK) != 0)
    }

    @Test("goes on from the last time, and forgets the oldest lines")
    func bounded() throws {
        let temporary = try TemporaryHome()
        let path = temporary.home.path(of: "history")
        for first in [0, 900] {
            let history = try LineHistory(path: path)
            for index in first..<(first + 900) { history.remember("line\(index)") }
            history.release()
        }
        let lines = try text(path).split(separator: "\n")
        #expect(lines.count == 1001 && lines[1] == "line800" && lines.last == "line1799")
    }

    private func text(_ path: String) throws -> String {
        let file = try #require(fopen(path, "r"))
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}
