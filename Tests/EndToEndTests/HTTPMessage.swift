import NIOCore

/// The head of a request or an answer, line by line.
struct HTTPHead: Sendable {
    var lines: [String]

    /// What a request asks for.
    var path: String {
        let words = lines.first?.split(separator: " ") ?? []
        return words.count == 3 ? String(words[1]) : ""
    }

    /// Whether an answer says `101`.
    var isSwitch: Bool { lines.first?.hasPrefix("HTTP/1.1 101 ") == true }

    /// A field's value.
    subscript(_ name: String) -> String? {
        get {
            lines.dropFirst().first { $0.lowercased().hasPrefix(name.lowercased() + ":") }
                .map { $0.dropFirst(name.count + 1).trimmingPrefix(" ") }.map(String.init)
        }
        set {
            lines.removeAll { $0.lowercased().hasPrefix(name.lowercased() + ":") }
            if let newValue { lines.append("\(name): \(newValue)") }
        }
    }

    var bytes: ByteBuffer { ByteBuffer(string: lines.joined(separator: "\r\n") + "\r\n\r\n") }

    /// The whole message with this body.
    func bytes(with body: String) -> ByteBuffer {
        var head = self
        head["Content-Length"] = "\(body.utf8.count)"
        var bytes = head.bytes
        bytes.writeString(body)
        return bytes
    }
}

/// A message as it comes in.
struct HTTPMessage {
    private(set) var head: HTTPHead?
    private var received = ByteBuffer()

    /// Takes bytes until the head is there; leaves those behind it.
    mutating func take(_ bytes: inout ByteBuffer) -> HTTPHead? {
        received.writeBuffer(&bytes)
        let text = String(buffer: received)
        guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
        let head = HTTPHead(lines: text[..<end.lowerBound].split(separator: "\r\n").map(String.init))
        received.moveReaderIndex(forwardBy: text[..<end.upperBound].utf8.count)
        (bytes, received) = (received, ByteBuffer())
        self.head = head
        return head
    }

    /// Takes bytes of the body; gives it once it is whole.
    mutating func body(with bytes: ByteBuffer) -> String? {
        received.writeImmutableBuffer(bytes)
        guard received.readableBytes == Int(head?["Content-Length"] ?? "") else { return nil }
        return String(buffer: received)
    }
}
