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
    /// What the receipt says of the signatures; nil where no receipt is kept here.
    let receipt: Receipt?
    /// Whether the receipt's signatures are those of the two who agreed to the session.
    let isReceiptProven: Bool

    /// The transcript of a session.
    ///
    /// - Throws: `OperatorError` where there is none (any more), or it cannot be read.
    public init(of session: String, in home: OperatorHome) throws {
        let folder = home.transcripts.folder(of: session)
        let receiptFile = try OperatorHome.file(OperatorHome.receipts, session, "json")
        let consentFile = try OperatorHome.file(OperatorHome.consents, session, "json")
        do {
            guard let about = try folder.readAbout() else { throw Self.absent(session, home) }
            receipt = try home.read(receiptFile).flatMap { try? Receipt(canonical: Self.line($0)) }
            let consent = try home.read(consentFile).flatMap { try? ConsentRecord(canonical: Self.line($0)) }
            isReceiptProven = receipt.map { receipt in consent.map { receipt.isAnswered(under: $0) } ?? false } ?? false
            verdict = try TranscriptVerdict(
                of: folder,
                session: session,
                digest: receipt?.transcriptDigest,
                keptBy: .operator
            )
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
    public var isProven: Bool { verdict == .whole && isReceiptProven }

    /// The verdict in a sentence.
    public var sentence: String {
        switch verdict {
        case .absent: "there is no transcript"
        case .otherList where receipt == nil:
            "there is no receipt of this session here, so that nothing proves this recording"
        case .otherList:
            "CAUTION: the list of actions is not the one of which the receipt has the digest; it was changed"
        case .otherRecording:
            "CAUTION: the recording is not the one of which the signed list has the digest; it was changed"
        case .withoutList:
            "the session broke off before both ends agreed on a list, so that nothing proves this recording"
        case .listAlone: "the list of actions is the receipt's; there is no recording"
        case .whole where !isReceiptProven:
            "the recording fits the receipt, but the receipt does not carry the signatures that it needs"
        case .whole: "this is the recording of which the receipt has the digest; \(receiptSentence)"
        }
    }

    private var receiptSentence: String { receipt.map { "receipt: \(ReceiptPage.sentence($0))" } ?? "" }

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
