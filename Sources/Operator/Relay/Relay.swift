import Contracts
import FoundationEssentials
import NIOCore
import NIOPosix
import Pairing
import RelayAPI
import Receipts
import SupportChannel
import TLS

/// The relay, asked by the operator who logged in.
public struct Relay: Sendable {
    /// The folder with the login.
    public let home: OperatorHome
    /// Who the operator is.
    public let credentials: OperatorCredentials
    /// The operator's name.
    public var operatorName: String { login.operator }
    /// `https://HOST:PORT`.
    public var address: String { login.relay }
    /// SPKI SHA-256 of the relay's authority, in hexadecimal: what a client passes as `--pin`.
    public var pin: String { Hexadecimal.encode(authority.spkiSHA256) }

    private let login: Login
    private let authority: Certificate
    private let client: RelayClient

    /// The relay of the login in `home`, with a certificate that is good for days to come.
    ///
    /// - Parameter warn: takes a sentence about something that is not wrong yet.
    /// - Throws: `OperatorError` where there is no login or its certificate has ended.
    public static func open(
        _ home: OperatorHome,
        now: Timestamp = .now,
        warn: @Sendable (String) -> Void = { _ in }
    ) async throws -> Relay {
        let relay = try Relay(home: home, login: home.login())
        let left = try Certificate(pem: relay.login.certificate).notAfter - now.seconds
        guard left > 0 else {
            throw OperatorError(
                .login,
                "your certificate for \(relay.address) has expired (lotse login \(relay.address), with a new token)"
            )
        }
        guard left < renewalSeconds else { return relay }
        do {
            return try await relay.renewed()
        } catch {
            warn(
                "your certificate ends in \(left / 86_400) days and could not be renewed: \(OperatorError.sentence(for: error))"
            )
            return relay
        }
    }

    /// A certificate with less time than this is renewed.
    private static let renewalSeconds: Int64 = 10 * 86_400

    private init(home: OperatorHome, login: Login) throws {
        self.home = home
        self.login = login
        self.authority = try Certificate(pem: login.authority)
        let certificate = try Certificate(pem: login.certificate)
        let key = try PrivateKey(pem: login.privateKey)
        self.credentials = try OperatorCredentials(certificate: certificate, authority: authority, key: key)
        self.client = try Self.client(login, authority, on: MultiThreadedEventLoopGroup.singleton)
    }

    private static func client(_ login: Login, _ authority: Certificate, on group: any EventLoopGroup) throws
        -> RelayClient
    {
        let endpoint = try RelayEndpoint(url: login.relay)
        return try RelayClient(
            endpoint: endpoint,
            trust: .authorities([authority]),
            certificate: Certificate(pem: login.certificate),
            privateKey: PrivateKey(pem: login.privateKey),
            proxy: ProxySettings.ofProcess.proxy(for: endpoint),
            group: group
        )
    }

    private func renewed() async throws -> Relay {
        let key = try PrivateKey(pem: login.privateKey)
        let request = try CertificateSigningRequest(commonName: login.operator, key: key)
        let issued: IssuedCertificate = try await client.send(
            .POST,
            RelayRoute.renew,
            body: RenewRequest(certificateRequest: request.pem)
        )
        let certificate = try Certificate(pem: issued.certificate)
        guard certificate.publicKey == key.publicKey, certificate.isSigned(by: authority) else {
            throw OperatorError(.login, "the relay issued a certificate that does not fit (ask who runs the relay)")
        }
        var login = login
        login.certificate = issued.certificate
        login.role = issued.role
        try home.write(login, to: Login.file)
        return try Relay(home: home, login: login)
    }

    /// Checks that the relay's ledger extends the one that was last seen, and keeps its head.
    ///
    /// - Throws: `OperatorError` (`ledger`) where it does not.
    public func checkLedger() async throws {
        let known = try home.read(LedgerWatch.file, as: SignedHead.self)
        let answer: HeadAnswer = try await client.send(.GET, RelayRoute.head(after: known?.count))
        let head = try LedgerWatch.check(answer, after: known, authority: authority)
        if head != known { try home.write(head, to: LedgerWatch.file) }
    }

