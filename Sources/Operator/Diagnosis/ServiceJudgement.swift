import TerminalText

/// Services and containers.
enum ServiceJudgement {
    /// `systemctl --failed`: one unit a line; older ones draw a dot in front.
    static let failed: DiagnosticCheck.Judge = { report, _ in
        guard report.status == 0 else { return report.complaint }
        let units = report.lines.compactMap { line -> (name: String, line: String)? in
            let words = line.split(separator: " ", omittingEmptySubsequences: true)
            guard let name = words.first(where: { $0.contains(".") }), words.contains("failed") else { return nil }
            return (String(name), String(line))
        }
        guard !units.isEmpty else { return .judged([]) }
        return .judged([
            Finding(
                .bad,
                "\(counted(units.count, "service has", "services have")) failed: \(list(units.map(\.name)))",
                "They should run and do not; systemctl status and the journal say why.",
                evidence: units.map(\.line)
            )
        ])
    }

    /// `NAME: STATUS` of docker.
    static let containers: DiagnosticCheck.Judge = { report, _ in
        guard report.status == 0 else { return report.complaint }
        let broken = report.lines.filter { line in
            ["Restarting", "(unhealthy)", "Dead"].contains { line.contains($0) }
        }
        guard !broken.isEmpty else { return .judged([]) }
        let names = broken.map { String($0.prefix { $0 != ":" }) }
        return .judged([
            Finding(
                .bad,
                "\(counted(broken.count, "container is", "containers are")) not well: \(list(names))",
                "They restart again and again, or fail their own check; docker logs says why.",
                evidence: broken.map(String.init)
            )
        ])
    }

    static func counted(_ count: Int, _ one: String, _ many: String) -> String { "\(count) \(count == 1 ? one : many)" }

    /// The first few names.
    static func list(_ names: [String]) -> String {
        let shown = names.prefix(4).map { TerminalText.name($0, limit: 40) }.joined(separator: ", ")
        return names.count > 4 ? "\(shown) and \(names.count - 4) more" : shown
    }
}
