import COpenSSL

extension SPAKE2 {
    /// What both ends compute once each has the other's share (RFC 9382 §4), and what we make of it.
    struct KeySchedule: Sendable {
        /// HMAC of the transcript under the confirmation keys of A and B.
        let confirmationA: SecretBytes
        let confirmationB: SecretBytes
        /// Ke, which RFC 9382 leaves to the application.
        let encryptionKey: SecretBytes
        let transcriptHash: SecretBytes

        init(transcript: SecretBytes, additionalData: [UInt8]) throws(PairingError) {
            transcriptHash = try SecretBytes(count: 32) { hash throws(PairingError) in
                transcript.withBytes { bytes in
                    _ = SHA256(
                        bytes.bindMemory(to: UInt8.self).baseAddress,
                        bytes.count,
                        hash.bindMemory(to: UInt8.self).baseAddress
                    )
                }
            }
            encryptionKey = try transcriptHash.part(0..<16)
            let keys = try Self.hkdf(
                key: transcriptHash.part(16..<32),
                info: [UInt8]("ConfirmationKeys".utf8) + additionalData
            )
            confirmationA = try Self.hmac(key: keys.part(0..<16), transcript)
            confirmationB = try Self.hmac(key: keys.part(16..<32), transcript)
        }

        /// The key for TLS, 32 bytes.
        func preSharedKey() throws(PairingError) -> SecretBytes {
            try Self.hkdf(key: encryptionKey, salt: transcriptHash, info: [UInt8]("lotse/1 psk".utf8))
        }

        /// Parts with their lengths in front, 8 bytes, little endian.
        static func transcript(
            identities: (a: [UInt8], b: [UInt8]),
            shares: (a: [UInt8], b: [UInt8]),
            shared: SecretBytes,
            w: SecretBytes
        ) throws(PairingError) -> SecretBytes {
            let open = [identities.a, identities.b, shares.a, shares.b]
            let count = open.reduce(0) { $0 + 8 + $1.count } + 8 + shared.count + 8 + w.count
            return try SecretBytes(count: count) { bytes throws(PairingError) in
                var rest = bytes[...]
                func append(_ part: UnsafeRawBufferPointer) {
                    withUnsafeBytes(of: UInt64(part.count).littleEndian) { length in
                        UnsafeMutableRawBufferPointer(rebasing: rest.prefix(8)).copyMemory(from: length)
                    }
                    rest = rest.dropFirst(8)
                    UnsafeMutableRawBufferPointer(rebasing: rest.prefix(part.count)).copyMemory(from: part)
                    rest = rest.dropFirst(part.count)
                }
                for part in open { part.withUnsafeBytes { append($0) } }
                shared.withBytes { append($0) }
                w.withBytes { append($0) }
            }
        }

        private static func hkdf(
            key: SecretBytes,
            salt: SecretBytes? = nil,
            info: [UInt8]
        ) throws(PairingError) -> SecretBytes {
            try SecretBytes(count: 32) { result throws(PairingError) in
                let salt = salt ?? SecretBytes(copying: [])
                let done = key.withBytes { key in
                    salt.withBytes { salt in
                        lotse_HKDF_SHA256(
                            key.bindMemory(to: UInt8.self).baseAddress,
                            key.count,
                            salt.bindMemory(to: UInt8.self).baseAddress,
                            salt.count,
                            info,
                            info.count,
                            result.bindMemory(to: UInt8.self).baseAddress,
                            result.count
                        )
                    }
                }
                guard done == 1 else { throw PairingError(.cryptoFailed, "HKDF") }
            }
        }

        private static func hmac(key: SecretBytes, _ message: SecretBytes) throws(PairingError) -> SecretBytes {
            try SecretBytes(count: 32) { result throws(PairingError) in
                var count: UInt32 = 0
                let done = key.withBytes { key in
                    message.withBytes { message in
                        HMAC(
                            EVP_sha256(),
                            key.baseAddress,
                            Int32(clamping: key.count),
                            message.bindMemory(to: UInt8.self).baseAddress,
                            message.count,
                            result.bindMemory(to: UInt8.self).baseAddress,
                            &count
                        )
                    }
                }
                guard done != nil, count == 32 else { throw PairingError(.cryptoFailed, "HMAC") }
            }
        }
    }
}
