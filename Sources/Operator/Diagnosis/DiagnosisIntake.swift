import FoundationEssentials
import NIOCore
import RelayAPI
import SupportChannel

/// A diagnosis while it arrives: what has come is on disk before more is taken.
actor DiagnosisIntake {
    private(set) var diagnosis: Diagnosis
    nonisolated let folder: DiagnosisFolder
    private(set) var hasBegun = false
    /// The first thing that could not be written; the diagnosis goes on without.
    private var problem: OperatorError?
    private var isPageDue = ContinuousClock.now

    /// So often the page is written anew at most.
    private static let pageInterval: Duration = .seconds(1)

    init(_ diagnosis: Diagnosis, _ folder: DiagnosisFolder) {
        self.diagnosis = diagnosis
        self.folder = folder
    }

    /// What the agent is asked for.
    var parameters: DiagnoseParameters {
        DiagnoseParameters(
            checks: diagnosis.reports.map { CheckCommand(id: $0.check.id, arguments: $0.check.arguments) }
        )
    }

    /// The client allowed it.
    func begin() { hasBegun = true }

    /// Output of a check; what belongs to none is dropped.
    func take(_ payload: ByteBuffer) {
        var payload = payload
        guard let source = payload.readInteger(as: UInt16.self).map(Int.init),
            diagnosis.reports.indices.contains(source / 2), diagnosis.reports[source / 2].notice == nil
        else { return }
        diagnosis.reports[source / 2].append(payload.readableBytesView, isError: source % 2 == 1)
    }

    /// A check has ended.
    func take(_ notice: CheckNotice) throws {
        guard diagnosis.reports.indices.contains(notice.index), diagnosis.reports[notice.index].notice == nil else {
            return
        }
        diagnosis.reports[notice.index].notice = notice
        diagnosis.reports[notice.index].endedAt = Timestamp(seconds: Int64(Date().timeIntervalSince1970))
        let report = diagnosis.reports[notice.index]
        attempt { () throws(OperatorError) in try folder.write(report) }
        guard ContinuousClock.now >= isPageDue else { return }
        isPageDue = .now + Self.pageInterval
        let current = diagnosis
        attempt { () throws(OperatorError) in try folder.write(current) }
    }

    /// Nothing more comes.
    func take(_ result: DiagnoseResult) { diagnosis.redactions = result.redactions ?? [:] }

    /// Writes page and record for the last time.
    ///
    /// - Returns: what could not be written.
    func finish(shortfall: String?) -> OperatorError? {
        diagnosis.shortfall = shortfall
        // What was on its way when it ended is shown too.
        for report in diagnosis.reports where report.notice == nil && !report.outputBytes.isEmpty {
            attempt { () throws(OperatorError) in try folder.write(report) }
        }
        let current = diagnosis
        attempt { () throws(OperatorError) in try folder.write(current) }
        return problem
    }

    private func attempt(_ body: () throws(OperatorError) -> Void) {
        do { try body() } catch { problem = problem ?? error }
    }
}
