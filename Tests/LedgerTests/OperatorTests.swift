import Synchronization
import Testing

@testable import Ledger

struct OperatorTests {
    private let day: Int64 = 86_400

    private func add(_ ledger: Ledger, _ name: String, _ role: OperatorRole, token: String? = nil) async throws
        -> OperatorRecord
    {
        try await ledger.addOperator(
            name: name,
            email: nil,
            role: role,
            tokenHash: sha(token ?? name),
            tokenExpiresAt: Fixture.start + day
        )
    }

    @Test("the first operator is owner, whatever was asked for")
    func firstIsOwner() async throws {
        let (ledger, _) = try Fixture.shared()
        #expect(try await add(ledger, "anna", .auditor).role == .owner)
        #expect(try await add(ledger, "bert", .auditor).role == .auditor)
        try await ledger.revokeOperator(name: "anna")
        #expect(try await add(ledger, "cora", .operator).role == .operator)
        #expect(try await ledger.operators().map(\.name) == ["anna", "bert", "cora"])
    }

    @Test("a name is taken until it is revoked")
    func names() async throws {
        let (ledger, fixture) = try Fixture.shared()
        _ = try await add(ledger, "anna", .owner)
        await expectError(.exists) { try await add(ledger, "anna", .owner, token: "2") }
        try await ledger.revokeOperator(name: "anna")
        fixture.clock.advance(5)
        let again = try await add(ledger, "anna", .operator, token: "3")
        #expect(again.revokedAt == nil)
        #expect(again.addedAt == Fixture.start + 5)
        await expectError(.conflict) { try await add(ledger, "bert", .owner, token: "3") }
        #expect(try fixture.verify().ok)
    }

    @Test(
        "names, addresses and hashes are checked",
        arguments: ["", "a\nb", "a\0", String(repeating: "x", count: 201)]
    )
    func invalid(name: String) async throws {
        let (ledger, _) = try Fixture.shared()
        await expectError(.invalid) { try await add(ledger, name, .owner) }
        await expectError(.invalid) {
            try await ledger.addOperator(
                name: "anna",
                email: name,
                role: .owner,
                tokenHash: sha("x"),
                tokenExpiresAt: Fixture.start
            )
        }
        await expectError(.invalid) {
            try await ledger.addOperator(
                name: "anna",
                email: nil,
                role: .owner,
                tokenHash: sha("x").uppercased(),
                tokenExpiresAt: Fixture.start
            )
        }
        await expectError(.invalid) {
            try await ledger.addOperator(
                name: "anna",
                email: nil,
                role: .owner,
                tokenHash: sha("x"),
                tokenExpiresAt: .max
            )
        }
        #expect(try await ledger.head().count == 1)
    }

    @Test("revoking ends all certificates and tokens, and twice is once")
    func revoke() async throws {
        let (ledger, fixture) = try Fixture.shared()
        _ = try await add(ledger, "anna", .owner)
        _ = try await ledger.enrol(tokenHash: sha("anna"), keyHash: sha("k1"), issue: issuing("01"))
        _ = try await ledger.renew(operator: "anna", keyHash: sha("k2"), issue: issuing("02"))
        try await ledger.reissueEnrolment(operator: "anna", tokenHash: sha("t2"), tokenExpiresAt: Fixture.start + day)
        #expect(try await ledger.isCertificateValid(serial: "01"))
        #expect(try await ledger.isCertificateValid(serial: "02"))
        #expect(try await ledger.revokedSerials().isEmpty)

        fixture.clock.advance(7)
        #expect(try await ledger.revokeOperator(name: "anna").revokedAt == Fixture.start + 7)
        fixture.clock.advance(1)
        #expect(try await ledger.revokeOperator(name: "anna").revokedAt == Fixture.start + 7)
        #expect(try await ledger.revokedSerials() == ["01", "02"])
        #expect(try await !ledger.isCertificateValid(serial: "01"))
        await expectError(.notFound) {
            try await ledger.enrol(tokenHash: sha("t2"), keyHash: sha("k3"), issue: issuing("03"))
        }
        await expectError(.notFound) {
            try await ledger.enrol(tokenHash: sha("anna"), keyHash: sha("k1"), issue: issuing("03"))
        }
        await expectError(.revoked) {
            try await ledger.renew(operator: "anna", keyHash: sha("k3"), issue: issuing("03"))
        }
        await expectError(.revoked) {
            try await ledger.reissueEnrolment(
                operator: "anna",
                tokenHash: sha("t3"),
                tokenExpiresAt: Fixture.start + day
            )
        }
        _ = try await add(ledger, "anna", .owner, token: "t4")
        #expect(try await ledger.revokedSerials() == ["01", "02"])
        await expectError(.notFound) {
            try await ledger.enrol(tokenHash: sha("t2"), keyHash: sha("k3"), issue: issuing("03"))
        }
        await expectError(.notFound) { try await ledger.revokeOperator(name: "none") }
        #expect(try fixture.verify().ok)
    }

