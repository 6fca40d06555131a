import FoundationEssentials
import Glibc
import Receipts
import RelayAPI

/// What lets a session go on after the relay's process was gone: one small file for each session that runs.
///
/// It is no part of the ledger: where it is lost or damaged, the session closes at its last checkpoint, and nothing else happens.
struct ResumptionFiles: Sendable {
    /// One session.
    struct Entry: Codable, Sendable, Equatable {
        let session: String
        /// SHA-256 of the agent's session token, in hexadecimal.
        let tokenDigest: String
        /// Who stopped the clock.
        var pausedBy: [String] = []
    }

    /// Nothing is kept where nil.
    let folder: String?

    /// - Throws: `RelayError`.
    func keep(_ entry: Entry) throws {
        guard let folder else { return }
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else {
            throw RelayError(
                kind: .file,
                diagnostics: "\(folder) cannot be made: \(String(cString: strerror(errno)))"
            )
        }
        let text = String(decoding: try JSONEncoder().encode(entry), as: UTF8.self)
        try RelayFolder.write(text, to: "\(folder)/\(entry.session).json", permissions: 0o600)
    }

    /// The session has ended.
    func remove(_ session: String) {
        guard let folder else { return }
        unlink("\(folder)/\(session).json")
    }

    func entry(of session: String) -> Entry? {
        guard let folder, let data = try? Data(contentsOf: URL(filePath: "\(folder)/\(session).json")) else {
            return nil
        }
        return try? JSONDecoder().decode(Entry.self, from: data)
    }
}
