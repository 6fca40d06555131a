import NIOCore

/// Watches the handshake's messages while they are not encrypted yet, and refuses one that announces too much, and records without content.
///
/// OpenSSL takes a ClientHello of 128 KiB, and allocates what the header announces before any of it is there; no option
/// changes that. Real ones are below 2 KiB. Encrypted messages are bounded by OpenSSL's own options. It also takes 32 empty records, and
/// waits for more, although there must be none (RFC 8446 §5.1).
struct PlaintextLimit {
    /// The most that one message may announce, in bytes: with its header and the record's it just fits into 8 KiB.
    static let maximumMessageBytes = 8 * 1024 - 9

    private enum ContentType {
        static let handshake: UInt8 = 22
        static let applicationData: UInt8 = 23
        /// change_cipher_spec, alert and those two.
        static let all: ClosedRange<UInt8> = 20...23
    }

    private var recordHeader: [UInt8] = []
    private var recordRest = 0
    private var messageHeader: [UInt8] = []
    private var messageRest = 0
    private var isOver = false

    /// What is wrong with `bytes`, the next from the wire; nil where they may go to OpenSSL. What is malformed otherwise may: OpenSSL knows
    /// the right alert.
    mutating func refusal(of bytes: ByteBuffer) -> PlaintextAlert? {
        guard !isOver else { return nil }
        for byte in bytes.readableBytesView {
            if recordRest == 0 {
                if let refusal = takeHeader(byte) { return refusal }
            } else {
                recordRest -= 1
                guard recordHeader.first != ContentType.handshake || takeMessage(byte) else { return .recordOverflow }
                if recordRest == 0 { recordHeader.removeAll(keepingCapacity: true) }
            }
            if isOver { break }
        }
        return nil
    }

    /// Content type, version, length (RFC 8446 §5.1).
    private mutating func takeHeader(_ byte: UInt8) -> PlaintextAlert? {
        recordHeader.append(byte)
        guard recordHeader.count == 5 else { return nil }
        recordRest = Int(recordHeader[3]) << 8 | Int(recordHeader[4])
        // From here on everything is encrypted.
        if recordHeader[0] == ContentType.applicationData {
            isOver = true
            return nil
        }
        guard recordRest > 0 else {
            let isRecord = ContentType.all.contains(recordHeader[0]) && recordHeader[1] == 3
            recordHeader.removeAll(keepingCapacity: true)
            return isRecord ? .unexpectedMessage : nil
        }
        // The message's own header is four bytes.
        guard recordHeader[0] == ContentType.handshake else { return nil }
        return recordRest <= Self.maximumMessageBytes + 4 ? nil : .recordOverflow
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
