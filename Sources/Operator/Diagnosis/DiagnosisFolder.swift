import FoundationEssentials
import Glibc
import RelayAPI
import TerminalText

/// The folder of one diagnosis: a text file for each check as it arrives, and a page that is whole at every moment.
///
/// Only the operator may read it. Nothing that was there before is written over; a page or record that cannot be written leaves the
/// one before it in place.
struct DiagnosisFolder {
    let path: String

    /// Where the page is.
    var page: String { path + "/index.html" }

    /// The folder's name where the operator gives none: `diagnosis-SESSION-20261105-203000`.
    static func standardName(session: String, at time: Timestamp) -> String {
        let stamp = time.rfc3339.filter { $0.isNumber || $0 == "T" }.replacing("T", with: "-")
        return "diagnosis-\(safe(session))-\(stamp)"
    }

    /// The file of a check.
    static func fileName(_ check: DiagnosticCheck) -> String { safe(check.id) + ".txt" }

    /// What an id may hold; it always stands behind letters, so that dots mean nothing to a file system.
    private static func safe(_ name: String) -> String {
        let safe = name.utf8.map { byte -> UInt8 in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "."):
                byte
            default: UInt8(ascii: "_")
            }
        }
        return safe.isEmpty ? "_" : String(decoding: safe.prefix(80), as: UTF8.self)
    }

    /// Makes a folder that was not there, or takes an empty one.
    ///
    /// - Throws: `OperatorError` (`home`) where there is something in it, or it cannot be made.
    init(making path: String) throws(OperatorError) {
        if mkdir(path, 0o700) != 0 {
            let code = errno
            guard code == EEXIST else {
                throw OperatorError(
                    .home,
                    "the folder \(TerminalText.name(path, limit: 400)) cannot be made: \(String(cString: strerror(code))) "
                        + "(--output names another one)"
                )
            }
            guard (try? FileManager.default.contentsOfDirectory(atPath: path))?.isEmpty == true else {
                throw OperatorError(
                    .home,
                    "\(TerminalText.name(path, limit: 400)) is there already and not an empty folder (--output names another one)"
                )
            }
        }
        self.path = path
    }

    /// Removes the folder where nothing is in it.
    func forget() { _ = rmdir(path) }

    /// The text file of a check.
    func write(_ report: CheckReport) throws(OperatorError) {
        var text = "\(TerminalText.commandLine(report.check.arguments))\n\(report.outcomeText)\n\n\(report.output)"
        let errors = report.errorOutput
        if !errors.isEmpty { text += "\(text.hasSuffix("\n") ? "" : "\n")\non standard error:\n\(errors)" }
        try write(Array(text.utf8), Self.fileName(report.check))
    }

    /// Page and record, as they stand.
    func write(_ diagnosis: Diagnosis) throws(OperatorError) {
        try write(Array(DiagnosisPage(diagnosis: diagnosis).html.utf8), "index.html")
        let json: [UInt8]
        do { json = try DiagnosisRecord(diagnosis, folder: path).json() } catch {
            throw OperatorError(.home, "the record of the diagnosis cannot be made: \(error)")
        }
        try write(json, "diagnosis.json")
    }

    private func write(_ bytes: [UInt8], _ name: String) throws(OperatorError) {
        do {
            // Written beside and moved: whoever looks meanwhile, and a full disk, see the one before.
            try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + name), options: .atomic)
        } catch {
            throw OperatorError(
                .home,
                "\(TerminalText.name(path, limit: 400))/\(name) cannot be written (check the folder and the disk)"
            )
        }
    }
}
