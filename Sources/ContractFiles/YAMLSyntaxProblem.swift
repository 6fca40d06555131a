import Contracts
import Yams

/// A file that is not YAML, in words for a person who never read the specification.
struct YAMLSyntaxProblem {
    var place: Place
    var sentence: String
    var mend: String?

    private init(place: Place, sentence: String, mend: String?) {
        (self.place, self.sentence, self.mend) = (place, sentence, mend)
    }

    init(_ error: any Error, in text: String) {
        switch error {
        case YamlError.scanner(let context, let problem, let mark, _),
            YamlError.parser(let context, let problem, let mark, _),
            YamlError.composer(let context, let problem, let mark, _):
            self.init(problem, at: Place(mark), context: context, in: text)
        case YamlError.reader(let problem, _, _, _):
            self.init(place: .start, sentence: "the file cannot be read: \(problem)", mend: "save it as UTF-8 text")
        default:
            self.init(place: .start, sentence: "the file is not YAML", mend: "compare it with `lotse contract new`")
        }
    }

    private init(_ problem: String, at place: Place, context: YamlError.Context?, in text: String) {
        self.place = place
        let opened = context.map { " (opened in line \($0.mark.line))" } ?? ""
        let line = Self.line(place.line, of: text)
        let character = line.unicodeScalars.dropFirst(place.column - 1).first
        switch problem {
        case _ where line.prefix(while: { $0 == " " || $0 == "\t" }).contains("\t"):
            (sentence, mend) = ("the line is indented with a tab", "use spaces")
        case "mapping values are not allowed in this context":
            (sentence, mend) = ("there is a second colon, or the indentation is off", "put text with \": \" in quotes")
        case "found character that cannot start any token":
            let shown = character.map { quoted(String($0)) } ?? "this"
            (sentence, mend) = ("a text cannot start with \(shown)", "put it in quotes")
        case "could not find expected ':'":
            (sentence, mend) = ("there is no colon after a name", "write name: value")
        case "found undefined alias":
            (sentence, mend) = ("a text cannot start with \"*\"", "put it in quotes")
        case "found unexpected end of stream":
            (sentence, mend) = ("a quote is never closed\(opened)", "close it")
        case "did not find expected ',' or '}'", "did not find expected ',' or ']'":
            (sentence, mend) = ("a bracket is not closed, or a comma is missing\(opened)", "close or add it")
        case "did not find expected key", "did not find expected '-' indicator":
            (sentence, mend) = ("the line is not indented like its neighbours\(opened)", "align it with them")
        case "but found another document":
            (sentence, mend) = ("a second document starts here", "keep one contract in a file")
        case _ where problem.hasPrefix("Maximum nesting level"):
            (sentence, mend) = ("the file nests too deep", "no contract does: write it flatter")
        default:
            (sentence, mend) = ("this is not YAML: \(problem)", "compare it with `lotse contract new`")
        }
    }

    private static func line(_ number: Int, of text: String) -> Substring {
        let lines = text.split(separator: "\n", maxSplits: number, omittingEmptySubsequences: false)
        return lines.indices.contains(number - 1) ? lines[number - 1] : ""
    }
}
