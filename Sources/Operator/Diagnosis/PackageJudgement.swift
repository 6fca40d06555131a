/// Updates that wait.
enum PackageJudgement {
    private static func waiting(_ lines: [Substring], security: [Substring] = []) -> Verdict {
        guard !lines.isEmpty else { return .judged([]) }
        let updates = ServiceJudgement.counted(lines.count, "update waits", "updates wait")
        guard !security.isEmpty else {
            return .judged([
                Finding(.look, updates, "Install them when it suits.", evidence: lines.map(String.init))
            ])
        }
        return .judged([
            Finding(
                .bad,
                "\(updates), \(security.count) of them for security",
                "Known holes are open until they are installed.",
                evidence: security.map(String.init)
            )
        ])
    }

    /// `apt list --upgradable`: `openssl/stable-security 3.0.11 amd64 [upgradable from: 3.0.9]`.
    static let apt: DiagnosticCheck.Judge = { report, _ in
        guard report.status == 0 else { return report.complaint }
        let lines = report.lines.filter { $0.contains("[upgradable from") }
        let security = lines.filter { line in
            line.prefix { $0 != " " }.drop { $0 != "/" }.lowercased().contains("security")
        }
        return waiting(lines, security: security)
    }

    /// `dnf check-update`: status 100 where there are some; name, version and repository.
    static let dnf: DiagnosticCheck.Judge = { report, _ in
        switch report.status {
        case 0: return .judged([])
        case 100:
            let lines = report.lines.prefix { !$0.hasPrefix("Obsoleting") }
            return waiting(lines.filter { $0.split(separator: " ").count == 3 && $0.contains(".") })
        default: return report.complaint
        }
    }

    /// `apk version -l '<'`: `busybox-1.36.1-r15 < 1.36.1-r19`.
    static let apk: DiagnosticCheck.Judge = { report, _ in
        guard report.status == 0 else { return report.complaint }
        return waiting(report.lines.filter { $0.split(separator: " ").contains("<") })
    }

    /// What Debian's packages leave in /run.
    static let restart: DiagnosticCheck.Judge = { report, _ in
        guard !report.lines.isEmpty else { return report.status == 0 ? .judged([]) : report.complaint }
        return .judged([
            Finding(
                .look,
                "a restart is needed after updates",
                "The kernel or a library was replaced, and the old one still runs.",
                evidence: report.lines.map(String.init)
            )
        ])
    }
}
