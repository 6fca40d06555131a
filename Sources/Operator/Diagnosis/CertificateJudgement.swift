import RelayAPI

/// Certificates that run out.
enum CertificateJudgement {
    /// Paths, each followed by `notAfter=Nov 28 11:00:00 2026 GMT` where it is a certificate.
    static let expiry: DiagnosticCheck.Judge = { report, context in
        var path = ""
        var ends: [(path: String, line: String, end: Timestamp)] = []
        for line in report.lines {
            if line.hasPrefix("notAfter=") {
                guard let end = time(line.dropFirst("notAfter=".count)) else { continue }
                ends.append((path, String(line), end))
            } else {
                path = String(line)
            }
        }
        guard !ends.isEmpty else {
            return report.errorOutput.contains("Permission denied")
                ? .unknown("the agent's user may not read the folders of certificates") : .none
        }
        return .judged(
            ends.sorted { $0.end < $1.end }.compactMap { entry in
                let (left, overflow) = entry.end.seconds.subtractingReportingOverflow(context.now.seconds)
                guard !overflow, left < 14 * 86_400 else { return nil }
                let days = left / 86_400
                let when =
                    left < 0
                    ? "ran out on \(entry.end.rfc3339.prefix(10))"
                    : days == 1 ? "runs out in 1 day" : "runs out in \(days) days"
                return Finding(
                    left < 3 * 86_400 ? .bad : .look,
                    "the certificate \(entry.path) \(when)",
                    "Programs refuse to connect once it has run out; look whether it is still in use and why it was not renewed.",
                    evidence: ["\(entry.path): \(entry.line)"]
                )
            }
        )
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// The time as OpenSSL prints it (ASN1_TIME_print(3)).
    static func time(_ text: Substring) -> Timestamp? {
        let parts = text.split(separator: " ", omittingEmptySubsequences: true)
        guard parts.count >= 4, let month = months.firstIndex(of: String(parts[0])), let day = Int(parts[1]),
            let year = Int(parts[3]), (1...31).contains(day), (1950...9999).contains(year)
        else { return nil }
        let pad = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
        return Timestamp(rfc3339: "\(year)-\(pad(month + 1))-\(pad(day))T\(parts[2])Z")
    }
}
