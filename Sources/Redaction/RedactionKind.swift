/// What is blacked out.
public enum RedactionKind: String, Sendable, CaseIterable {
    /// A private key in PEM or OpenSSH form, its text included.
    case privateKey
    /// A token that is known by its prefix or by the name in front of it.
    case token
    /// A JSON Web Token (RFC 7519).
    case jwt
    /// A password in a URL, or behind a name that says so.
    case password
    /// What follows `Bearer` (RFC 6750 §2.1).
    case bearer
    /// An e-mail address.
    case email
    /// A bank account's number (ISO 13616), its check digits right.
    case iban

    /// What stands in its place.
    public var marker: String { "[redacted \(words)]" }

    /// Its name for a person, in the singular.
    public var words: String {
        switch self {
        case .privateKey: "private key"
        case .token: "token"
        case .jwt: "JWT"
        case .password: "password"
        case .bearer: "bearer token"
        case .email: "e-mail address"
        case .iban: "IBAN"
        }
    }

    /// Its place in ``RedactionCounts``.
    var index: Int {
        switch self {
        case .privateKey: 0
        case .token: 1
        case .jwt: 2
        case .password: 3
        case .bearer: 4
        case .email: 5
        case .iban: 6
        }
    }
}

/// Which kinds are blacked out. Secrets always are.
public struct RedactionRules: Sendable, Equatable {
    /// E-mail addresses too.
    public var email: Bool
    /// Bank accounts too.
    public var iban: Bool

    /// Secrets alone.
    public static let secrets = RedactionRules()

    /// Secrets and what is said.
    public init(email: Bool = false, iban: Bool = false) {
        self.email = email
        self.iban = iban
    }

    /// The rules of a contract's `privacy.redact`; names that are not known add nothing.
    public init(sets: [String]) {
        self.init(email: sets.contains("email"), iban: sets.contains("iban"))
    }
}

/// How often something was blacked out.
public struct RedactionCounts: Sendable, Equatable {
    private var counts = [Int64](repeating: 0, count: RedactionKind.allCases.count)

    /// Nothing was.
    public init() {}

    /// How often that was.
    public subscript(kind: RedactionKind) -> Int64 { counts[kind.index] }

    /// All kinds together.
    public var total: Int64 { counts.reduce(0, &+) }

    /// What is not zero, by the kinds' names: as receipts say it.
    public var byName: [String: Int64] {
        var names: [String: Int64] = [:]
        for kind in RedactionKind.allCases where self[kind] > 0 { names[kind.rawValue] = self[kind] }
        return names
    }

    /// Counts one more.
    mutating func count(_ kind: RedactionKind) { counts[kind.index] &+= 1 }

    /// Adds what was counted elsewhere.
    public static func += (counts: inout RedactionCounts, other: RedactionCounts) {
        for index in counts.counts.indices { counts.counts[index] &+= other.counts[index] }
    }

    /// What was counted since `earlier`.
    public func since(_ earlier: RedactionCounts) -> RedactionCounts {
        var difference = self
        for index in counts.indices { difference.counts[index] &-= earlier.counts[index] }
        return difference
    }
}
