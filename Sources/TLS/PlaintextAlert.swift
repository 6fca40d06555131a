import NIOCore

/// An alert that is a server's first word, and so not encrypted, where OpenSSL has none to say (RFC 8446 §6): it is silent towards what does
/// not look like TLS, and knows nothing of our own limits.
enum PlaintextAlert: UInt8 {
    /// A record that must not be.
    case unexpectedMessage = 10
    /// A record or a message that announces too much.
    case recordOverflow = 22
    /// Bytes that are no TLS, or none that this side speaks.
    case protocolVersion = 70
    /// The peer's time is over.
    case userCanceled = 90

    /// The whole record: content type 21, the version that all records carry, two bytes of which the first is the level.
    var record: ByteBuffer {
        let (warning, fatal): (UInt8, UInt8) = (1, 2)
        return ByteBuffer(bytes: [21, 3, 3, 0, 2, self == .userCanceled ? warning : fatal, rawValue])
    }
}
