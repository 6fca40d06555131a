import Foundation
import Glibc
import NIOCore
import Receipts
import Testing

@testable import FileTransfers

@Suite("Arriving files")
struct ArrivingFileTests {
    @Test("a file has its name only when all of it is there and right")
    func publishes() async throws {
        let folder = try TransferFolder()
        var file = try ArrivingFile("a.txt", in: folder.folder)
        try await file.append(ByteBuffer(string: "one "))
        try await file.append(ByteBuffer(string: "two"))
        #expect(folder.names == ["a.txt.lotse-part"])
        try await file.publish(digest: .sha256("one two"), isReplacing: false)
        #expect(folder.names == ["a.txt"])
        #expect(folder.text("a.txt") == "one two")
        #expect(try #require(try folder.mode("a.txt")) & 0o111 == 0)
    }

    @Test("another digest leaves nothing behind")
    func mismatch() async throws {
        let folder = try TransferFolder()
        var file = try ArrivingFile("a.txt", in: folder.folder)
        try await file.append(ByteBuffer(string: "one two"))
        let ready = file
        #expect(await expectFailure(.mismatch) { try await ready.publish(digest: .sha256("one"), isReplacing: true) })
        #expect(folder.names.isEmpty)
    }

    @Test("what an interrupted attempt left is hashed and gone on from")
    func resumes() async throws {
        let folder = try TransferFolder()
        try folder.write("a.txt.lotse-part", "one ")
        var file = try ArrivingFile("a.txt", in: folder.folder)
        #expect(try await file.resume(upTo: 7) == .sha256("one "))
        #expect(file.offset == 4)
        try await file.append(ByteBuffer(string: "two"))
        try await file.publish(digest: .sha256("one two"), isReplacing: false)
        #expect(folder.text("a.txt") == "one two")
    }

    @Test("what is longer than the file begins anew, and so does what the other end does not know")
    func restarts() async throws {
        let folder = try TransferFolder()
        try folder.write("a.txt.lotse-part", "something longer")
        var file = try ArrivingFile("a.txt", in: folder.folder)
        #expect(try await file.resume(upTo: 7) == nil)
        #expect(file.offset == 0)
        try await file.append(ByteBuffer(string: "wrong"))
        try file.restart()
        try await file.append(ByteBuffer(string: "right"))
        try await file.publish(digest: .sha256("right"), isReplacing: false)
        #expect(folder.text("a.txt") == "right")
    }

    @Test("nothing is overwritten unasked, whenever it appeared; what arrived is kept")
    func noReplace() async throws {
        let folder = try TransferFolder()
        var file = try ArrivingFile("a.txt", in: folder.folder)
        try await file.append(ByteBuffer(string: "new"))
        try folder.write("a.txt", "old")
        let ready = file
        #expect(await expectFailure(.exists) { try await ready.publish(digest: .sha256("new"), isReplacing: false) })
        #expect(folder.text("a.txt") == "old")
        #expect(folder.text("a.txt.lotse-part") == "new")
    }

    @Test("a file that is replaced passes its rights on, short of the right to run")
    func replaces() async throws {
        let folder = try TransferFolder()
        try folder.write("a.sh", "old")
        chmod(folder.path + "/a.sh", 0o4750)
        var file = try ArrivingFile("a.sh", in: folder.folder)
        try await file.append(ByteBuffer(string: "new"))
        try await file.publish(digest: .sha256("new"), isReplacing: true)
        #expect(folder.text("a.sh") == "new")
        #expect(try folder.mode("a.sh") == 0o640)
    }

    @Test("a link, a pipe or a second name in the place of the partial file is not written to")
    func inTheWay() async throws {
        let folder = try TransferFolder()
        try folder.write("victim", "keep me")
        symlink(folder.path + "/victim", folder.path + "/link.lotse-part")
        link(folder.path + "/victim", folder.path + "/hard.lotse-part")
        mkfifo(folder.path + "/pipe.lotse-part", 0o600)
        mkdir(folder.path + "/folder.lotse-part", 0o700)
        for name in ["link", "hard", "pipe", "folder"] {
            #expect(await expectFailure(.failed) { _ = try ArrivingFile(name, in: folder.folder) }, "\(name)")
        }
        #expect(folder.text("victim") == "keep me")
    }

    @Test("one transfer at a time holds a name")
    func busy() async throws {
        let folder = try TransferFolder()
        var first: ArrivingFile? = try ArrivingFile("a.txt", in: folder.folder)
        #expect(await expectFailure(.busy) { _ = try ArrivingFile("a.txt", in: folder.folder) })
        first?.removeIfEmpty()
        first = nil
        #expect(folder.names.isEmpty)
        _ = try ArrivingFile("a.txt", in: folder.folder)
    }

    @Test("an empty file arrives too")
    func empty() async throws {
        let folder = try TransferFolder()
        let file = try ArrivingFile("none", in: folder.folder)
        try await file.publish(digest: .sha256(""), isReplacing: false)
        file.removeIfEmpty()
        #expect(folder.text("none") == "")
    }
}
