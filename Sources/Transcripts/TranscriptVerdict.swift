import Receipts

/// Whether what is kept of a session is what its receipt was signed for.
public enum TranscriptVerdict: Sendable, Equatable {
    /// Nothing is kept of it (any more).
    case absent
    /// There is a recording, but the session did not come to a list on which both ends agreed.
    case withoutList
    /// The list is not the one whose digest the receipt has, or it cannot be read.
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
    ///   - digest: the receipt's.
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
        let list: SessionTranscript
        do {
            guard let kept = try folder.readList() else {
                // Where the receipt has a digest there was a list.
                self = digest == nil ? .withoutList : .otherList
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
