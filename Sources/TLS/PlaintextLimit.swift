import NIOCore

/// Watches the handshake's messages while they are not encrypted yet, and refuses one that announces too much.
///
/// OpenSSL takes a ClientHello of 128 KiB, and allocates what the header announces before any of it is there; no option
/// changes that. Real ones are below 2 KiB. Encrypted messages are bounded by OpenSSL's own options.
struct PlaintextLimit {
    /// The most that one message may announce, in bytes: with its header and the record's it just fits into 8 KiB.
    static let maximumMessageBytes = 8 * 1024 - 9

    private enum ContentType {
        static let handshake: UInt8 = 22
        static let applicationData: UInt8 = 23
    }

    private var recordHeader: [UInt8] = []
    private var recordRest = 0
    private var messageHeader: [UInt8] = []
    private var messageRest = 0
    private var isOver = false

    /// Whether `bytes`, the next from the wire, may go to OpenSSL. What is malformed may: OpenSSL knows the right alert.
    mutating func admits(_ bytes: ByteBuffer) -> Bool {
        guard !isOver else { return true }
        for byte in bytes.readableBytesView {
            if recordRest == 0 {
                guard takeHeader(byte) else { return false }
            } else {
                recordRest -= 1
                guard recordHeader.first != ContentType.handshake || takeMessage(byte) else { return false }
                if recordRest == 0 { recordHeader.removeAll(keepingCapacity: true) }
            }
            if isOver { break }
        }
        return true
    }

    /// Content type, version, length (RFC 8446 §5.1).
    private mutating func takeHeader(_ byte: UInt8) -> Bool {
        recordHeader.append(byte)
        guard recordHeader.count == 5 else { return true }
        recordRest = Int(recordHeader[3]) << 8 | Int(recordHeader[4])
        // From here on everything is encrypted.
        if recordHeader[0] == ContentType.applicationData { isOver = true }
        // The message's own header is four bytes.
        let isSmall = recordHeader[0] != ContentType.handshake || recordRest <= Self.maximumMessageBytes + 4
        if recordRest == 0 { recordHeader.removeAll(keepingCapacity: true) }
        return isSmall
    }

    /// Type and length of 24 bits (RFC 8446 §4), then the body. A header may be spread over records.
    private mutating func takeMessage(_ byte: UInt8) -> Bool {
        if messageRest > 0 {
            messageRest -= 1
            return true
        }
        messageHeader.append(byte)
        guard messageHeader.count == 4 else { return true }
        messageRest = Int(messageHeader[1]) << 16 | Int(messageHeader[2]) << 8 | Int(messageHeader[3])
        messageHeader.removeAll(keepingCapacity: true)
        return messageRest <= Self.maximumMessageBytes
    }
}
