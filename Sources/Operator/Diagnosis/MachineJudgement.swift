/// Load, processes, memory.
enum MachineJudgement {
    /// `/proc/loadavg`: the average of five minutes, for each processor (proc_loadavg(5)).
    static let load: DiagnosticCheck.Judge = { report, context in
        let fields = report.lines.first?.split(separator: " ") ?? []
        guard fields.count >= 3, let average = Double(fields[1]) else { return report.complaint }
        let processors = context.outputs["processors"].flatMap { Int($0.filter { !$0.isWhitespace }) } ?? 1
        let each = average / Double(max(1, processors))
        guard each >= 1.5 else { return .judged([]) }
        return .judged([
            Finding(
                each >= 4 ? .bad : .look,
                "load of \(fields[1]) on \(processors) \(processors == 1 ? "processor" : "processors")",
                "More wants to work, or waits for the disk, than the machine can serve; look at what works most.",
                evidence: [String(report.lines[0])]
            )
        ])
    }

    /// `ps -eo stat,pid,comm`: D waits for a device, Z was left unburied.
    static let processes: DiagnosticCheck.Judge = { report, _ in
        let rows = report.lines.map { $0.split(separator: " ", omittingEmptySubsequences: true) }
        guard rows.first?.first == "STAT", rows.count > 1 else { return report.complaint }
        var findings: [Finding] = []
        let waiting = rows.dropFirst().filter { $0.first?.first == "D" }
        if waiting.count >= 3 {
            findings.append(
                Finding(
                    .look,
                    "\(waiting.count) processes wait for a disk or a network drive",
                    "They cannot go on, nor be ended, until it answers.",
                    evidence: waiting.map { $0.joined(separator: " ") }
                )
            )
        }
        let zombies = rows.dropFirst().filter { $0.first?.first == "Z" }
        if zombies.count >= 10 {
            findings.append(
                Finding(
                    .look,
                    "\(zombies.count) ended processes were never collected",
                    "Their parent is stuck or faulty; when process numbers run out nothing starts any more.",
                    evidence: zombies.map { $0.joined(separator: " ") }
                )
            )
        }
        return .judged(findings)
    }

    /// `/proc/meminfo`, in kB; kernels before 3.14 have no MemAvailable.
    static let memory: DiagnosticCheck.Judge = { report, _ in
        var values: [Substring: Double] = [:]
        for line in report.lines {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, let number = parts[1].split(separator: " ").first.flatMap({ Double($0) }) else {
                continue
            }
            values[parts[0]] = number
        }
        guard let total = values["MemTotal"], total > 0,
            let available = values["MemAvailable"]
                ?? values["MemFree"].map({ $0 + (values["Buffers"] ?? 0) + (values["Cached"] ?? 0) })
        else { return report.complaint }
        var findings: [Finding] = []
        let evidence = report.lines.filter { $0.hasPrefix("Mem") || $0.hasPrefix("Swap") }.map(String.init)
        if available / total < 0.1 {
            findings.append(
                Finding(
                    available / total < 0.05 ? .bad : .look,
                    "\(percent(available, total)) % of the memory is left",
                    "Soon programs get slow or are killed; look at what uses it.",
                    evidence: evidence
                )
            )
        }
        if let swap = values["SwapTotal"], swap > 0, let free = values["SwapFree"], free / swap < 0.1 {
            findings.append(
                Finding(
                    available / total < 0.2 ? .bad : .look,
                    "the swap space is \(percent(swap - free, swap)) % full",
                    "Memory was short, or still is; when both are full the system kills programs.",
                    evidence: evidence
                )
            )
        }
        return .judged(findings)
    }

    private static func percent(_ part: Double, _ whole: Double) -> Int {
        let value = part / whole * 100
        return value.isFinite ? Int(min(max(value, 0), 100)) : 0
    }

    /// `/proc/pressure/*` behind grep: share of a minute in which work stood still (Documentation/accounting/psi.rst).
    static let pressure: DiagnosticCheck.Judge = { report, _ in
        let limits: [(file: String, kind: String, limit: Double, severity: Finding.Severity, what: String)] = [
            ("memory", "full", 10, .bad, "memory"), ("io", "full", 20, .look, "the disk"),
            ("cpu", "some", 60, .look, "a processor"),
        ]
        var isPressure = false
        var findings: [Finding] = []
        for line in report.lines {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, parts[0].hasPrefix("/proc/pressure/") else { continue }
            let fields = parts[1].split(separator: " ")
            guard let minute = fields.first(where: { $0.hasPrefix("avg60=") }).flatMap({ Double($0.dropFirst(6)) })
            else {
                continue
            }
            isPressure = true
            for row in limits
            where parts[0].hasSuffix("/\(row.file)") && fields[0] == row.kind && minute >= row.limit && minute <= 100 {
                findings.append(
                    Finding(
                        row.severity,
                        "work stands still \(Int(minute)) % of the time for want of \(row.what)",
                        "That is what users feel as slowness.",
                        evidence: [String(line)]
                    )
                )
            }
        }
        return isPressure ? .judged(findings) : report.complaint
    }
}
