import Receipts

/// Whether what is kept of a session is what its receipt was signed for.
public enum TranscriptVerdict: Sendable, Equatable {
    /// Nothing is kept of it (any more).
    case absent
    /// There is a recording, but nothing that both signed has its digest: the session broke off, or is not over.
    case unproven
    /// The list is not the one of which both signed the digest, or it cannot be read.
    case otherList
    /// The list is right, but the recording is not the one of which it has the digest.
    case otherRecording
    /// The list is right; of a recording it says nothing, and none is kept.
    case listAlone
    /// List and recording are those that were signed for.
    case whole

    /// Looks.
    ///
    /// - Parameters:
    ///   - digest: what both signed: the receipt's, else the closing statement's.
    ///   - end: whose recording is kept here.
    /// - Throws: `TranscriptError` where files cannot be read.
    public init(
        of folder: TranscriptFolder,
        session: String,
        digest: Digest?,
        keptBy end: SessionTranscript.End
    ) throws(TranscriptError) {
        guard folder.exists else {
            self = .absent
            return
        }
        guard let digest else {
            self = .unproven
            return
        }
        let list: SessionTranscript
        do {
            guard let kept = try folder.readList() else {
                // Where there is a digest there was a list.
                self = .otherList
                return
            }
            list = kept
        } catch {
            guard case .system = error.kind else {
                self = .otherList
                return
            }
            throw error
        }
        guard list.session == session, list.digest == digest else {
            self = .otherList
            return
        }
        let recording = try folder.readRecording().map { Digest.sha256($0) }
        switch (recording, list.recording(of: end)) {
        case (nil, nil): self = .listAlone
        case (let kept, let said): self = kept == said ? .whole : .otherRecording
        }
    }
}
