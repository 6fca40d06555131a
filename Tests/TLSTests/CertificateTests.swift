import Testing

@testable import TLS

@Suite("Certificates and keys")
struct CertificateTests {
    let identities: Identities
    let folder: TemporaryFolder

    init() throws {
        identities = try Identities()
        folder = try TemporaryFolder()
    }

    private func openssl(_ arguments: String...) throws -> String {
        let output = try OpenSSLCommand.run(arguments)
        #expect(output.status == 0, "\(output.text)")
        return output.text
    }

    private func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef")
        return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    @Test("what is parsed is what openssl x509 prints")
    func agreesWithX509() throws {
        let certificate = identities.client.certificate
        let file = try folder.file("client.pem", certificate.pem)
        let text = try openssl(
            "x509",
            "-in",
            file,
            "-noout",
            "-serial",
            "-fingerprint",
            "-sha256",
            "-subject",
            "-issuer",
            "-ext",
            "subjectAltName,keyUsage,extendedKeyUsage,basicConstraints,subjectKeyIdentifier,authorityKeyIdentifier"
        )
        #expect(text.contains("serial=\(certificate.serialNumber.uppercased())"))
        #expect(text.lowercased().replacing(":", with: "").contains(hexadecimal(certificate.sha256)))
        #expect(text.contains("subject=CN = anna") && text.contains("issuer=CN = Lotse test authority"))
        #expect(text.contains("URI:lotse:operator:anna"))
        #expect(text.contains("TLS Web Client Authentication") && !text.contains("Server"))
        #expect(text.contains("X509v3 Key Usage: critical\n    Digital Signature\n"))
        #expect(text.contains("X509v3 Basic Constraints: critical\n    CA:FALSE"))
        #expect(text.contains("Subject Key Identifier") && text.contains("Authority Key Identifier"))
        #expect(certificate.commonName == "anna" && certificate.uris == ["lotse:operator:anna"])
        #expect(!certificate.isAuthority && identities.authority.certificate.isAuthority)
        #expect(identities.server.certificate.dnsNames == ["relay.example"])
    }

    @Test("the SPKI hash is that of openssl's encoding of the key")
    func spkiHash() throws {
        let file = try folder.file("server.pem", identities.server.certificate.pem)
        let key = try folder.file("key.pem", try openssl("x509", "-in", file, "-noout", "-pubkey"))
        _ = try openssl("pkey", "-pubin", "-in", key, "-outform", "DER", "-out", folder.path("key.der"))
        let digest = try openssl("dgst", "-sha256", "-r", folder.path("key.der"))
        #expect(digest.hasPrefix(hexadecimal(identities.server.certificate.spkiSHA256)))
        #expect(identities.server.certificate.publicKey.spkiSHA256 == identities.server.certificate.spkiSHA256)
    }

    @Test("openssl verify accepts what the authority issued, strictly and for its purpose alone")
    func agreesWithVerify() throws {
        let authority = try folder.file("ca.pem", identities.authority.certificate.pem)
        let foreign = try folder.file("foreign.pem", identities.foreign.certificate.pem)
        let signer = try Identities.issue(identities.authority, .signing, "ledger")
        let files = [
            ("sslserver", try folder.file("server.pem", identities.server.certificate.pem)),
            ("sslclient", try folder.file("client.pem", identities.client.certificate.pem)),
        ]
        for (purpose, file) in files {
            _ = try openssl("verify", "-x509_strict", "-CAfile", authority, "-purpose", purpose, file)
            #expect(try OpenSSLCommand.run(["verify", "-CAfile", foreign, file]).status != 0)
            let other = purpose == "sslserver" ? "sslclient" : "sslserver"
            #expect(try OpenSSLCommand.run(["verify", "-CAfile", authority, "-purpose", other, file]).status != 0)
        }
        let signing = try folder.file("signing.pem", signer.certificate.pem)
        _ = try openssl("verify", "-x509_strict", "-CAfile", authority, signing)
        for purpose in ["sslserver", "sslclient"] {
            #expect(try OpenSSLCommand.run(["verify", "-CAfile", authority, "-purpose", purpose, signing]).status != 0)
        }
    }

