import SupportChannel

/// What a word of a console's line stands for, by the words before it.
enum CompletionSubject: Equatable {
    case verb
    case category
    /// The number of a forward that is open.
    case forward
    /// A file or folder here.
    case local
    /// A file or folder there, among what is shared for these.
    case remote([NamesParameters.Kind])
    /// One of these words.
    case option([String])
    case nothing

    init(_ word: TypedWord) {
        guard let verb = word.before.first else {
            self = .verb
            return
        }
        let options = Self.options[verb] ?? []
        if word.value.hasPrefix("-"), !options.isEmpty {
            self = .option(options)
            return
        }
        let place = word.before.dropFirst().filter { !$0.hasPrefix("-") }.count
        switch (verb, place) {
        case ("logs", _):
            self = Self.needsValue(word.before.last) ? .nothing : .remote([.logs])
        case ("get", 0), ("put", 1): self = .remote([.files])
        case ("get", 1), ("put", 0), ("diagnose", 0): self = .local
        // A command's arguments: only what is clearly a path.
        case ("run", _): self = word.value.hasPrefix("/") ? .remote([.logs, .files]) : .nothing
        case ("category", 0): self = .category
        case ("unforward", 0): self = .forward
        default: self = .nothing
        }
    }

    private static let options = [
        "logs": ["--follow", "--lines", "--since"], "get": ["--replace"], "put": ["--replace"],
    ]

    private static func needsValue(_ word: String?) -> Bool {
        ["-n", "--lines", "--since"].contains(word)
    }
}
