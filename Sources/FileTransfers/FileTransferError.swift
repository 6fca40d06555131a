#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Why a file is not carried over.
public struct FileTransferError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What stands in the way.
    public enum Kind: Sendable, Equatable, CaseIterable {
        /// The path does not begin at `/`, or goes by way of `..`.
        case badPath
        /// A name that would hide, move on a screen, or that no system takes.
        case badName
        /// A name with a dot in front.
        case hidden
        /// Outside of the folders that the client shares.
        case notShared
        /// A link leads out of the folders that the client shares.
        case leadsOutside
        /// Nothing is there.
        case missing
        /// The system does not allow it.
        case denied
        /// A symbolic link.
        case link
        /// A folder.
        case directory
        /// A device, a pipe, a socket.
        case special
        /// Something is there already.
        case exists
        /// Another transfer to the same name is under way.
        case busy
        /// Longer than what was agreed.
        case tooLarge
        /// There is no room.
        case full
        /// It changed while it was read.
        case changed
        /// What arrived is not what was announced.
        case mismatch
        /// The other end broke off before everything was there.
        case incomplete
        /// The system reported something else.
        case failed
    }

    /// What stands in the way.
    public let kind: Kind
    /// What the system says, where `kind` is `failed`.
    public let detail: String?

    /// A failure.
    public init(_ kind: Kind, detail: String? = nil) {
        self.kind = kind
        self.detail = detail
    }

    /// From an error number of a system call on a file or folder.
    public init(code: Int32) {
        switch code {
        case ENOENT, ENOTDIR: self.init(.missing)
        case EACCES, EPERM, EROFS: self.init(.denied)
        case ELOOP: self.init(.link)
        case EISDIR: self.init(.directory)
        case ENXIO, ENODEV: self.init(.special)
        case EEXIST: self.init(.exists)
        case EXDEV: self.init(.leadsOutside)
        // EFBIG: a limit of the process or of the file system (setrlimit(2), RLIMIT_FSIZE).
        case ENOSPC, EDQUOT, EFBIG: self.init(.full)
        case ENAMETOOLONG: self.init(.badName)
        default: self.init(.failed, detail: String(cString: strerror(code)))
        }
    }

    /// What is wrong and what to do, to stand behind the file's name.
    public var description: String {
        switch kind {
        case .badPath: "not a whole path without .. (begin it with /)"
        case .badName: "not a name for a file here (no control characters, at most \(FileName.longest) bytes)"
        case .hidden: "names with a dot in front stay where they are (choose a name without)"
        case .notShared: "the client does not share this (ask them to add it to --files)"
        case .leadsOutside: "leads to a place that the client does not share (ask them to add it to --files)"
        case .missing: "no such file or folder"
        case .denied: "the system does not allow it (check whose it is, and the permissions)"
        case .link: "a symbolic link (name the file that it leads to)"
        case .directory: "a folder (name one file)"
        case .special: "not a regular file"
        case .exists: "there is such a file already (--replace puts the new one in its place)"
        case .busy: "another transfer of this file is under way (wait for its end)"
        case .tooLarge: "larger than what the contract allows"
        case .full: "there is no room for it (make room, then repeat the command)"
        case .changed: "it changed while it was read (repeat the command)"
        case .mismatch: "what arrived is not what was announced, and was thrown away (repeat the command)"
        case .incomplete: "not all of it arrived (repeat the command, it goes on from there)"
        case .failed: detail ?? "the system gives no reason"
        }
    }
}
