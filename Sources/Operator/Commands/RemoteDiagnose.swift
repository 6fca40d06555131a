import FoundationEssentials
import NIOCore
import RelayAPI
import SupportChannel
import Synchronization
import TerminalText

/// `lotse diagnose`: looks at the client's machine by the catalogue and the contract's own checks, and writes down what it found.
///
/// Whatever ends it early, what had arrived stays, with a page that says that it is a part. Exit status: 0 where every check was
/// taken to its end, whatever it found; 1 where not, or where the folder could not be written; 128 + signal.
public struct RemoteDiagnose: Sendable {
    /// The folder to make; nil: one named by session and time, here.
    public var folder: String?
    /// Whether standard output gets the record as JSON instead of a summary.
    public var isJSON: Bool
    /// Where the summary goes.
    public var output: OutputDescriptor
    /// Where everything else goes.
    public var errorOutput: OutputDescriptor
    /// Signals to this program meanwhile.
    public var signals: AsyncStream<Int32>

    /// A diagnosis.
    public init(
        folder: String? = nil,
        isJSON: Bool = false,
        output: OutputDescriptor,
        errorOutput: OutputDescriptor,
        signals: AsyncStream<Int32>
    ) {
        self.folder = folder
        self.isJSON = isJSON
        self.output = output
        self.errorOutput = errorOutput
        self.signals = signals
    }

    /// How it came to its end, before anything is made of it.
    private struct End: Sendable {
        var status: Int32 = 0
        var message: String?
        /// Why something is missing; nil where nothing is.
        var shortfall: String?
    }

    /// Looks, writes, and says what it found.
    public func perform(on client: HolderClient) async -> RemoteRun.Outcome {
        do {
            let status = try await client.status()
            let started = Timestamp(seconds: Int64(Date().timeIntervalSince1970))
            let name = folder ?? DiagnosisFolder.standardName(session: status.session, at: started)
            let path = name.hasSuffix("/") && name.count > 1 ? String(name.dropLast()) : name
            let checks = CheckCatalogue.checks + (status.diagnose ?? []).map(DiagnosticCheck.init)
            let diagnosis = Diagnosis(
                session: status.session,
                contract: TerminalText.name(status.contract),
                machine: TerminalText.name(status.agent),
                startedAt: started,
                checks: Array(checks.prefix(DiagnoseParameters.mostChecks))
            )
            let intake = DiagnosisIntake(diagnosis, try DiagnosisFolder(making: path))
            return try await conclude(await look(client, intake), intake)
        } catch let error as OperatorError {
            return .init(status: 1, message: error.description)
        } catch is OutputDescriptor.ReaderIsGone {
            return .init(status: 128 + 13)
        } catch {
            return .init(status: 1, message: OperatorError.sentence(for: error))
        }
    }

    /// Writes what there is, and says what was found.
    private func conclude(_ end: End, _ intake: DiagnosisIntake) async throws -> RemoteRun.Outcome {
        guard await intake.hasBegun else {
            intake.folder.forget()
            return .init(status: end.status, message: end.message ?? end.shortfall)
        }
        var outcome = RemoteRun.Outcome(status: end.status, message: end.message)
        if let problem = await intake.finish(shortfall: end.shortfall) {
            // Said, and the summary all the same: it is there.
            outcome = .init(status: outcome.status == 0 ? 1 : outcome.status, message: problem.description)
        }
        let (diagnosis, folder) = (await intake.diagnosis, intake.folder)
        if isJSON {
            let json = try DiagnosisRecord(diagnosis, folder: folder.path).json()
            try await output.writeOwn(String(decoding: json, as: UTF8.self))
        } else {
            let lines = diagnosis.summary(page: TerminalText.name(folder.page, limit: 1000))
            try await output.writeOwn(lines.map { $0 + "\n" }.joined())
        }
        return outcome
    }

    // MARK: - Looking

    /// Signals count from the beginning: also while the client thinks about it.
    private func look(_ client: HolderClient, _ intake: DiagnosisIntake) async -> End {
        let acceptance = Acceptance()
        let parameters = await intake.parameters
        return await withTaskGroup(of: End?.self) { group in
            group.addTask {
                do {
                    return try await client.end.perform("diagnose", parameters) { replies, requests in
                        acceptance.come(requests)
                        await intake.begin()
                        return try await receive(replies, intake)
                    }
                } catch let refusal as Refusal {
                    return End(status: 1, message: refusal.message, shortfall: refusal.message)
                } catch let error as OperatorError {
                    return End(status: 1, message: error.description, shortfall: error.description)
                } catch {
                    let sentence = "the session's holder is gone (lotse sessions shows how the session stands)"
                    return End(status: 1, message: sentence, shortfall: "the session's holder was gone")
                }
            }
            group.addTask {
                for await number in signals { return End(status: 128 + number, shortfall: "it was interrupted here") }
                return nil
            }
            group.addTask {
                await acceptance.explain(on: errorOutput)
                return nil
            }
            defer { group.cancelAll() }
            while let end = await group.next() {
                if let end { return end }
            }
            return End(status: 1, shortfall: "it broke off")
        }
    }

    private func receive(_ replies: ActionInput, _ intake: DiagnosisIntake) async throws -> End {
        var progress = CheckProgress(errorOutput)
        while let frame = try await replies.next() {
            switch frame.kind {
            case .source: await intake.take(frame.payload)
            case .notice:
                let notice = try JSONDecoder().decode(CheckNotice.self, from: Data(frame.payload.readableBytesView))
                try await intake.take(notice)
                let diagnosis = await intake.diagnosis
                await progress.show(diagnosis.endedCount, of: diagnosis.reports.count)
            case .result:
                await progress.clear()
                // What the holder says instead where the stream broke has no word about that, and is no whole diagnosis.
                let result = try JSONDecoder().decode(DiagnoseResult.self, from: Data(frame.payload.readableBytesView))
                await intake.take(result)
                let isComplete = await intake.diagnosis.reports.allSatisfy { $0.notice != nil }
                guard result.isWhole != true || !isComplete else { return End() }
                let sentence = TerminalText.name(result.message ?? "not every check was answered", limit: 400)
                return End(status: 1, message: sentence, shortfall: sentence)
            default: break
            }
        }
        throw SupportChannelError(kind: .closed, diagnostics: "without a result")
    }
}

/// `12 of 28 checks`, on one line of a terminal.
private struct CheckProgress {
    private let errorOutput: OutputDescriptor
    private var isDrawn = false

    init(_ errorOutput: OutputDescriptor) { self.errorOutput = errorOutput }

    mutating func show(_ count: Int, of total: Int) async {
        guard errorOutput.isTerminal else { return }
        isDrawn = true
        try? await errorOutput.writeOwn("\r\u{1b}[K\(count) of \(total) checks")
    }

    mutating func clear() async {
        guard isDrawn else { return }
        try? await errorOutput.writeOwn("\r\u{1b}[K")
    }
}