    @Test("an authority below an authority verifies, and may issue no further one")
    func intermediate() throws {
        let middle = try Identities.issue(identities.authority, .authority, "Middle")
        #expect(middle.certificate.isAuthority)
        let issuing = try CertificateAuthority(certificate: middle.certificate, key: middle.key)
        let leaf = try Identities.issue(issuing, .server, "server", dns: ["relay.example"])
        let authority = try folder.file("ca.pem", identities.authority.certificate.pem)
        let between = try folder.file("middle.pem", middle.certificate.pem)
        let file = try folder.file("leaf.pem", leaf.certificate.pem)
        _ = try openssl("verify", "-x509_strict", "-CAfile", authority, "-untrusted", between, file)
        let third = try Identities.issue(issuing, .authority, "Third")
        let below = try folder.file("third.pem", third.certificate.pem)
        let last = try Identities.issue(
            CertificateAuthority(certificate: third.certificate, key: third.key),
            .server,
            "server"
        )
        let chain = try folder.file("chain.pem", middle.certificate.pem + third.certificate.pem)
        let refused = try folder.file("last.pem", last.certificate.pem)
        #expect(
            try !below.isEmpty
                && OpenSSLCommand.run(["verify", "-CAfile", authority, "-untrusted", chain, refused]).status != 0
        )
    }

    @Test("validity is exact to the second, across 2050 where the encoding changes")
    func validity() throws {
        for (first, last) in [(Int64(0), Int64(1)), (1_700_000_000, 4_102_444_800), (2_524_607_999, 2_524_608_000)] {
            let key = try PrivateKey.generate(.ed25519)
            let profile = CertificateProfile(commonName: "x", usage: .client, notBefore: first, notAfter: last)
            let certificate = try identities.authority.issue(profile, for: key.publicKey)
            #expect(certificate.notBefore == first && certificate.notAfter == last)
        }
    }

    @Test("serial numbers are 128 bits and differ")
    func serials() throws {
        let serials = try (0..<20).map { _ in
            try Identities.issue(identities.authority, .client, "x").certificate.serialNumber
        }
        #expect(Set(serials).count == 20)
        // Whole bytes without leading zeros; four zero bytes would be one chance in four thousand million.
        #expect(serials.allSatisfy { (24...32).contains($0.count) })
    }

    @Test("profiles and keys that cannot be certified are refused")
    func badProfiles() throws {
        let now = Identities.now
        let key = try PrivateKey.generate(.p256).publicKey
        func profile(_ change: (inout CertificateProfile) -> Void) -> CertificateProfile {
            var profile = CertificateProfile(commonName: "x", usage: .client, notBefore: now, notAfter: now + 60)
            change(&profile)
            return profile
        }
        let bad = [
            profile { $0.commonName = "" }, profile { $0.commonName = String(repeating: "a", count: 65) },
            profile { $0.commonName = "a\nb" }, profile { $0.notAfter = now }, profile { $0.notAfter = .max },
            profile { $0.dnsNames = [""] }, profile { $0.dnsNames = ["a b"] }, profile { $0.dnsNames = ["ä"] },
            profile { $0.uris = [String(repeating: "u", count: 256)] }, profile { $0.ipAddresses = ["1.2.3"] },
            profile { $0.ipAddresses = ["relay.example"] },
        ]
        for (index, profile) in bad.enumerated() {
            let error = #expect(throws: TLSError.self, "profile \(index)") {
                try identities.authority.issue(profile, for: key)
            }
            #expect(error?.kind == .invalidInput, "profile \(index)")
        }
        let names = try identities.authority.issue(profile { $0.dnsNames = ["a,DNS:b"] }, for: key)
        #expect(names.dnsNames == ["a,DNS:b"])
    }

    @Test("an authority wants its own key and an authority's certificate")
    func badAuthorities() throws {
        let wrongKey = #expect(throws: TLSError.self) {
            try CertificateAuthority(certificate: identities.authority.certificate, key: identities.foreign.key)
        }
        #expect(wrongKey?.kind == .invalidInput)
        let noAuthority = #expect(throws: TLSError.self) {
            try CertificateAuthority(certificate: identities.server.certificate, key: identities.server.key)
        }
        #expect(noAuthority?.kind == .invalidInput)
    }

    @Test("PEM and DER give back the same certificate; chains keep their order")
    func encodings() throws {
        let certificate = identities.server.certificate
        #expect(try Certificate(der: certificate.der) == certificate)
        #expect(try Certificate(pem: certificate.pem) == certificate)
        let chain = identities.server.chain
        #expect(try Certificate.chain(pem: chain.map(\.pem).joined(separator: "some text\n")) == chain)
        #expect(try Certificate.chain(pem: "no certificate").isEmpty)
    }

    @Test("what is no certificate is refused, cut off at any byte or changed at any byte, without a crash")
    func brokenCertificates() throws {
        let der = identities.client.certificate.der
        for count in 0..<der.count {
            #expect(throws: TLSError.self) { try Certificate(der: Array(der.prefix(count))) }
        }
        #expect(throws: TLSError.self) { try Certificate(der: der + [0]) }
        #expect(throws: TLSError.self) { try Certificate(der: [UInt8](repeating: 0x30, count: 20_000)) }
        for index in der.indices {
            var changed = der
            changed[index] ^= 0xff
            _ = try? Certificate(der: changed)
        }
        let pem = identities.client.certificate.pem
        #expect(throws: TLSError.self) { try Certificate(pem: "") }
        #expect(throws: TLSError.self) { try Certificate(pem: String(pem.dropLast(40))) }
        #expect(throws: TLSError.self) { try Certificate(pem: pem.replacing("MII", with: "AAA")) }
    }

    @Test("keys go through PEM, sign and verify", arguments: [PrivateKey.Algorithm.p256, .ed25519])
    func keys(_ algorithm: PrivateKey.Algorithm) throws {
        let key = try PrivateKey.generate(algorithm)
        let copy = try PrivateKey(pem: key.pem())
        #expect(copy.publicKey == key.publicKey)
        let message = [UInt8]("what was agreed".utf8)
        let signature = try copy.sign(message)
        #expect(key.publicKey.isValid(signature: signature, for: message))
        #expect(!key.publicKey.isValid(signature: signature, for: message + [0]))
        #expect(!key.publicKey.isValid(signature: Array(signature.dropLast()), for: message))
        #expect(!key.publicKey.isValid(signature: [], for: message))
        #expect(try !PrivateKey.generate(algorithm).publicKey.isValid(signature: signature, for: message))
        #expect(try PublicKey(der: key.publicKey.der) == key.publicKey)
        #expect(try key.publicKey.isValid(signature: key.sign([]), for: []))
        if algorithm == .ed25519 { #expect(signature.count == 64) }
    }

    @Test("keys that are encrypted, of other kinds or broken are refused without asking anyone")
    func badKeys() throws {
        let rsa = try openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024", "-quiet")
        let p384 = try openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384")
        let file = try folder.file("key.pem", PrivateKey.generate(.p256).pem())
        let encrypted = try openssl("pkey", "-in", file, "-aes256", "-passout", "pass:secret")
        for text in [rsa, p384, encrypted, "", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
            let error = #expect(throws: TLSError.self) { try PrivateKey(pem: text) }
            #expect(error?.kind == .invalidInput)
        }
        #expect(throws: TLSError.self) { try PublicKey(der: []) }
        let good = try PrivateKey.generate(.p256).publicKey.der
        #expect(throws: TLSError.self) { try PublicKey(der: good + [0]) }
    }
}

