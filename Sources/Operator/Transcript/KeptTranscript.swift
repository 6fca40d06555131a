import Contracts
import FoundationEssentials
import Receipts
import RelayAPI
import TerminalText
import Transcripts

/// What this operator keeps of a session that was, and whether it is what its receipt was signed for.
public struct KeptTranscript: Sendable {
    /// The session.
    public let about: TranscriptAbout
    /// Its folder.
    let folder: TranscriptFolder
    /// Whether it is what the receipt was signed for.
    public let verdict: TranscriptVerdict
    /// The receipt; nil where none is kept here.
    let receipt: Receipt?
    /// Whether both who agreed to the session signed for the digest: in the receipt, else in the closing statement.
    let isSigned: Bool

    /// The transcript of a session.
    ///
    /// - Throws: `OperatorError` where there is none (any more), or it cannot be read.
    public init(of session: String, in home: OperatorHome) throws {
        let folder = home.transcripts.folder(of: session)
        func kept<Value>(_ name: String, _ read: ([UInt8]) throws -> Value) throws -> Value? {
            try home.read(OperatorHome.file(name, session, "json")).flatMap { try? read(Self.line($0)) }
        }
        do {
            guard let about = try folder.readAbout() else { throw Self.absent(session, home) }
            let receipt = try kept(OperatorHome.receipts) { try Receipt(canonical: $0) }
            let closing = try kept(OperatorHome.closings) { try ClosingStatement(canonical: $0) }
            let consent = try kept(OperatorHome.consents) { try ConsentRecord(canonical: $0) }
            if let receipt, receipt.transcriptDigest != nil {
                isSigned = consent.map { receipt.isAnswered(under: $0) } ?? false
            } else {
                isSigned = consent.map { closing?.isSigned(by: [.client, .operator], of: $0) ?? false } ?? false
            }
            verdict = try TranscriptVerdict(
                of: folder,
                session: session,
                digest: receipt?.transcriptDigest ?? closing?.actionsDigest,
                keptBy: .operator
            )
            self.receipt = receipt
            self.about = about
            self.folder = folder
        } catch let error as TranscriptError {
            throw OperatorError(.home, "the transcript of \(session) cannot be read: \(error) (check \(folder.path))")
        }
    }

    private static func line(_ bytes: [UInt8]) -> [UInt8] {
        bytes.last == UInt8(ascii: "\n") ? Array(bytes.dropLast()) : bytes
    }

    private static func absent(_ session: String, _ home: OperatorHome) -> OperatorError {
        let name = TerminalText.name(session, limit: 64)
        let kept = home.transcripts.sessions.suffix(10).map { TerminalText.name($0.session, limit: 64) }
        let hint =
            kept.isEmpty
            ? "none is kept here; contracts say after how many days they are deleted"
            : "kept are: \(kept.joined(separator: ", "))"
        return OperatorError(.noSession, "there is no transcript of \"\(name)\" here (\(hint))")
    }

    /// Whether nothing speaks against it.
    public var isRight: Bool { verdict != .otherList && verdict != .otherRecording }

    /// Whether both ends signed for exactly this.
    public var isProven: Bool { verdict == .whole && isSigned }

    /// The verdict in a sentence.
    public var sentence: String {
        switch verdict {
        case .absent: "there is no transcript"
        case .unproven where about.endedAt == nil:
            "the session is not over, or its program did not live to see the end: nothing proves this recording"
        case .unproven: "both ends signed for no list of this session's actions, so that nothing proves this recording"
        case .otherList:
            "CAUTION: the list of actions is not the one of which both signed the digest; it was changed or is gone"
        case .otherRecording:
            "CAUTION: the recording is not the one of which the signed list has the digest; it was changed or is gone"
        case .listAlone: "the list of actions is the one that was signed for; there is no recording"
        case .whole where !isSigned:
            "the recording fits what is kept of the session, but that does not carry the signatures that it needs"
        case .whole: "this is the recording for which both signed\(receiptSentence)"
        }
    }

    private var receiptSentence: String {
        guard let receipt, receipt.transcriptDigest != nil else { return ", when the session was over" }
        return "; its digest is in the receipt (\(ReceiptPage.sentence(receipt)))"
    }

    /// The recording.
    ///
    /// - Throws: `OperatorError` where there is none.
    public func recording() throws -> [UInt8] {
        do {
            if let bytes = try folder.readRecording() { return bytes }
        } catch {
            throw OperatorError(.home, "\(folder.recording) cannot be read: \(error) (check its owner and the disk)")
        }
        throw OperatorError(.home, "there is no recording in \(folder.path) (--list shows the actions)")
    }

    /// The actions on which both ends agreed; nil where it did not come to that.
    public var actions: [ActionRecord]? { list?.actions }

    private var list: SessionTranscript? {
        guard verdict == .whole || verdict == .listAlone || verdict == .otherRecording else { return nil }
        return try? folder.readList()
    }

    /// What was done: the list on which both ends agreed; without one what was written down during the session.
    ///
    /// - Throws: `OperatorError`.
    public func plainList() throws -> String {
        if let list { return list.page(.english) }
        do {
            if let text = try folder.readActions() { return text }
        } catch {
            throw OperatorError(.home, "\(folder.actions) cannot be read: \(error) (check its owner and the disk)")
        }
        throw OperatorError(.home, "there is no list of actions in \(folder.path)")
    }

    /// What `lotse replay --json` prints.
    public struct Summary: Encodable, Sendable {
        var session: String
        var contract: String
        var machine: String
        var startedAt: Timestamp
        var endedAt: Timestamp?
        var deletedAt: Timestamp?
        var isProven: Bool
        var verdict: String
        var recording: String
        var actions: [ActionRecord]
    }

    /// The same for scripts.
    public var summary: Summary {
        Summary(
            session: about.session,
            contract: about.contract,
            machine: about.machine,
            startedAt: Timestamp(seconds: about.startedAt),
            endedAt: about.endedAt.map { Timestamp(seconds: $0) },
            deletedAt: about.endedAt.map { Timestamp(seconds: $0 + about.retentionDays * 86_400) },
            isProven: isProven,
            verdict: sentence,
            recording: folder.recording,
            actions: actions ?? []
        )
    }
}
