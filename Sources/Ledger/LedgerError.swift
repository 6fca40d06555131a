internal import GRDB

/// What can go wrong with the ledger. Every failed write left nothing behind.
public struct LedgerError: Error, Hashable, Sendable {
    /// The kind of failure, for programs.
    public enum Kind: String, Hashable, Sendable {
        /// There is no ledger in the folder.
        case missing
        /// There is something already where something new should go.
        case exists
        /// The file is no ledger, or it is damaged.
        case corrupt
        /// The ledger was written by another version of Lotse.
        case otherVersion
        /// The ledger and its signed head contradict each other.
        case tampered
        /// The disk under the ledger is full, or its reserve would be touched.
        case diskFull
        /// The disk refused to read or write.
        case io
        /// Another process held the ledger for too long.
        case busy
        /// What the call names is not in the ledger.
        case notFound
        /// What the call asks for contradicts what the ledger holds.
        case conflict
        /// What the call was prepared from is not all that the ledger holds by now.
        case outdated
        /// The operator was revoked.
        case revoked
        /// An enrolment token has expired.
        case expired
        /// An enrolment token was used with another key, or a session's invitation is used up.
        case used
        /// The room is taken or rests.
        case roomTaken
        /// The session has ended.
        case sessionEnded
        /// A value is outside its range.
        case invalid
        /// A failure of the ledger itself.
        case `internal`
    }

    /// The kind of failure.
    public let kind: Kind
    /// One sentence for people: what failed, what to do next.
    public let diagnostics: String

    /// A failure with its sentence.
    public init(_ kind: Kind, _ diagnostics: String) {
        self.kind = kind
        self.diagnostics = diagnostics
    }
}

extension LedgerError: CustomStringConvertible {
    /// The sentence.
    public var description: String { diagnostics }
}

extension LedgerError {
    /// The sentence for what SQLite reports; any other error stays what it is.
    static func translating(_ error: any Error) -> any Error {
        guard let error = error as? DatabaseError else { return error }
        switch error.resultCode {
        case .SQLITE_FULL: return diskFull
        case .SQLITE_IOERR, .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM:
            return LedgerError(
                .io,
                "the disk under the ledger cannot be read or written (\(error.message ?? "no reason given"), SQLite code \(error.extendedResultCode.rawValue)); check the disk and the folder's permissions"
            )
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return LedgerError(.busy, "another process keeps the ledger locked; wait for it to finish and try again")
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            return LedgerError(.corrupt, "the ledger's file is damaged; restore it from a backup")
        default:
            return LedgerError(
                .internal,
                "the ledger refused the operation (\(error.message ?? "no reason given"), SQLite code \(error.extendedResultCode.rawValue)); nothing was written"
            )
        }
    }

    static let diskFull = LedgerError(.diskFull, "the disk under the ledger is full; free space and try again")

    /// The sentence for a failed system call.
    static func system(_ purpose: String, _ code: Int32) -> LedgerError {
        FileSystem.isFull(code)
            ? diskFull
            : LedgerError(.io, "could not \(purpose): \(FileSystem.reason(code)); check the disk and try again")
    }
}
