import Foundation
import NIOCore
import Receipts

@testable import FileTransfers

/// A folder of its own for one test, removed with it.
final class TransferFolder {
    let path: String
    let folder: Folder

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/lotse-files-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        folder = try Folder(path: path)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/" + name))
    }

    /// Writes on at the end of the same file.
    func append(_ name: String, _ text: String) throws {
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path + "/" + name))
        try file.seekToEnd()
        try file.write(contentsOf: Data(text.utf8))
        try file.close()
    }

    func text(_ name: String) -> String? {
        (try? Data(contentsOf: URL(fileURLWithPath: path + "/" + name))).map { String(decoding: $0, as: UTF8.self) }
    }

    var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }

    func mode(_ name: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path + "/" + name)[.posixPermissions] as? Int
    }
}

/// Expects a failure of one kind.
func expectFailure(_ kind: FileTransferError.Kind, _ body: () async throws -> Void) async -> Bool {
    do {
        try await body()
        return false
    } catch {
        return (error as? FileTransferError)?.kind == kind
    }
}
