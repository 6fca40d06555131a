import Redaction
import TerminalText

/// What kinds of blacked out things are called.
enum RedactionNames {
    struct Words {
        var english: (one: String, many: String)
        var german: (one: String, many: String)
    }

    /// The kinds in the order in which they are told, unknown ones last; safe to show.
    static func ordered(_ counts: [String: Int64]) -> [(kind: String, count: Int64)] {
        let known = RedactionKind.allCases.map(\.rawValue)
        let names = known + counts.keys.filter { !known.contains($0) }.sorted()
        return names.compactMap { name in
            counts[name].flatMap { $0 > 0 ? (TerminalText.name(name, limit: 40), $0) : nil }
        }
    }

    /// nil for a kind that this release does not know.
    static func words(_ kind: String) -> Words? {
        switch RedactionKind(rawValue: kind) {
        case .privateKey:
            Words(english: ("private key", "private keys"), german: ("privater Schlüssel", "private Schlüssel"))
        case .token: Words(english: ("token", "tokens"), german: ("Token", "Token"))
        case .jwt: Words(english: ("JWT", "JWTs"), german: ("JWT", "JWT"))
        case .password: Words(english: ("password", "passwords"), german: ("Passwort", "Passwörter"))
        case .bearer: Words(english: ("bearer token", "bearer tokens"), german: ("Bearer-Token", "Bearer-Token"))
        case .email:
            Words(english: ("e-mail address", "e-mail addresses"), german: ("E-Mail-Adresse", "E-Mail-Adressen"))
        case .iban: Words(english: ("IBAN", "IBANs"), german: ("IBAN", "IBANs"))
        case nil: nil
        }
    }
}
