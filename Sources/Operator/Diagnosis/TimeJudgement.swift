import RelayAPI

/// The machine's clock.
enum TimeJudgement {
    /// `date -u +%s` beside the operator's clock when the answer came.
    static let clock: DiagnosticCheck.Judge = { report, context in
        guard let theirs = report.lines.first.flatMap({ Int64($0.filter { !$0.isWhitespace }) }) else {
            return report.complaint
        }
        let ours = (report.endedAt ?? context.now).seconds
        let (difference, overflow) = theirs.subtractingReportingOverflow(ours)
        let magnitude = overflow ? UInt64.max : difference.magnitude
        guard magnitude >= 60 else { return .judged([]) }
        let amount = magnitude < 7200 ? "\(magnitude / 60) min" : "\(magnitude / 3600) h"
        return .judged([
            Finding(
                magnitude >= 300 ? .bad : .look,
                "the clock is \(amount) \(theirs < ours ? "slow" : "fast")",
                "Certificates, log-ins and the order of logs depend on it (this is by your own clock, which may be the wrong one).",
                evidence: ["theirs \(theirs), yours \(ours), in seconds since 1970"]
            )
        ])
    }

    /// `timedatectl show` (systemd 239 and later).
    static let synchronization: DiagnosticCheck.Judge = { report, _ in
        guard report.status == 0, let line = report.lines.first(where: { $0.hasPrefix("NTPSynchronized=") }) else {
            return report.complaint
        }
        guard line == "NTPSynchronized=no" else { return .judged([]) }
        return .judged([
            Finding(
                .look,
                "nothing keeps the clock right",
                "It drifts by seconds a day; switch a time service on.",
                evidence: report.lines.filter { $0.contains("NTP") }.map(String.init)
            )
        ])
    }
}
