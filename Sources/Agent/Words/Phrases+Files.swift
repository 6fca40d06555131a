import FileTransfers

/// Files that are fetched and put, told to the client.
extension Phrases {
    func size(_ bytes: Int64) -> String { FileSize.text(bytes, point: say(".", ",")) }

    // MARK: The terms

    func asksFiles(_ size: String) -> String {
        say(
            "fetch and put files, each of which you see before (at most \(size) each)",
            "Dateien holen und ablegen, jede sehen Sie vorher (je höchstens \(size))"
        )
    }
    func asksFiles(_ paths: String, _ size: String) -> String {
        say(
            "fetch files from and put files into \(paths) (at most \(size) each)",
            "Dateien holen und ablegen in \(paths) (je höchstens \(size))"
        )
    }

    // MARK: Names

    func looksAtNames(_ name: String, _ path: String) -> String {
        say("\(name) looks at names in \(path)", "\(name) sieht sich Namen in \(path) an")
    }

    // MARK: Before a transfer

    func asksToFetch(_ number: Int, _ path: String, _ size: String) -> String {
        say("[\(number)] wants to fetch: \(path) (\(size))", "[\(number)] möchte holen: \(path) (\(size))")
    }
    func asksToPut(_ number: Int, _ path: String, _ size: String, replacing: String?) -> String {
        guard let replacing else {
            return say("[\(number)] wants to put: \(path) (\(size))", "[\(number)] möchte ablegen: \(path) (\(size))")
        }
        return say(
            "[\(number)] wants to REPLACE your file: \(path) (\(replacing) by \(size))",
            "[\(number)] möchte Ihre Datei ERSETZEN: \(path) (\(replacing) durch \(size))"
        )
    }
    func fetches(_ number: Int, _ path: String, _ size: String) -> String {
        say("[\(number)] fetches: \(path) (\(size))", "[\(number)] holt: \(path) (\(size))")
    }
    func puts(_ number: Int, _ path: String, _ size: String, replacing: String?) -> String {
        guard let replacing else {
            return say("[\(number)] puts: \(path) (\(size))", "[\(number)] legt ab: \(path) (\(size))")
        }
        return say(
            "[\(number)] replaces: \(path) (\(replacing) by \(size))",
            "[\(number)] ersetzt: \(path) (\(replacing) durch \(size))"
        )
    }

    // MARK: After it

    func fetched(_ number: Int, after time: String, digest: String) -> String {
        let digest = "\(digest.prefix(16))…"
        return say(
            "[\(number)] was fetched after \(time), SHA-256 \(digest)",
            "[\(number)] geholt nach \(time), SHA-256 \(digest)"
        )
    }
    func wasPut(_ number: Int, after time: String, digest: String) -> String {
        let digest = "\(digest.prefix(16))…"
        return say(
            "[\(number)] was put after \(time), SHA-256 \(digest)",
            "[\(number)] abgelegt nach \(time), SHA-256 \(digest)"
        )
    }
    func isThereAlready(_ number: Int) -> String {
        say("[\(number)] is there already, just so", "[\(number)] liegt schon genau so da")
    }
    func transferFailed(_ number: Int, _ reason: String) -> String {
        say("[\(number)] failed: \(reason)", "[\(number)] misslang: \(reason)")
    }
    func partIsKept(_ number: Int, _ path: String, _ size: String) -> String {
        say(
            "[\(number)] what arrived so far (\(size)) is kept in \(path)",
            "[\(number)] was bisher ankam (\(size)), liegt in \(path)"
        )
    }

    /// Why a file is not carried over, without its name.
    func reason(_ error: FileTransferError) -> String {
        switch error.kind {
        case .badPath: say("not a whole path", "kein vollständiger Pfad")
        case .badName: say("not a name for a file", "kein Name für eine Datei")
        case .hidden: say("names with a dot in front stay closed", "Namen mit Punkt davor bleiben zu")
        case .notShared: say("you do not share this", "geben Sie nicht frei")
        case .leadsOutside:
            say("leads to a place that you do not share", "führt an einen Ort, den Sie nicht freigeben")
        case .missing: say("does not exist", "gibt es nicht")
        case .denied: say("you may not do this yourself", "dürfen Sie selbst nicht")
        case .link: say("is a link", "ist eine Verknüpfung")
        case .directory: say("is a folder", "ist ein Ordner")
        case .special: say("is no regular file", "ist keine gewöhnliche Datei")
        case .exists: say("there is such a file already", "so eine Datei gibt es schon")
        case .busy: say("is being carried over already", "wird gerade schon übertragen")
        case .tooLarge: say("larger than agreed", "größer als vereinbart")
        case .full: say("there is no room for it on this computer", "auf diesem Computer ist kein Platz dafür")
        case .changed: say("changed while it was read", "änderte sich beim Lesen")
        case .mismatch:
            say(
                "what arrived is not what was announced, and was thrown away",
                "es kam nicht das an, was angekündigt war; es wurde verworfen"
            )
        case .incomplete: say("not all of it arrived", "nicht alles kam an")
        case .failed: error.detail ?? say("the system gives no reason", "das System nennt keinen Grund")
        }
    }
}
