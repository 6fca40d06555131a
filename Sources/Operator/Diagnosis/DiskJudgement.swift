/// File systems and drives.
enum DiskJudgement {
    /// One line of `df -P` (POSIX.1-2017, df): names may hold spaces, so the row is read from its percentage.
    private struct Row {
        var device: String
        var total: Substring
        var percent: Int
        var mount: String
        var line: Substring

        init?(_ line: Substring) {
            let fields = line.split(separator: " ", omittingEmptySubsequences: true)
            guard let place = fields.firstIndex(where: { $0.hasSuffix("%") && Int($0.dropLast()) != nil }), place >= 4,
                place + 1 < fields.count, let percent = Int(fields[place].dropLast())
            else { return nil }
            device = fields[..<(place - 3)].joined(separator: " ")
            total = fields[place - 3]
            mount = fields[(place + 1)...].joined(separator: " ")
            self.percent = percent
            self.line = line
        }

        /// Images that are full by nature, and what containers show twice.
        var isNatural: Bool {
            ["devtmpfs", "udev", "squashfs", "efivarfs", "none"].contains(device) || device.hasPrefix("/dev/loop")
                || ["/snap/", "/var/lib/docker/", "/var/lib/containers/", "/sys/", "/proc/"].contains(
                    where: mount.hasPrefix
                )
        }
    }

    private static func full(_ report: CheckReport, _ finding: (Row) -> Finding) -> Verdict {
        let rows = report.lines.compactMap(Row.init)
        // With -i a file system without a fixed number of files has "-" in that column.
        guard !rows.isEmpty || report.lines.count > 1 && report.status == 0 else { return report.complaint }
        var seen: Set<String> = []
        return .judged(
            rows.filter { row in
                row.percent >= 90 && !row.isNatural && seen.insert("\(row.device) \(row.total)").inserted
            }
            .map(finding)
        )
    }

    static let space: DiagnosticCheck.Judge = { report, _ in
        full(report) { row in
            Finding(
                row.percent >= 95 ? .bad : .look,
                "\(row.mount) is \(row.percent) % full",
                "A full file system stops databases, mail and updates; find what grew (logs, backups, caches).",
                evidence: [String(row.line)]
            )
        }
    }

    static let inodes: DiagnosticCheck.Judge = { report, _ in
        full(report) { row in
            Finding(
                row.percent >= 95 ? .bad : .look,
                "\(row.mount) has room for few more files (\(row.percent) % used)",
                "There is space left, and still no file can be made; find a folder with very many small ones.",
                evidence: [String(row.line)]
            )
        }
    }

    private static let written: Set<Substring> = [
        "ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "zfs", "jfs", "reiserfs",
    ]

    /// `/proc/mounts` (proc_mounts(5)): device, place, type, options.
    static let mounts: DiagnosticCheck.Judge = { report, _ in
        let rows = report.lines.map { $0.split(separator: " ") }.filter { $0.count >= 4 }
        guard !rows.isEmpty else { return report.complaint }
        let isReadOnly = { (row: [Substring]) in row[3].split(separator: ",").contains("ro") }
        // A place that shows a part of another one for reading only is meant to.
        let writable = Set(rows.filter { !isReadOnly($0) }.map { $0[0] })
        return .judged(
            rows.filter { row in
                written.contains(row[2]) && isReadOnly(row) && !row[0].hasPrefix("/dev/loop")
                    && !writable.contains(row[0])
            }
            .map { row in
                let isForced = row[3].contains("emergency_ro") || row[3].contains("errors=remount-ro")
                return Finding(
                    row[1] == "/" || isForced ? .bad : .look,
                    "\(row[1]) can only be read",
                    "Where nobody wanted that, the kernel found the file system damaged; look at its messages.",
                    evidence: [row.joined(separator: " ")]
                )
            }
        )
    }

    /// `/proc/mdstat` (md(4)): `[U_]` has an underscore for each drive that is missing.
    static let raid: DiagnosticCheck.Judge = { report, _ in
        guard !report.lines.isEmpty else { return .none }
        var array: Substring = "an array"
        var findings: [Finding] = []
        for line in report.lines {
            let words = line.split(separator: " ")
            if let name = words.first, words.count > 1, words[1] == ":", name.hasPrefix("md") { array = name }
            guard let map = words.last(where: { $0.hasPrefix("[") && $0.hasSuffix("]") && $0.contains("_") }),
                map.dropFirst().dropLast().allSatisfy({ $0 == "U" || $0 == "_" })
            else { continue }
            findings.append(
                Finding(
                    .bad,
                    "RAID \(array) has lost a drive",
                    "Its data has less protection, or none; replace the drive.",
                    evidence: [String(line)]
                )
            )
        }
        return .judged(findings)
    }
}
