extension Contract {
    func checkAccess(_ check: inout Check) {
        check.unique("access.grants", access.grants.map(\.rawValue), field: "")
        checkLogs(&check)
        checkFiles(&check)
        checkDiagnose(&check)
        if case .patterns(let patterns) = access.commands { checkPatterns(&check, patterns) }
        if access.maximumSessionSeconds <= 0 {
            check.error("access.maximumSession", "a session must last longer than nothing", mend: "write 4h")
        } else if access.maximumSessionSeconds > 24 * 3600 {
            let sentence = "\(Seconds.text(access.maximumSessionSeconds)) is longer than a day"
            check.warning("access.maximumSession", sentence, mend: "write 24h or less")
        }
        if access.idleTimeoutSeconds <= 0 {
            check.error("access.idleTimeout", "a session would end at once", mend: "write 15m")
        }
        check.range("privacy.transcriptRetentionDays", privacy.transcriptRetentionDays, 0...3650, unit: "days")
        for (index, name) in privacy.redact.enumerated() {
            let place = "privacy.redact[\(index)]"
            check.id(place, name)
            if Identifiers.isID(name), !Privacy.sets.contains(name) {
                let sentence = "\(quoted(name)) is no set that the client's program blacks out"
                check.error(place, sentence, mend: "write \(Privacy.sets.joined(separator: ", ")), or leave it out")
            }
        }
        check.unique("privacy.redact", privacy.redact, field: "")
    }

    private func checkLogs(_ check: inout Check) {
        checkPaths(&check, "access.logs", access.logs, example: "the folder of the logs, like /var/log")
        if !access.logs.isEmpty, !access.grants.contains(.logs) {
            let sentence = "logs are listed that may not be asked for"
            check.warning("access.logs", sentence, mend: "add logs to grants", related: ["access.grants[*]"])
        }
    }

    private func checkFiles(_ check: inout Check) {
        checkPaths(&check, "access.files", access.files ?? [], example: "the folder of the files, like /srv/shop")
        if let files = access.files, !files.isEmpty, !access.grants.contains(.files) {
            let sentence = "files are listed that may not be asked for"
            check.warning("access.files", sentence, mend: "add files to grants", related: ["access.grants[*]"])
        }
        if let bytes = access.largestFileBytes, bytes <= 0 {
            check.error("access.largestFile", "no file could be carried over", mend: "write 500MB, or remove the line")
        }
    }

    private func checkPaths(_ check: inout Check, _ list: String, _ paths: [String], example: String) {
        for (index, path) in paths.enumerated() {
            let place = "\(list)[\(index)]"
            let parts = path.split(separator: "/")
            if !path.hasPrefix("/") {
                check.error(place, "\(quoted(path)) is not an absolute path", mend: "start it with /")
            } else if parts.contains("..") || parts.contains(".") {
                check.error(place, "\(quoted(path)) goes by way of . or ..", mend: "write where it leads")
            } else if parts.isEmpty {
                check.error(place, "/ is the whole machine", mend: "write \(example)")
            } else {
                check.text(place, path)
            }
        }
        check.unique(list, paths, field: "")
    }

    private func checkPatterns(_ check: inout Check, _ patterns: [[String]]) {
        if patterns.isEmpty, access.grants.contains(.run) {
            let mend = "write any, or patterns like [\"df\", \"-h\"]"
            check.warning("access.commands", "no command may run, although run may be asked for", mend: mend)
        }
        for (index, pattern) in patterns.enumerated() {
            let place = "access.commands[\(index)]"
            guard let command = pattern.first, !command.isEmpty else {
                check.error(place, "a pattern starts with a command", mend: "write it like [\"df\", \"-h\"]")
                continue
            }
            if command.contains("*") {
                let mend = "write the command's name, or commands: any"
                check.error("\(place)[0]", "\(quoted(command)) is not a command", mend: mend)
            }
            for (position, argument) in pattern.enumerated()
            where argument.unicodeScalars.contains(where: \.isUnsafeToShow) {
                let sentence = "\(quoted(argument)) holds an invisible character"
                check.error("\(place)[\(position)]", sentence, mend: "write plain text")
            }
        }
    }

    private func checkDiagnose(_ check: inout Check) {
        let diagnostics = access.diagnose ?? []
        if !diagnostics.isEmpty, !access.grants.contains(.run) {
            let sentence = "checks are listed that may not be run"
            check.warning("access.diagnose", sentence, mend: "add run to grants", related: ["access.grants[*]"])
        }
        if diagnostics.count > Diagnostic.most {
            check.error("access.diagnose", "there are more than \(Diagnostic.most) checks", mend: "remove some")
        }
        for (index, diagnostic) in diagnostics.enumerated() {
            let place = "access.diagnose[\(index)]"
            check.id("\(place).id", diagnostic.id)
            check.text("\(place).title", diagnostic.title, why: "it says what is looked at")
            if diagnostic.command.first?.isEmpty ?? true {
                let mend = "write it like [\"ls\", \"-l\", \"/srv/backup\"]"
                check.error("\(place).command", "a check starts with a command", mend: mend)
            }
            for (position, argument) in diagnostic.command.enumerated()
            where argument.unicodeScalars.contains(where: \.isUnsafeToShow) {
                let sentence = "\(quoted(argument)) holds an invisible character"
                check.error("\(place).command[\(position)]", sentence, mend: "write plain text")
            }
        }
        check.unique("access.diagnose", diagnostics.map(\.id), field: "id")
    }
}
