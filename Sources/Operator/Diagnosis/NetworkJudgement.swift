/// Network and names.
enum NetworkJudgement {
    /// `/proc/net/route` and `/proc/net/ipv6_route`: a destination of zeros leads everywhere.
    static let routes: DiagnosticCheck.Judge = { report, _ in
        var isTable = false
        for line in report.lines {
            let fields = line.split(whereSeparator: \.isWhitespace)
            if fields.first == "Iface" { isTable = true }
            let isOut4 = fields.count >= 8 && fields.count < 12 && fields[1] == "00000000" && fields[0] != "lo"
            let isOut6 =
                fields.count == 10 && fields[0].count == 32 && fields[0].allSatisfy { $0 == "0" } && fields[1] == "00"
                && fields[9] != "lo"
            if isOut4 || isOut6 { return .judged([]) }
            if fields.count == 10, fields[0].count == 32 { isTable = true }
        }
        guard isTable else { return report.complaint }
        return .judged([
            Finding(
                .bad,
                "there is no default route",
                "The machine reaches nothing beyond its local network; look at its addresses and the router.",
                evidence: report.lines.map(String.init)
            )
        ])
    }

    /// `/proc/net/dev` (proc_net(5)): received bytes, packets, errors, …; sent ones from the ninth on.
    static let interfaces: DiagnosticCheck.Judge = { report, _ in
        var isTable = false
        var findings: [Finding] = []
        for line in report.lines {
            let parts = line.split(separator: ":", maxSplits: 1)
            let numbers = parts.count == 2 ? parts[1].split(separator: " ").compactMap { Double($0) } : []
            guard numbers.count >= 11 else { continue }
            isTable = true
            let (packets, errors) = (numbers[1] + numbers[9], numbers[2] + numbers[10])
            guard errors > 100, errors > packets / 1000 else { continue }
            let name = parts[0].filter { !$0.isWhitespace }
            findings.append(
                Finding(
                    .look,
                    "errors on the network card \(name)",
                    "A cable, a switch or the card is faulty where their number grows.",
                    evidence: [String(line)]
                )
            )
        }
        return isTable ? .judged(findings) : report.complaint
    }

    /// resolv.conf(5).
    static let nameServers: DiagnosticCheck.Judge = { report, _ in
        guard report.status == 0 else { return report.complaint }
        let servers = report.lines.filter { $0.split(whereSeparator: \.isWhitespace).first == "nameserver" }
        guard servers.isEmpty else { return .judged([]) }
        return .judged([
            Finding(
                .look,
                "no name server is set",
                "Names resolve only where one runs on this machine.",
                evidence: report.lines.map(String.init)
            )
        ])
    }

    /// getent(1): status 2 where the name is not found.
    static let names: DiagnosticCheck.Judge = { report, _ in
        switch report.status {
        case 0 where !report.lines.isEmpty: .judged([])
        case 1, 3, nil: report.complaint
        default:
            .judged([
                Finding(
                    .bad,
                    "names do not resolve",
                    "example.org is not found: the name servers are wrong, or nothing beyond the local network is reached.",
                    evidence: [report.check.arguments.joined(separator: " ") + ": status \(report.status ?? 0)"]
                )
            ])
        }
    }
}
