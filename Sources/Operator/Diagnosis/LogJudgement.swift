/// Errors that were written down.
enum LogJudgement {
    /// The user may not see all of a journal (systemd says so on standard error).
    private static func isPartial(_ report: CheckReport) -> Bool {
        report.errorOutput.contains("not seeing messages from other users")
    }

    /// `journalctl --output=short-iso`: time, host, program[number]: message.
    static let journal: DiagnosticCheck.Judge = { report, _ in
        guard report.status == 0 || report.notice?.outcome == .cut else { return report.complaint }
        let entries = report.lines.filter { !$0.hasPrefix("-- ") && $0.first?.isNumber == true }
        guard !entries.isEmpty else {
            if isPartial(report) { return .unknown("the agent's user may not see the system's journal") }
            return report.errorOutput.isEmpty ? .judged([]) : report.complaint
        }
        var counts: [String: Int] = [:]
        for entry in entries {
            let words = entry.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: true)
            guard words.count > 2 else { continue }
            counts[String(words[2].prefix { $0 != "[" && $0 != ":" }), default: 0] += 1
        }
        let most = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) (\($0.value))" }
        let number =
            entries.count >= 200 ? "200 or more errors" : ServiceJudgement.counted(entries.count, "error", "errors")
        return .judged([
            Finding(
                .look,
                "\(number) in the journal: \(ServiceJudgement.list(most))",
                "Not every one matters; look whether the newest fit what the client complains about.",
                evidence: entries.suffix(Finding.mostEvidence).map(String.init)
            )
        ])
    }

    private struct Sign {
        var severity: Finding.Severity
        var title: String
        var meaning: String
        /// In lower case; all of one of these lists.
        var marks: [[String]]
    }

    private static let signs = [
        Sign(
            severity: .bad,
            title: "the memory ran out, and the kernel killed programs",
            meaning: "Which ones stands in the evidence; more memory is needed, or less use of it.",
            marks: [["out of memory: kill"], ["invoked oom-killer"], ["oom-kill:"]]
        ),
        Sign(
            severity: .bad,
            title: "a drive or a file system fails",
            meaning: "Save what matters before anything else, then test the drive.",
            marks: [
                ["i/o error", "dev "], ["ext4-fs error"], ["xfs", "corruption"], ["btrfs", "error", "corrupt"],
                ["remounting filesystem read-only"], ["critical medium error"], ["unrecovered read error"],
            ]
        ),
        Sign(
            severity: .bad,
            title: "the hardware reports errors",
            meaning: "Memory or processor may be faulty; test them.",
            marks: [["[hardware error]"], ["machine check", "uncorrected"]]
        ),
        Sign(
            severity: .bad,
            title: "the table of connections is full",
            meaning: "The firewall drops connections; its table is too small or something opens too many.",
            marks: [["nf_conntrack", "table full"]]
        ),
        Sign(
            severity: .look,
            title: "a program crashed",
            meaning: "Its own log, or an update of it, may say why.",
            marks: [["segfault at"], ["general protection fault"]]
        ),
        Sign(
            severity: .look,
            title: "work hung for minutes",
            meaning: "Most often a disk or network drive did not answer.",
            marks: [["blocked for more than", "seconds"]]
        ),
        Sign(
            severity: .look,
            title: "the processor was too hot",
            meaning: "It slows itself down; look at fans and dust.",
            marks: [["temperature above threshold"]]
        ),
    ]

    /// Messages of the kernel, wherever they were found.
    static let kernel: DiagnosticCheck.Judge = { report, _ in
        let lines = report.lines.filter { !$0.hasPrefix("-- ") && !$0.hasPrefix("==>") }
        guard !lines.isEmpty else {
            return isPartial(report) ? .unknown("the agent's user may not see the system's journal") : report.complaint
        }
        let lowered = lines.map { $0.lowercased() }
        return .judged(
            signs.compactMap { sign in
                let found = lines.indices.filter { index in
                    sign.marks.contains { marks in marks.allSatisfy { lowered[index].contains($0) } }
                }
                guard !found.isEmpty else { return nil }
                let evidence = found.suffix(Finding.mostEvidence).map { String(lines[$0]) }
                return Finding(sign.severity, sign.title, sign.meaning, evidence: evidence)
            }
        )
    }
}
