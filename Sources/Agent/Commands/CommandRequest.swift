/// One command as the operator asked for it: the exact argument vector, and how long it may take.
///
/// The first argument names the program: with a slash it is a path (relative ones start at the working directory),
/// without it is looked up in `PATH`. No shell ever sees the arguments.
public struct CommandRequest: Sendable, Equatable {
    /// The argument vector, program first; never empty, free of NUL.
    public let arguments: [String]

    /// The longest the command may run before it is ended, a year at most; `nil` is no limit.
    public let timeout: Duration?

    /// All arguments together may have this many bytes, each with its closing NUL.
    public static let maximumSize = 1 << 20

    /// One argument may have this many bytes: Linux refuses more (`MAX_ARG_STRLEN`, 32 pages with the closing NUL).
    public static let maximumArgumentSize = (1 << 17) - 1

    /// Checks that the system could run these arguments at all.
    ///
    /// - Throws: ``CommandError`` if there is no program name, an argument contains NUL, or they are too large.
    public init(arguments: [String], timeout: Duration? = nil) throws(CommandError) {
        guard let program = arguments.first, !program.isEmpty else {
            throw CommandError(kind: .noProgram, diagnostics: "the command is empty: name the program to run")
        }
        var size = 0
        for (index, argument) in arguments.enumerated() {
            if argument.utf8.contains(0) {
                throw CommandError(
                    kind: .containsNUL,
                    diagnostics: "argument \(index) contains a NUL character, which no program can receive: remove it"
                )
            }
            let length = argument.utf8.count
            size += length + 1
            if length > Self.maximumArgumentSize || size > Self.maximumSize {
                throw CommandError(
                    kind: .tooLarge,
                    diagnostics:
                        "the arguments are too large (argument \(index)): send the data on standard input instead"
                )
            }
        }
        self.arguments = arguments
        self.timeout = timeout?.limited
    }
}

/// Why a command was refused before anything ran.
public struct CommandError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of refusal this is.
    public enum Kind: Sendable, Equatable {
        /// No argument at all, or an empty program name.
        case noProgram
        /// An argument contains the character NUL.
        case containsNUL
        /// One argument or all of them together are larger than the limits of ``CommandRequest``.
        case tooLarge
    }

    /// What kind of refusal this is.
    public let kind: Kind
    /// The sentence to show.
    public let diagnostics: String

    /// One sentence: what is wrong and what to do about it.
    public var description: String { diagnostics }
}
