import Testing

extension EndToEnd {
    @Suite("Scripts")
    struct ScriptTests {
        @Test("scripts/make-certs makes certificates that openssl verifies")
        func certificates() async throws {
            try await Stage.with(isReady: false) { stage in
                let folder = stage.folder + "/certs"
                let make = try stage.start(Programs.package + "/scripts/make-certs", [folder])
                #expect(try await make.ended() == 0, "\(make.story)")
                let verify = try stage.start(
                    "openssl",
                    ["verify", "-x509_strict", "-purpose", "sslserver", "-verify_ip", "127.0.0.1"]
                        + ["-CAfile", "\(folder)/authority.pem", "\(folder)/server.pem"]
                )
                #expect(try await verify.ended() == 0, "\(verify.story)")
                let client = try stage.start(
                    "openssl",
                    ["verify", "-x509_strict", "-purpose", "sslclient"]
                        + ["-CAfile", "\(folder)/authority.pem", "\(folder)/operator.pem"]
                )
                #expect(try await client.ended() == 0, "\(client.story)")
                let again = try stage.start(Programs.package + "/scripts/make-certs", [folder])
                #expect(try await again.ended() == 1)
                #expect(again.errorOutput.contains("exists already"))
            }
        }
    }
}