@Suite("Certificate requests")
struct CertificateSigningRequestTests {
    @Test("a request tells name and key, and openssl verifies it", arguments: [PrivateKey.Algorithm.p256, .ed25519])
    func request(_ algorithm: PrivateKey.Algorithm) throws {
        let folder = try TemporaryFolder()
        let key = try PrivateKey.generate(algorithm)
        let request = try CertificateSigningRequest(commonName: "anna", key: key)
        let read = try CertificateSigningRequest(pem: request.pem)
        #expect(read.publicKey == key.publicKey && read.commonName == "anna")
        let file = try folder.file("request.pem", request.pem)
        let output = try OpenSSLCommand.run(["req", "-in", file, "-noout", "-verify", "-subject"])
        #expect(output.status == 0 && output.text.contains("verify OK") && output.text.contains("CN = anna"))
        let authority = try Identities.makeAuthority("authority")
        let profile = CertificateProfile(
            commonName: "anna",
            usage: .client,
            notBefore: Identities.now,
            notAfter: Identities.now + 60
        )
        #expect(try authority.issue(profile, for: read.publicKey).publicKey == key.publicKey)
    }

    @Test("a request of openssl's is read; one for another kind of key is not")
    func foreignRequests() throws {
        let folder = try TemporaryFolder()
        func make(_ algorithm: String, _ option: String) throws -> String {
            let output = try OpenSSLCommand.run([
                "req", "-new", "-newkey", algorithm, "-pkeyopt", option, "-nodes", "-subj", "/O=Firm/CN=berta",
                "-keyout", folder.path("key.pem"), "-out", folder.path("request.pem"),
            ])
            #expect(output.status == 0, "\(output.text)")
            return try folder.contents("request.pem")
        }
        #expect(try CertificateSigningRequest(pem: make("ec", "ec_paramgen_curve:P-256")).commonName == "berta")
        let bad = [try make("ec", "ec_paramgen_curve:P-384"), try make("rsa", "rsa_keygen_bits:2048")]
        for pem in bad {
            let error = #expect(throws: TLSError.self) { try CertificateSigningRequest(pem: pem) }
            #expect(error?.kind == .invalidInput)
        }
    }

    @Test("a request that is changed, too large or no request is refused")
    func badRequests() throws {
        let request = try CertificateSigningRequest(commonName: "anna", key: .generate(.ed25519))
        // "anna" becomes "annb" under the same signature.
        let changed = request.pem.replacing("YW5uYTAq", with: "YW5uYjAq")
        #expect(changed != request.pem)
        let padding = String(repeating: "x", count: CertificateSigningRequest.maximumBytes)
        for pem in [changed, padding + request.pem, "", "hello"] {
            let error = #expect(throws: TLSError.self) { try CertificateSigningRequest(pem: pem) }
            #expect(error?.kind == .invalidInput)
        }
    }
}
