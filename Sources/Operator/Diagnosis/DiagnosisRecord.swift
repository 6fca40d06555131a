import FoundationEssentials
import SupportChannel

/// `diagnosis.json`: the same as the page, for programs.
struct DiagnosisRecord: Encodable {
    struct Check: Encodable {
        var id: String
        var title: String
        var command: [String]
        /// How it ended; left out where that did not arrive.
        var outcome: String?
        var status: Int32?
        var milliseconds: Int64?
        var file: String?
    }

    struct Entry: Encodable {
        var check: String
        var severity: Finding.Severity
        var title: String
        var meaning: String
        var evidence: [String]
    }

    struct Unknown: Encodable {
        var check: String
        var reason: String
    }

    var kind = "lotse-diagnosis"
    var version = 1
    var folder: String
    var session: String
    var contract: String
    var machine: String
    var startedAt: String
    /// Why it is not whole; left out where it is.
    var shortfall: String?
    var findings: [Entry]
    /// Ids of checks of which nothing is wrong.
    var fine: [String]
    var unknown: [Unknown]
    var checks: [Check]
    var redactions: [String: Int64]

    init(_ diagnosis: Diagnosis, folder: String) {
        let assessment = diagnosis.assessment
        let id = { (index: Int) in diagnosis.reports[index].check.id }
        self.folder = folder
        session = diagnosis.session
        contract = diagnosis.contract
        machine = diagnosis.machine
        startedAt = diagnosis.startedAt.rfc3339
        shortfall = diagnosis.shortfall
        findings = assessment.findings.map { entry in
            Entry(
                check: id(entry.report),
                severity: entry.finding.severity,
                title: entry.finding.title,
                meaning: entry.finding.meaning,
                evidence: entry.finding.evidence
            )
        }
        fine = assessment.fine.map(id)
        unknown = assessment.unknown.map { Unknown(check: id($0.report), reason: $0.reason) }
        checks = diagnosis.reports.map { report in
            Check(
                id: report.check.id,
                title: report.check.title,
                command: report.check.arguments,
                outcome: report.notice?.outcome.rawValue,
                status: report.notice?.status,
                milliseconds: report.notice?.milliseconds,
                file: report.notice == nil ? nil : DiagnosisFolder.fileName(report.check)
            )
        }
        redactions = diagnosis.redactions
    }

    func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
    }
}
