import ContractFiles
import FoundationEssentials
import Glibc
import Ledger
import Receipts
import RelayAPI
import TLS

/// What works on a relay's folder without a network: there is no set-up page to attack.
public struct RelaySetup: Sendable {
    let folder: RelayFolder
    let clock: RelayClock

    /// How long the authority lives, in seconds: longer than invoices must be kept.
    static let authorityLifetime: Int64 = 20 * 365 * 86_400
    /// How long an enrolment token is good for, in seconds.
    static let tokenLifetime: Int64 = 86_400

    /// - Parameter path: the relay's folder.
    public init(path: String, clock: RelayClock = .system) {
        folder = RelayFolder(path: path)
        self.clock = clock
    }

    /// Makes the folder: configuration, authority, server certificate, empty ledger.
    ///
    /// - Parameter hosts: names and addresses by which the relay is reached, at least one.
    /// - Throws: `RelayError` (`folder`) where there is something already; then nothing is changed.
    public func initialize(hosts: [String]) throws {
        guard !hosts.isEmpty else {
            throw RelayError(kind: .configuration, diagnostics: "no host name (add --host relay.example.org)")
        }
        for host in hosts
        where host.isEmpty || host.utf8.count > 253 || host.contains(where: { !$0.isASCII || " \"\\/,".contains($0) }) {
            throw RelayError(
                kind: .configuration,
                diagnostics: "\"\(host)\" is not a host name or address (write --host relay.example.org)"
            )
        }
        let files = FileManager.default
        if files.fileExists(atPath: folder.path) {
            guard let found = try? files.contentsOfDirectory(atPath: folder.path) else {
                throw RelayError(kind: .folder, diagnostics: "\(folder.path) is not a folder (choose another name)")
            }
            guard found.isEmpty else {
                throw RelayError(
                    kind: .folder,
                    diagnostics: "\(folder.path) is not empty (choose a new folder; nothing was changed)"
                )
            }
        }
        try Self.makeFolder(folder.path, withParents: true)
        try Self.makeFolder(folder.path + "/tls")
        try Self.makeFolder(folder.ledgerFolder)
        let now = clock.wall()
        let authority = try CertificateAuthority.create(
            commonName: "Lotse authority of \(hosts[0])",
            notBefore: now - ServerCertificates.backdating,
            notAfter: now + Self.authorityLifetime
        )
        try RelayFolder.write(try authority.key.pem(), to: folder.authorityKeyFile, permissions: 0o600)
        try RelayFolder.write(authority.certificate.pem, to: folder.authorityCertificateFile, permissions: 0o644)
        try ServerCertificates.issue(folder, authority, hosts, clock)
        let signer = try LedgerKeys.create(in: folder, authority: authority, clock: clock)
        try Ledger.create(in: folder.ledgerFolder, signer: signer, at: now)
        try RelayFolder.write(SupplierTemplate.text, to: folder.supplierFile, permissions: 0o600)
        // Last, since a folder with this file is a relay's.
        try RelayFolder.write(
            RelayConfiguration.template(hosts: hosts),
            to: folder.configurationFile,
            permissions: 0o600
        )
    }

    /// SPKI SHA-256 of the authority, in hexadecimal: what `--pin` takes.
    public func pin() throws -> String { RelayAPI.Hexadecimal.encode(try folder.authority().certificate.spkiSHA256) }

    /// A new operator and the token for their first certificate; for a known one a fresh token.
    public func addOperator(_ name: String, email: String?, role: RelayAPI.OperatorRole) async throws -> NewOperator {
        try Self.checkName(name)
        let authority = try folder.authority()
        var generator = SystemRandomNumberGenerator()
        let secret = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        guard let token = EnrolmentToken(authority: authority.certificate.spkiSHA256, secret: secret) else {
            throw RelayError(kind: .certificate, diagnostics: "the authority has no usable fingerprint")
        }
        let expiresAt = clock.wall() + Self.tokenLifetime
        let hash = Digest.sha256(secret).hex
        let added = try await withLedger { ledger in
            if let known = try await ledger.operator(named: name), known.revokedAt == nil {
                return try await ledger.reissueEnrolment(operator: name, tokenHash: hash, tokenExpiresAt: expiresAt)
            }
            return try await ledger.addOperator(
                name: name,
                email: email,
                role: LedgerRole(rawValue: role.rawValue) ?? .operator,
                tokenHash: hash,
                tokenExpiresAt: expiresAt
            )
        }
        return NewOperator(
            operator: name,
            role: RelayAPI.OperatorRole(rawValue: added.role.rawValue) ?? role,
            token: token.text,
            expiresAt: Timestamp(seconds: expiresAt)
        )
    }