    /// Asks for something.
    func get<Answer: Decodable & Sendable>(_ path: String) async throws -> Answer { try await client.send(.GET, path) }

    /// Tells something.
    func post<Answer: Decodable & Sendable>(
        _ path: String,
        _ body: (any Encodable & Sendable)? = nil
    ) async throws -> Answer {
        try await client.send(.POST, path, body: body)
    }

    /// The relay, asked over connections that belong to one event loop.
    func client(on eventLoop: any EventLoop) throws -> RelayClient { try Self.client(login, authority, on: eventLoop) }

    /// Opens the operator's end of an invitation's tunnel. The relay never sees the code; it is bound to the authority of the login.
    ///
    /// - Throws: `OperatorError` (`invitation`) where the code is not kept here, or too old.
    public func openTunnel(invitation: String) async throws -> WaitingTunnel {
        guard let kept = try home.invitation(invitation) else {
            throw OperatorError(
                .invitation,
                "the code of this invitation is not kept here (lotse invite makes a new one, or connect where it was made)"
            )
        }
        guard kept.isUsable(at: .now) else {
            try home.forget(invitation: invitation)
            throw OperatorError(
                .invitation,
                "the code of \(kept.invitation.contract) has expired (lotse invite makes a new one)"
            )
        }
        let code = try await StretchedCode.stretching(Code(typed: kept.code), authority: authority.spkiSHA256)
        return try await client.openTunnel(RelayRoute.tunnel(invitation: invitation)) {
            try WaitingTunnel(on: $0, layer: EncryptedLayer(code: code))
        }
    }
}

extension Relay {
    /// The newest version of every contract.
    public func contracts() async throws -> [ContractSummary] { try await get(RelayRoute.contracts) }

    /// One version of a contract, the newest where `version` is nil.
    ///
    /// - Throws: `OperatorError` where the terms are not those of the hash.
    public func contract(_ id: String, version: Int64? = nil) async throws -> ContractDocument {
        let document: ContractDocument = try await get(RelayRoute.contract(id, version: version))
        guard Digest.sha256(document.canonical).hex == document.summary.hash else {
            throw OperatorError(
                .contract,
                "the terms of \(id) do not have the hash that the relay says (ask who runs the relay)"
            )
        }
        return document
    }

    /// Stores the next version of a contract.
    public func addContract(source: String) async throws -> ContractSummary {
        try await post(RelayRoute.contracts, NewContract(source: source))
    }

    /// Sessions, of one contract or all, open ones only or all.
    public func sessions(contract: String?, live: Bool) async throws -> [SessionRecord] {
        try await get(RelayRoute.sessions(contract: contract, live: live))
    }

    /// The session with this id, or the operator's newest, where it ended by something else than their word and has no summary.
    public func sessionToSummarize(_ id: String?) async throws -> String? {
        let own = try await sessions(contract: nil, live: false).filter { $0.operator == operatorName }
        let newest = own.max { ($0.startedAt, $0.session) < ($1.startedAt, $1.session) }
        guard let session = id == nil ? newest : own.first(where: { $0.session == id }),
            session.endedAt != nil, session.endedBy != "operator", session.summary?.isEmpty ?? true
        else { return nil }
        return session.session
    }

    /// Writes a summary under a session that ended by something else than the operator's word, with their signature.
    public func addSummary(_ summary: String, to session: String) async throws -> EndedSession {
        let addendum = try credentials.addendum(summary, to: session)
        let text = String(decoding: try addendum.canonicalBytes(), as: UTF8.self)
        let record = try await end(session: session, EndRequest(summary: summary, addendum: text))
        return EndedSession(record: record, receipt: try? await receipt(session: session))
    }

    /// A contract's month, `YYYY-MM`; this month where nil.
    public func timesheet(contract: String, month: String?) async throws -> Timesheet {
        try await get(RelayRoute.timesheet(contract: contract, month: month))
    }
}

extension Timestamp {
    /// The wall clock: a label, never a duration.
    public static var now: Timestamp { Timestamp(seconds: Int64(Date().timeIntervalSince1970)) }
}
