import TerminalText

/// What was blacked out of logs on the client's machine, for an operator.
public enum RedactionText {
    /// `2 passwords, 1 JWT`; kinds that this release does not know come last, by their names.
    public static func list(_ counts: [String: Int64]) -> String {
        let known = words.map(\.kind)
        let unknown = counts.keys.filter { !known.contains($0) }.sorted()
        let rows = words + unknown.map { ($0, $0, $0) }
        return rows.compactMap { kind, one, many in
            guard let count = counts[kind], count > 0 else { return nil }
            return "\(count) \(TerminalText.name(count == 1 ? one : many, limit: 40))"
        }
        .joined(separator: ", ")
    }

    private static let words: [(kind: String, one: String, many: String)] = [
        ("privateKey", "private key", "private keys"), ("token", "token", "tokens"), ("jwt", "JWT", "JWTs"),
        ("password", "password", "passwords"), ("bearer", "bearer token", "bearer tokens"),
        ("email", "e-mail address", "e-mail addresses"), ("iban", "IBAN", "IBANs"),
    ]
}