    /// All operators, also revoked ones.
    public func operators() async throws -> [OperatorListing] {
        try await withLedger { ledger in
            try await ledger.operators().map { record in
                OperatorListing(
                    operator: record.name,
                    email: record.email,
                    role: RelayAPI.OperatorRole(rawValue: record.role.rawValue) ?? .auditor,
                    addedAt: Timestamp(seconds: record.addedAt),
                    revokedAt: record.revokedAt.map(Timestamp.init(seconds:))
                )
            }
        }
    }

    /// Takes an operator's access away; a relay that serves cuts their live sessions.
    public func revokeOperator(_ name: String) async throws {
        _ = try await withLedger { try await $0.revokeOperator(name: name) }
    }

    /// Checks the whole ledger.
    public func verify() throws -> VerifyReport {
        try Ledger.verify(in: folder.ledgerFolder, trusting: LedgerKeys.load(from: folder).verifyingKey)
    }

    /// Writes a copy of the ledger that `restore` takes; `FILE` must not exist.
    public func backup(to file: String) async throws { try await withLedger { try await $0.backup(to: file) } }

    /// Puts a backup in the place of an empty ledger, with an entry that says so.
    public func restore(from file: String) throws {
        let signer = try LedgerKeys.load(from: folder)
        let lock = try ServeLock(folder)
        defer { withExtendedLifetime(lock) {} }
        do {
            try Ledger.restore(file, to: folder.ledgerFolder, signer: signer, at: clock.wall())
        } catch let error as LedgerError where error.kind == .tampered {
            throw RelayError(
                kind: .certificate,
                diagnostics:
                    "\(error) (or put the ledger.key and ledger.pem that it was signed with into \(folder.ledgerFolder))"
            )
        }
    }

    private func withLedger<Result>(_ body: (Ledger) async throws -> Result) async throws -> Result {
        let ledger = try Ledger.open(in: folder.ledgerFolder, signer: LedgerKeys.load(from: folder))
        do {
            let result = try await body(ledger)
            try await ledger.close()
            return result
        } catch {
            try? await ledger.close()
            throw error
        }
    }

    private static func checkName(_ name: String) throws {
        let isGood =
            name.utf8.count <= 64 && name.first?.isLetter == true
            && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
        guard isGood else {
            throw RelayError(
                kind: .configuration,
                diagnostics: "\"\(name)\" is not an operator's name (letters, digits, - _ and . after a first letter)"
            )
        }
    }

    private static func makeFolder(_ path: String, withParents: Bool = false) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: withParents)
        } catch {
            throw RelayError(kind: .folder, diagnostics: "\(path) cannot be made: \(String(cString: strerror(errno)))")
        }
        guard chmod(path, 0o700) == 0 else {
            throw RelayError(
                kind: .folder,
                diagnostics: "\(path) cannot be made private: \(String(cString: strerror(errno)))"
            )
        }
    }
}

/// What `lotse-relay operator add` prints.
public struct NewOperator: Codable, Sendable {
    /// The name.
    public let `operator`: String
    /// What the operator may do; the first is owner.
    public let role: RelayAPI.OperatorRole
    /// Good for one certificate.
    public let token: String
    /// Until when.
    public let expiresAt: Timestamp
}

/// One line of `lotse-relay operator list`.
public struct OperatorListing: Codable, Sendable {
    /// The name.
    public let `operator`: String
    /// Where to reach them.
    public let email: String?
    /// What they may do.
    public let role: RelayAPI.OperatorRole
    /// Since when.
    public let addedAt: Timestamp
    /// When their access was taken away.
    public let revokedAt: Timestamp?
}
