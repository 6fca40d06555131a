/// What an operator signs where it takes a session up again over another connection, so that the keys alone are good for nothing:
///
///     "lotse/1 operator resume" || 0x00 || exporter("EXPORTER-lotse-operator", 32) || stream (16) || received (8)
public enum ResumptionProof {
    /// The bytes to sign.
    ///
    /// - Parameter message: what the connection exports, and what the operator says over it: 56 bytes.
    public static func signedBytes(_ message: [UInt8]) -> SignedBytes {
        SignedBytes(domain: .operatorResumption, canonical: message)
    }
}
