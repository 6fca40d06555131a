import TLS

/// What a look at the relay showed.
public struct RelaySight: Sendable {
    /// The verified chain, from the relay's certificate to the authority's.
    public let chain: [Certificate]
    /// What the relay's clock says; nil where it does not say.
    public let date: Timestamp?
}

/// The `Date` of an HTTP answer (RFC 9110 §5.6.7).
enum HTTPDate {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Reads `Sun, 06 Nov 1994 08:49:37 GMT`, the one form that a server may write.
    static func read(_ text: String) -> Timestamp? {
        let words = text.split(separator: " ")
        guard words.count == 6, words[1].utf8.count == 2, words[5] == "GMT",
            let month = months.firstIndex(of: String(words[2]))
        else { return nil }
        let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        return Timestamp(rfc3339: "\(words[3])-\(number)-\(words[1])T\(words[4])Z")
    }
}
