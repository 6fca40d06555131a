// What happens to a log file, told to the client. The operator reads the same in the notices' own words.
extension Phrases {
    /// How much of a file is read: `, the last 3 lines`.
    func last(_ lines: Int) -> String {
        lines == 1
            ? say(", the last line", ", die letzte Zeile")
            : say(", the last \(lines) lines", ", die letzten \(lines) Zeilen")
    }

    /// A sentence about a file; its path is made safe to show before.
    func logNotice(_ notice: LogNotice, path: String) -> String {
        switch notice {
        case .rotated:
            say(
                "\(path): a new file took its place, and is read on",
                "\(path): eine neue Datei ist an ihrer Stelle und wird weitergelesen"
            )
        case .truncated:
            say("\(path): was emptied, and is read from its start", "\(path): wurde geleert und wird von vorn gelesen")
        case .gone:
            say("\(path): is gone; a new file is waited for", "\(path): ist weg; auf eine neue Datei wird gewartet")
        case .appeared: say("\(path): is there now", "\(path): ist jetzt da")
        case .withoutTimes:
            say(
                "\(path): its lines carry no time; its last lines are read",
                "\(path): die Zeilen nennen keine Zeit; gelesen werden die letzten"
            )
        case .problem(let problem): say(problem.kind, path)
        }
    }

    func noJournal(_ path: String) -> String {
        say("\(path): this computer has no journalctl", "\(path): dieser Computer hat kein journalctl")
    }
    func noSuchUnit(_ path: String) -> String {
        say("\(path): is no name of a service", "\(path): ist kein Name eines Dienstes")
    }
    func journalFailed(_ path: String, _ reason: String) -> String {
        say("\(path): cannot be read: \(reason)", "\(path): lässt sich nicht lesen: \(reason)")
    }

    private func say(_ problem: LogProblem.Kind, _ path: String) -> String {
        switch problem {
        case .notAbsolute: say("\(path): is not a whole path", "\(path): ist kein vollständiger Pfad")
        case .notShared:
            say(
                "\(path): you do not share this, so it is not read",
                "\(path): geben Sie nicht frei, wird also nicht gelesen"
            )
        case .leadsOutside:
            say(
                "\(path): leads to a place that you do not share, so it is not read",
                "\(path): führt an einen Ort, den Sie nicht freigeben, wird also nicht gelesen"
            )
        case .missing: say("\(path): does not exist", "\(path): gibt es nicht")
        case .unreadable: say("\(path): you may not read this yourself", "\(path): dürfen Sie selbst nicht lesen")
        case .directory: say("\(path): is a folder", "\(path): ist ein Ordner")
        case .pipe, .socket, .device: say("\(path): is not a log file", "\(path): ist keine Protokolldatei")
        case .tooMany: say("\(path): too many files at once", "\(path): zu viele Dateien auf einmal")
        case .noMatch: say("\(path): matches no file", "\(path): passt auf keine Datei")
        case .cutShort, .damaged:
            say("\(path): is damaged; what could be read was read", "\(path): ist beschädigt; gelesen wurde, was ging")
        case .bomb:
            say(
                "\(path): unpacks to more than any log does, and is read no further",
                "\(path): entpackt sich zu mehr als jedes Protokoll und wird nicht weitergelesen"
            )
        case .failed: say("\(path): cannot be read", "\(path): lässt sich nicht lesen")
        }
    }
}