    @Test("a certificate is valid until it ends")
    func notAfter() async throws {
        let (ledger, fixture) = try Fixture.shared()
        _ = try await add(ledger, "anna", .owner)
        let certificate = try await ledger.enrol(tokenHash: sha("anna"), keyHash: sha("k1"), issue: issuing("01"))
        fixture.clock.advance(certificate.issued.notAfter - Fixture.start - 1)
        #expect(try await ledger.isCertificateValid(serial: "01"))
        fixture.clock.advance(1)
        #expect(try await !ledger.isCertificateValid(serial: "01"))
        #expect(try await !ledger.isCertificateValid(serial: "none"))
    }

    @Test("a token gives its key one certificate, again and again, and no other key any")
    func tokenOnce() async throws {
        let (ledger, fixture) = try Fixture.shared()
        _ = try await add(ledger, "anna", .owner)
        let calls = Mutex(0)
        let issue: @Sendable (String, String) throws -> IssuedCertificate = { name, keyHash in
            #expect(name == "anna")
            return IssuedCertificate(
                pem: "PEM",
                serial: calls.withLock {
                    $0 += 1; return "0\($0)"
                },
                keyHash: keyHash,
                notAfter: Fixture.start + 60
            )
        }
        let first = try await ledger.enrol(tokenHash: sha("anna"), keyHash: sha("k1"), issue: issue)
        #expect(first.operator == "anna")
        #expect(first.issued.serial == "01")
        let count = try await ledger.head().count
        fixture.clock.advance(day - 1)
        #expect(try await ledger.enrol(tokenHash: sha("anna"), keyHash: sha("k1"), issue: issue) == first)
        await expectError(.used) { try await ledger.enrol(tokenHash: sha("anna"), keyHash: sha("k2"), issue: issue) }
        #expect(try await ledger.head().count == count)
        fixture.clock.advance(1)
        await expectError(.expired) { try await ledger.enrol(tokenHash: sha("anna"), keyHash: sha("k1"), issue: issue) }
        #expect(calls.withLock { $0 } == 1)
        await expectError(.notFound) { try await ledger.enrol(tokenHash: sha("x"), keyHash: sha("k1"), issue: issue) }
    }

    @Test("an unused token that expired gives nothing; a fresh one does, and voids the one before")
    func freshToken() async throws {
        let (ledger, fixture) = try Fixture.shared()
        _ = try await add(ledger, "anna", .owner)
        try await ledger.reissueEnrolment(operator: "anna", tokenHash: sha("t2"), tokenExpiresAt: Fixture.start + 10)
        await expectError(.notFound) {
            try await ledger.enrol(tokenHash: sha("anna"), keyHash: sha("k1"), issue: issuing("01"))
        }
        fixture.clock.advance(10)
        await expectError(.expired) {
            try await ledger.enrol(tokenHash: sha("t2"), keyHash: sha("k1"), issue: issuing("01"))
        }
        try await ledger.reissueEnrolment(operator: "anna", tokenHash: sha("t3"), tokenExpiresAt: Fixture.start + 20)
        _ = try await ledger.enrol(tokenHash: sha("t3"), keyHash: sha("k1"), issue: issuing("01"))
        #expect(try await ledger.certificates(operator: "anna").map(\.issued.serial) == ["01"])
    }

    @Test("where issuing fails the token stays good and the ledger stays as it was")
    func issueFails() async throws {
        struct Refusal: Error {}
        let (ledger, fixture) = try Fixture.shared()
        _ = try await add(ledger, "anna", .owner)
        let head = try await ledger.head()
        await #expect(throws: Refusal.self) {
            try await ledger.enrol(tokenHash: sha("anna"), keyHash: sha("k1")) { _, _ in throw Refusal() }
        }
        await expectError(.conflict) {
            try await ledger.enrol(tokenHash: sha("anna"), keyHash: sha("k1")) { _, _ in
                IssuedCertificate(pem: "PEM", serial: "01", keyHash: sha("other"), notAfter: Fixture.start)
            }
        }
        #expect(try await ledger.head() == head)
        _ = try await ledger.enrol(tokenHash: sha("anna"), keyHash: sha("k1"), issue: issuing("01"))
        await expectError(.conflict) {
            try await ledger.renew(operator: "anna", keyHash: sha("k2"), issue: issuing("01"))
        }
        #expect(try fixture.verify().ok)
    }

    @Test("of many keys with one token exactly one wins")
    func race() async throws {
        let (ledger, fixture) = try Fixture.shared()
        _ = try await add(ledger, "anna", .owner)
        let other = try fixture.open()
        let winners = await withTaskGroup(of: Int.self) { group in
            for index in 0..<40 {
                group.addTask {
                    let certificate = try? await (index % 2 == 0 ? ledger : other).enrol(
                        tokenHash: sha("anna"),
                        keyHash: sha("k\(index)"),
                        issue: issuing("s\(index)")
                    )
                    return certificate == nil ? 0 : 1
                }
            }
            return await group.reduce(0, +)
        }
        #expect(winners == 1)
        #expect(try await ledger.certificates(operator: "anna").count == 1)
    }
}

private func issuing(_ serial: String) -> @Sendable (String, String) throws -> IssuedCertificate {
    { _, keyHash in
        IssuedCertificate(pem: "PEM " + serial, serial: serial, keyHash: keyHash, notAfter: Fixture.start + 2_592_000)
    }
}

extension Fixture {
    /// An open ledger and the fixture that keeps its folder.
    static func shared() throws -> (Ledger, Fixture) {
        let fixture = try Fixture()
        return (try fixture.open(), fixture)
    }
}
