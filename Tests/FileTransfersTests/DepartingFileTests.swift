import Foundation
import Glibc
import NIOCore
import Receipts
import Testing

@testable import FileTransfers

@Suite("Departing files")
struct DepartingFileTests {
    private static func text(_ file: inout DepartingFile) async throws -> String {
        var text = ""
        while let piece = try await file.next() { text += String(buffer: piece) }
        return text
    }

    @Test("a file is read to its end and hashed on the way, also from the middle on")
    func reads() async throws {
        let folder = try TransferFolder()
        try folder.write("a", "one two")
        var file = try folder.folder.departing("a")
        #expect(try await file.skip(to: 4) == .sha256("one "))
        #expect(try await Self.text(&file) == "two")
        #expect(try file.finish() == .init(digest: .sha256("one two"), hasGrown: false))
        file.restart()
        #expect(try await Self.text(&file) == "one two")
    }

    @Test("what is appended meanwhile is not read, and is told")
    func grows() async throws {
        let folder = try TransferFolder()
        try folder.write("a", "one two")
        var file = try folder.folder.departing("a")
        try folder.append("a", " three")
        #expect(try await Self.text(&file) == "one two")
        #expect(try file.finish() == .init(digest: .sha256("one two"), hasGrown: true))
    }

    @Test("a file that becomes shorter, or is written to, is no file to give away")
    func changes() async throws {
        let folder = try TransferFolder()
        try folder.write("a", "one two")
        var shorter = try folder.folder.departing("a")
        truncate(folder.path + "/a", 3)
        #expect(await expectFailure(.changed) { _ = try await Self.text(&shorter) })
        var touched = try folder.folder.departing("a")
        #expect(try await Self.text(&touched) == "one")
        var times = [timeval(tv_sec: 1, tv_usec: 0), timeval(tv_sec: 1, tv_usec: 0)]
        utimes(folder.path + "/a", &times)
        let read = touched
        #expect(await expectFailure(.changed) { _ = try read.finish() })
    }

    @Test("a name that becomes a link while the file is read leads nowhere else")
    func swapped() async throws {
        let folder = try TransferFolder()
        try folder.write("a", "mine")
        try folder.write("b", "other")
        var file = try folder.folder.departing("a")
        unlink(folder.path + "/a")
        symlink(folder.path + "/b", folder.path + "/a")
        #expect(try await Self.text(&file) == "mine")
        #expect(await expectFailure(.link) { _ = try folder.folder.departing("a") })
    }

    @Test("only regular files are opened")
    func kinds() async throws {
        let folder = try TransferFolder()
        try folder.write("file", "")
        symlink("file", folder.path + "/link")
        mkfifo(folder.path + "/pipe", 0o600)
        mkdir(folder.path + "/folder", 0o700)
        for (name, kind) in [
            ("link", FileTransferError.Kind.link), ("pipe", .special), ("folder", .directory), ("none", .missing),
        ] {
            #expect(await expectFailure(kind) { _ = try folder.folder.departing(name) }, "\(name)")
        }
        let devices = try Folder(path: "/dev")
        #expect(await expectFailure(.special) { _ = try devices.departing("zero") })
        #expect(await expectFailure(.special) { _ = try DepartingFile(path: "/dev/zero") })
        #expect(await expectFailure(.directory) { _ = try DepartingFile(path: folder.path) })
    }
}

@Suite("Names and sizes of files")
struct FileNameTests {
    @Test(
        "a name is one component that shows itself as it is",
        arguments: [
            ("shop.db", true), ("Über uns.txt", true), (".env", true), ("", false), (".", false), ("..", false),
            ("a/b", false), ("a\nb", false), ("a\u{1b}[2J", false), ("a\u{202e}txt.exe", false), ("a\u{200b}", false),
            ("a\u{0}", false), (String(repeating: "x", count: 245), false), (String(repeating: "x", count: 244), true),
        ]
    )
    func names(name: String, isSafe: Bool) { #expect(FileName.isSafe(name) == isSafe) }

    @Test(
        "sizes are never shown larger than they are",
        arguments: [
            (0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1000, "1.0 kB"), (1999, "1.9 kB"),
            (999_999, "999.9 kB"), (1_000_000, "1.0 MB"), (12_345_678, "12.3 MB"), (2_000_000_000, "2.0 GB"),
            (Int64.max, "9.2 EB"),
        ]
    )
    func sizes(bytes: Int64, text: String) {
        #expect(FileSize.text(bytes) == text)
        #expect(FileSize.text(bytes, point: ",") == text.replacingOccurrences(of: ".", with: ","))
    }
}
