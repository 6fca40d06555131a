import FoundationEssentials
import Glibc
import Transcripts

/// The folder with all of the operator's state, `$LOTSE_HOME` or `~/.config/lotse`.
///
/// The folder and those in it are 0700, every file is 0600 and replaced as a whole: a reader sees the old or the new one.
///
/// | file | what it is |
/// | --- | --- |
/// | `login.json` | relay, authority, key and certificate |
/// | `login.pending.json` | a key whose certificate has not arrived yet |
/// | `ledger.head` | the last signed head of the ledger that the relay showed |
/// | `invitations/ID.json` | an open invitation with its code |
/// | `consents/ID.json` | what both ends signed before a session |
/// | `closings/ID.json` | what both ends said when it was over |
/// | `receipts/ID.json` | what it took and comes to, signed |
/// | `transcripts/ID/` | what was done and what came of it, for as long as the contract says (`TranscriptFolder`) |
/// | `sessions/ID.json`, `ID.socket`, `ID.log` | a live session and its holder |
/// | `resumptions/ID.json`, `ID.actions` | what takes a live session up again when its holder is gone |
/// | `history` | what was typed in the console |
public struct OperatorHome: Sendable {
    /// Where the folder is.
    public let path: String

    /// A home at `path`; nothing is made yet.
    public init(path: String) { self.path = path }

    /// The home that `environment` names.
    ///
    /// - Throws: `OperatorError` where it names neither `LOTSE_HOME` nor `HOME`.
    public static func standard(environment: [String: String] = ProcessInfo.processInfo.environment) throws
        -> OperatorHome
    {
        if let path = environment["LOTSE_HOME"], !path.isEmpty { return OperatorHome(path: path) }
        guard let home = environment["HOME"], !home.isEmpty else {
            throw OperatorError(.home, "there is neither LOTSE_HOME nor HOME (set LOTSE_HOME to a folder of your own)")
        }
        return OperatorHome(path: "\(home)/.config/lotse")
    }

    /// The file or folder called `name` in here.
    func path(of name: String) -> String { "\(path)/\(name)" }

    /// Makes the folder and those in it.
    public func prepare() throws {
        try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        for folder in [path]
            + [Self.invitations, Self.consents, Self.closings, Self.receipts, Self.sessions, Self.resumptions].map(
                path(of:)
            )
        {
            if mkdir(folder, 0o700) != 0 {
                guard errno == EEXIST else { throw Self.failure("make the folder", folder) }
                guard chmod(folder, 0o700) == 0 else { throw Self.failure("close to others the folder", folder) }
            }
        }
    }

    /// What was recorded of sessions.
    public var transcripts: TranscriptStore { TranscriptStore(path: path(of: "transcripts")) }

    static let invitations = "invitations"
    static let consents = "consents"
    static let closings = "closings"
    static let receipts = "receipts"
    static let sessions = "sessions"
    static let resumptions = "resumptions"

    private var parent: String {
        guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
            return path.hasPrefix("/") ? "/" : "."
        }
        return String(path[..<slash])
    }

    static func failure(_ action: String, _ path: String) -> OperatorError {
        OperatorError(
            .home,
            "cannot \(action) \(path): \(String(cString: strerror(errno))) (check its owner and the disk)"
        )
    }
}
