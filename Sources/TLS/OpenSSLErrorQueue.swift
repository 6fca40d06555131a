import COpenSSL

/// OpenSSL reports errors through a queue per thread. It must be empty before a call whose outcome is judged by it,
/// else an old entry of another connection on this thread is taken for this call's.
enum OpenSSLErrorQueue {
    static func clear() {
        ERR_clear_error()
    }

    /// Takes everything off the queue: the packed code of the first entry (the cause) and a line of text.
    static func drain() -> (code: UInt, text: String) {
        var first: UInt = 0
        var texts: [String] = []
        while true {
            let code = ERR_get_error()
            if code == 0 { break }
            if first == 0 { first = code }
            if texts.count < 4 { texts.append(text(of: code)) }
        }
        return (first, texts.joined(separator: "; "))
    }

    /// The error for a libcrypto call that failed, with whatever the queue says.
    static func error(_ kind: TLSError.Kind, _ what: String) -> TLSError {
        let detail = drain().text
        return TLSError(kind, detail.isEmpty ? what : "\(what): \(detail)")
    }

    private static func text(of code: UInt) -> String {
        guard let reason = ERR_reason_error_string(code) else { return "error \(code)" }
        return String(cString: reason)
    }
}
