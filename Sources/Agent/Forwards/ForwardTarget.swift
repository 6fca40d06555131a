import SupportChannel

/// A host and port that the operator wants to reach behind this machine.
struct ForwardTarget: Hashable, Sendable, CustomStringConvertible {
    let host: String
    let port: Int

    /// Checks what the operator sent.
    ///
    /// - Throws: `Refusal` (400) for what no resolver takes, or what would not show itself as it is: names are letters, digits, dots,
    ///   dashes and underscores (RFC 1123 §2.1), addresses have colons and a zone too (RFC 4007 §11).
    init(_ parameters: ForwardParameters) throws(Refusal) {
        host = parameters.host
        port = parameters.port
        let isName = host.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"): true
            default: ".-_:%".utf8.contains(byte)
            }
        }
        guard isName, (1...253).contains(host.utf8.count), (1...65535).contains(port) else {
            throw Refusal(status: 400, message: "this is no host and port (write HOST:PORT, like db.internal:5432)")
        }
    }

    /// `db:5432`, `[::1]:80`.
    var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
