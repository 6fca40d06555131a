/// What an operator signs so that a client knows who offers the terms, in this very connection and no other:
///
///     "lotse/1 operator proof" || 0x00 || exporter("EXPORTER-lotse-operator", 32) || SHA-256(terms)
///
/// Whoever carries the bytes cannot use the signature again: another connection exports other bytes (RFC 8446 §7.5).
public enum OperatorProof {
    /// The label of the exported bytes.
    public static let exporterLabel = "EXPORTER-lotse-operator"
    /// How many bytes are exported.
    public static let exporterByteCount = 32

    /// The bytes to sign.
    ///
    /// - Parameters:
    ///   - exporter: the 32 bytes that the connection exports under ``exporterLabel``.
    ///   - terms: the terms' canonical bytes.
    /// - Throws: `badStatement` for exported bytes of another length, since the two parts have no mark between them.
    public static func signedBytes(exporter: [UInt8], terms: [UInt8]) throws(ReceiptsError) -> SignedBytes {
        guard exporter.count == exporterByteCount else {
            throw ReceiptsError(.badStatement, "a proof over \(exporter.count) exported bytes instead of 32")
        }
        return SignedBytes(domain: .operatorProof, canonical: exporter + Digest.sha256(terms).bytes)
    }
}
