import Contracts

extension Fields {
    func access() -> Contract.Access {
        defer { reportUnknown() }
        let silent = Contract.Access()
        return Contract.Access(
            grants: grants() ?? silent.grants,
            logs: texts("logs") ?? silent.logs,
            commands: commands() ?? silent.commands,
            maximumSessionSeconds: value("maximumSession", Seconds.parse) ?? silent.maximumSessionSeconds,
            idleTimeoutSeconds: value("idleTimeout", Seconds.parse) ?? silent.idleTimeoutSeconds,
            files: texts("files"),
            largestFileBytes: value("largestFile", Bytes.parse),
            diagnose: diagnose()
        )
    }

    /// None at all where the list is empty: a contract's hash does not know the difference.
    private func diagnose() -> [Contract.Diagnostic]? {
        let diagnostics = list("diagnose") { fields in
            defer { fields.reportUnknown() }
            if !fields.has("command") { fields.missing("command") }
            return Contract.Diagnostic(
                id: fields.requiredText("id"),
                title: fields.explainedText("title"),
                command: fields.texts("command") ?? []
            )
        }
        return diagnostics?.isEmpty == true ? nil : diagnostics
    }

    private func grants() -> [Contract.Grant]? {
        list("grants") { tree, path in
            guard let scalar = Self.scalar(tree, path, at: tree.place, reading) else { return nil }
            return Self.choice(scalar, path, reading)
        }
    }

    private func commands() -> Contract.Commands? {
        guard let entry = entry("commands") else { return nil }
        let path = subpath("commands")
        let mend = "write any, or patterns like [[\"df\", \"-h\"], [\"journalctl\", \"*\"]]"
        if case .list = entry.value { return list("commands", pattern).map(Contract.Commands.patterns) }
        guard let scalar = Self.scalar(entry.value, path, at: entry.place, reading) else { return nil }
        if scalar.text == "any" { return .any }
        let sentence = "\(quoted(scalar.text)) is neither any nor a list of patterns"
        reading.unreadable(path, at: scalar.place, sentence, mend: mend)
        return nil
    }

    private func pattern(_ tree: YAMLTree, _ path: String) -> [String] {
        if case .list(let arguments, _) = tree {
            if arguments.count > Self.most {
                let sentence = "there are more than \(Self.most) arguments"
                reading.wrong(path, at: tree.place, sentence, mend: "remove some")
            }
            return arguments.prefix(Self.most).enumerated().map { index, argument in
                let place = "\(path)[\(index)]"
                reading.locate(place, at: argument.place)
                // An argument may be an empty text, but only a quoted one.
                return Self.scalar(argument, place, at: argument.place, reading)?.text ?? ""
            }
        }
        var mend = "write it as a list, like [\"df\", \"-h\"]"
        if case .scalar(let scalar) = tree, scalar.text.utf8.count < 80 {
            mend = "write [\(scalar.text.split(separator: " ").map { "\"\($0)\"" }.joined(separator: ", "))]"
        }
        reading.unreadable(path, at: tree.place, "is \(tree.noun), not a list of arguments", mend: mend)
        return []
    }

    func privacy() -> Contract.Privacy {
        defer { reportUnknown() }
        let silent = Contract.Privacy()
        return Contract.Privacy(
            transcriptRetentionDays: integer("transcriptRetentionDays") ?? silent.transcriptRetentionDays,
            redact: texts("redact") ?? silent.redact
        )
    }
}
