import ArgumentParser
import Ledger
import Relay

/// `lotse-relay verify`.
struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check the whole ledger: hash chain, signatures, sums. Also while the relay serves.",
        discussion: "Example: lotse-relay verify /srv/lotse"
    )

    @Argument(help: "The relay's folder.")
    var dir: String

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let report = try RelaySetup(path: dir).verify()
        if json {
            try printJSON(JSONReport(report))
        } else if report.ok {
            print("ok: \(report.entries) entries, nothing edited, removed or added")
        } else {
            let place = report.firstBad.map { "entry \($0)" } ?? "the ledger"
            print(
                "BAD: \(place): \(report.problem ?? "does not fit") (\(report.entries) entries; keep the files, and restore a backup)"
            )
        }
        if !report.ok { throw ExitCode(1) }
    }
}

/// The report for scripts: `firstBad` is there, and null where all is well.
private struct JSONReport: Encodable {
    let report: VerifyReport

    init(_ report: VerifyReport) { self.report = report }

    private enum Key: String, CodingKey {
        case entries, ok, firstBad, problem
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(report.entries, forKey: .entries)
        try container.encode(report.ok, forKey: .ok)
        try container.encode(report.firstBad, forKey: .firstBad)
        try container.encodeIfPresent(report.problem, forKey: .problem)
    }
}
