import RelayAPI
import SupportChannel
import TerminalText

/// What came of one check: its output as far as it arrived, and how it ended.
public struct CheckReport: Sendable {
    /// Which check.
    public var check: DiagnosticCheck
    /// How it ended; nil where that did not arrive.
    public var notice: CheckNotice?
    /// When that arrived here.
    public var endedAt: Timestamp?
    /// Bytes of the client's machine, hostile.
    public private(set) var outputBytes: [UInt8] = []
    /// The same of standard error.
    public private(set) var errorBytes: [UInt8] = []

    /// A report at its beginning.
    public init(_ check: DiagnosticCheck) { self.check = check }

    /// Takes in what arrived. What is more than an honest agent sends is dropped.
    mutating func append(_ bytes: some Collection<UInt8>, isError: Bool) {
        // Marks of what was blacked out are longer than some secrets.
        let room = max(0, 2 * DiagnoseParameters.longestOutput - outputBytes.count - errorBytes.count)
        if isError { errorBytes += bytes.prefix(room) } else { outputBytes += bytes.prefix(room) }
    }

    /// What it printed, safe to show.
    public var output: String { TerminalText.visibleText(outputBytes) }
    /// What it complained about, safe to show.
    public var errorOutput: String { TerminalText.visibleText(errorBytes) }

    /// Lines with something in them.
    var lines: [Substring] { output.split(whereSeparator: \.isNewline) }

    /// The exit status of a check that ran to its end.
    var status: Int32? { notice?.outcome == .ended ? notice?.status : nil }

    /// What it says.
    func verdict(_ context: DiagnosisContext) -> Verdict {
        guard let judge = check.judge else { return .none }
        switch notice?.outcome {
        case nil: return .unknown("it did not come to its end")
        case .absent: return check.isOptional ? .none : .unknown("\(check.program) is not on this machine")
        case .notAllowed: return .unknown("the contract does not allow it")
        case .failed: return .unknown(TerminalText.name(notice?.reason ?? "it could not be run", limit: 200))
        case .timedOut where check.timeoutMeans == nil:
            return .unknown("it was stopped after \(DiagnoseParameters.longestSeconds) s")
        case .timedOut: return .judged(check.timeoutMeans.map { [$0] } ?? [])
        case .ended, .cut: return judge(self, context)
        }
    }

    /// What a check says that printed nothing to go by.
    var complaint: Verdict {
        guard let line = errorOutput.split(whereSeparator: \.isNewline).first else {
            return .unknown("its output says nothing" + (status.map { " (status \($0))" } ?? ""))
        }
        return .unknown(TerminalText.name(String(line), limit: 200))
    }

    /// How it ended, for people.
    var outcomeText: String {
        let seconds = notice.map { notice in
            // No honest one takes an hour.
            let tenths = (min(max(0, notice.milliseconds), 3_600_000) + 50) / 100
            return " after \(tenths / 10).\(tenths % 10) s"
        }
        switch notice?.outcome {
        case nil: return "no end arrived"
        case .ended: return "status \(notice?.status ?? 0)\(seconds ?? "")"
        case .cut: return "cut off: it wrote more than \(DiagnoseParameters.longestOutput / 1024) KiB"
        case .timedOut:
            return "stopped: its \(DiagnoseParameters.longestSeconds) s were up; what it wrote until then is here"
        case .absent: return "not there"
        case .failed: return "did not run: \(TerminalText.name(notice?.reason ?? "", limit: 200))"
        case .notAllowed: return "not allowed by the contract"
        }
    }
}

/// What else a judgement may go by.
public struct DiagnosisContext: Sendable {
    /// What other checks printed, by id.
    public var outputs: [String: String]
    /// The operator's clock.
    public var now: Timestamp

    /// A context.
    public init(outputs: [String: String] = [:], now: Timestamp) {
        self.outputs = outputs
        self.now = now
    }
}
