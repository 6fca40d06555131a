/// A file of settings whose values somebody else reads (`relay.yaml`): whether all of its names are known.
///
/// Who reads settings by their names never sees one that is misspelt, and goes on with the default.
public enum SettingsFile {
    /// Everything that is wrong with the names, in the order of the file.
    ///
    /// - Parameters:
    ///   - text: the file's text, at most 1 MiB.
    ///   - known: the names that there are.
    public static func problems(text: String, known: [String]) -> [FileProblem] {
        var parsing = YAMLParsing()
        let tree = parsing.parse(text)
        let reading = Reading(problems: parsing.problems)
        guard let fields = reading.root(of: tree, example: "the template of lotse-relay init") else {
            return reading.sorted
        }
        for name in known { _ = fields.entry(name) }
        fields.reportUnknown()
        return reading.sorted
    }
}
