import FoundationEssentials
import Glibc
import TLS

/// The folder that is a relay: configuration, keys and ledger.
///
///     relay.yaml        how it serves                     supplier.yaml     who writes the invoices
///     tls/ca.pem        the authority, public             tls/ca.key        its key, 0600
///     tls/server.pem    the leaf that `serve` renews      tls/server.key    its key, 0600
///     sessions/         what lets sessions go on after a crash, 0600
///     ledger/           the ledger, its head, and ledger.key with its certificate ledger.pem
public struct RelayFolder: Sendable {
    /// The folder's path.
    public let path: String

    /// A folder that may or may not exist.
    public init(path: String) { self.path = path }

    var configurationFile: String { path + "/relay.yaml" }
    var supplierFile: String { path + "/supplier.yaml" }
    var authorityCertificateFile: String { path + "/tls/ca.pem" }
    var authorityKeyFile: String { path + "/tls/ca.key" }
    var serverCertificateFile: String { path + "/tls/server.pem" }
    var serverKeyFile: String { path + "/tls/server.key" }
    var serveLockFile: String { path + "/serve.lock" }
    var sessionsFolder: String { path + "/sessions" }
    var ledgerFolder: String { path + "/ledger" }
    var ledgerKeyFile: String { path + "/ledger/ledger.key" }
    var ledgerCertificateFile: String { path + "/ledger/ledger.pem" }

    /// The authority, with its key.
    ///
    /// - Throws: `RelayError` where the folder is no relay.
    func authority() throws -> CertificateAuthority {
        do {
            return try CertificateAuthority(
                certificate: Certificate(pem: try text(authorityCertificateFile)),
                key: PrivateKey(pem: try text(authorityKeyFile))
            )
        } catch let error as TLSError {
            throw RelayError(kind: .certificate, diagnostics: "\(path)/tls: \(error)")
        }
    }

    /// Before anything of the ledger is opened: files that somebody else makes in it would lock out the user whom the relay runs as.
    ///
    /// - Throws: `RelayError` (`folder`) where the folder is another user's. One that is not there is for others to tell.
    func checkOwner() throws {
        var status = stat()
        guard stat(path, &status) == 0, status.st_uid != geteuid() else { return }
        let owner = getpwuid(status.st_uid).map { String(cString: $0.pointee.pw_name) } ?? "'#\(status.st_uid)'"
        throw RelayError(
            kind: .folder,
            diagnostics: "\(path) belongs to another user, and so do all its files (sudo -u \(owner) lotse-relay …)"
        )
    }

    /// What a file says.
    func text(_ file: String) throws -> String {
        guard let data = try? Data(contentsOf: URL(filePath: file)), let text = String(validating: data, as: UTF8.self)
        else {
            throw RelayError(
                kind: .folder,
                diagnostics: "\(file) cannot be read (is \(path) a relay's folder? lotse-relay init makes one)"
            )
        }
        return text
    }

    /// Writes a new file that is complete or not there, with exactly these permissions.
    static func write(_ text: String, to file: String, permissions: mode_t) throws {
        let temporary = file + ".new"
        func fail() -> RelayError {
            let reason = String(cString: strerror(errno))
            unlink(temporary)
            return RelayError(kind: .file, diagnostics: "\(file) cannot be written: \(reason)")
        }
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, permissions)
        guard descriptor >= 0 else { throw fail() }
        let bytes = Array(text.utf8)
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else {
                let error = fail()
                close(descriptor)
                throw error
            }
            written += count
        }
        let isSynced = fchmod(descriptor, permissions) == 0 && fsync(descriptor) == 0
        close(descriptor)
        guard isSynced, rename(temporary, file) == 0 else { throw fail() }
    }
}
