import RelayAPI
import SupportChannel
import Testing

@testable import Operator

/// Reports as a machine would send them.
enum CheckSamples {
    static let now = Timestamp(seconds: 1_767_225_600)

    static func report(
        _ id: String,
        _ output: String,
        errors: String = "",
        status: Int32? = 0,
        outcome: CheckNotice.Outcome = .ended
    ) throws -> CheckReport {
        let check = try #require(CheckCatalogue.checks.first { $0.id == id })
        var report = CheckReport(check)
        report.append(Array(output.utf8), isError: false)
        report.append(Array(errors.utf8), isError: true)
        report.notice = CheckNotice(index: 0, outcome: outcome, status: status, milliseconds: 40)
        report.endedAt = now
        return report
    }

    static func verdict(
        _ id: String,
        _ output: String,
        errors: String = "",
        status: Int32 = 0,
        outcome: CheckNotice.Outcome = .ended,
        outputs: [String: String] = [:]
    ) throws -> Verdict {
        try report(id, output, errors: errors, status: status, outcome: outcome)
            .verdict(DiagnosisContext(outputs: outputs, now: now))
    }

    /// `bad: title` or `look: title` of each finding.
    static func found(
        _ id: String,
        _ output: String,
        errors: String = "",
        status: Int32 = 0,
        outcome: CheckNotice.Outcome = .ended,
        outputs: [String: String] = [:]
    ) throws -> [String] {
        let verdict = try verdict(id, output, errors: errors, status: status, outcome: outcome, outputs: outputs)
        switch verdict {
        case .judged(let findings): return findings.map { "\($0.severity): \($0.title)" }
        case .unknown(let reason): return ["unknown: \(reason)"]
        case .none: return ["none"]
        }
    }

    static let df = """
        Filesystem     1024-blocks     Used Available Capacity Mounted on
        udev               3974904        0   3974904       0% /dev
        tmpfs               801036     1496    799540       1% /run
        /dev/vda1         41151788 39915000    100000      97% /
        /dev/vdb1        103080888 93803608   9277280      91% /srv/my backup
        /dev/loop3          113024   113024         0     100% /snap/core22/1380
        //nas/share share   1000000   100000    900000      10% /mnt/nas
        /dev/vda1         41151788 39915000    100000      97% /etc/hosts

        """
}
