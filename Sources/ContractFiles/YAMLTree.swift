import Contracts

/// What a YAML file says: texts, lists and mappings, each with its place. Types are the reader's business: a scalar
/// stays the text that a person wrote, so that no number goes through floating point.
indirect enum YAMLTree {
    case scalar(Scalar)
    case list([YAMLTree], Place)
    case mapping([Entry], Place)

    struct Scalar {
        var text: String
        var isQuoted: Bool
        var place: Place

        /// `key:` with nothing after it, `~` or `null`.
        var isEmpty: Bool { !isQuoted && ["", "~", "null", "Null", "NULL"].contains(text) }
    }

    struct Entry {
        var key: String
        var keyPlace: Place
        var value: YAMLTree

        /// Where to look for the value: scalars stand for themselves, the others are found by their key.
        var place: Place {
            if case .scalar(let scalar) = value { scalar.isEmpty ? keyPlace : scalar.place } else { keyPlace }
        }
    }

    var place: Place {
        switch self {
        case .scalar(let scalar): scalar.place
        case .list(_, let place), .mapping(_, let place): place
        }
    }

    /// `text`, `a list` or `names with values`, for sentences.
    var noun: String {
        switch self {
        case .scalar: "text"
        case .list: "a list"
        case .mapping: "names with values"
        }
    }
}
