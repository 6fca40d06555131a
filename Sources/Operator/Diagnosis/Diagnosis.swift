import RelayAPI
import TerminalText

/// What a diagnosis found on one machine, as far as it came.
public struct Diagnosis: Sendable {
    /// The session in which it was made.
    public var session: String
    /// The contract's id.
    public var contract: String
    /// The client's machine, safe to show.
    public var machine: String
    /// When it began, by the operator's clock.
    public var startedAt: Timestamp
    /// One for each check, in the catalogue's order.
    public var reports: [CheckReport]
    /// Why it is not whole; nil where it is.
    public var shortfall: String?
    /// What was blacked out on the client's machine, by kind.
    public var redactions: [String: Int64] = [:]

    /// A diagnosis that has begun.
    public init(
        session: String,
        contract: String,
        machine: String,
        startedAt: Timestamp,
        checks: [DiagnosticCheck]
    ) {
        self.session = session
        self.contract = contract
        self.machine = machine
        self.startedAt = startedAt
        reports = checks.map(CheckReport.init)
        shortfall = "it has not come to its end yet"
    }

    /// How many checks have ended.
    public var endedCount: Int { reports.count { $0.notice != nil } }

    /// What the reports say.
    public var assessment: Assessment { Assessment(reports, now: startedAt) }
}

/// What is wrong, what is fine, and what nobody could see.
public struct Assessment: Sendable {
    /// A finding, and whose output says so.
    public struct Entry: Sendable {
        /// What was found.
        public var finding: Finding
        /// Index in `Diagnosis.reports`.
        public var report: Int
    }

    /// Worst first, then in the catalogue's order; what two checks say alike is there once.
    public private(set) var findings: [Entry] = []
    /// Indices of reports of which nothing is wrong.
    public private(set) var fine: [Int] = []
    /// Indices of reports that could not be judged, and why.
    public private(set) var unknown: [(report: Int, reason: String)] = []

    init(_ reports: [CheckReport], now: Timestamp) {
        var context = DiagnosisContext(now: now)
        for report in reports where report.check.judge == nil { context.outputs[report.check.id] = report.output }
        var titles: Set<String> = []
        for (index, report) in reports.enumerated() {
            switch report.verdict(context) {
            case .judged(let found):
                if found.isEmpty { fine.append(index) }
                for finding in found where titles.insert(finding.title).inserted {
                    findings.append(Entry(finding: finding, report: index))
                }
            case .unknown(let reason): unknown.append((index, reason))
            case .none: break
            }
        }
        findings = Finding.Severity.allCases.flatMap { severity in findings.filter { $0.finding.severity == severity } }
    }

    /// How many findings are of a severity.
    public func count(_ severity: Finding.Severity) -> Int { findings.count { $0.finding.severity == severity } }

    /// All of it in one line.
    public var headline: String {
        let bad = count(.bad)
        return
            "\(bad == 1 ? "1 thing is" : "\(bad) things are") wrong, \(count(.look)) worth a look, \(fine.count) fine, "
            + "\(unknown.count) could not be seen"
    }
}

extension Diagnosis {
    /// At most 15 lines for a terminal.
    func summary(page: String) -> [String] {
        let assessment = assessment
        var lines = ["\(machine): \(assessment.headline)"]
        if let shortfall { lines.append("partial: \(TerminalText.name(shortfall, limit: 200))") }
        let most = 10
        lines += assessment.findings.prefix(most).map { entry in
            "  \(entry.finding.severity == .bad ? "BAD " : "look")  \(TerminalText.name(entry.finding.title, limit: 200))"
        }
        if assessment.findings.count > most { lines.append("        and \(assessment.findings.count - most) more") }
        if !redactions.isEmpty {
            lines.append("blacked out on the client's machine: \(RedactionText.list(redactions))")
        }
        lines.append("page: \(page)")
        return lines
    }
}
