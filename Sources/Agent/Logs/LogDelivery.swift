import Compression
import NIOCore
import Redaction
import SupportChannel

/// What goes to the operator of one reading of logs: blacked out first, then packed where the operator's end understands that.
///
/// The beginning of a line that might hold a secret waits for its end, or for ``finish()``: nothing leaves that was not looked at.
actor LogDelivery {
    private let replies: ActionReplies
    private let rules: RedactionRules
    private let noteRedactions: @Sendable (RedactionCounts) -> Void
    private let packing: ZstdPacking?
    private let isFollowing: Bool
    private var redactors: [Int: Redactor] = [:]
    private var packed: [UInt8] = []
    private var lastSent: ContinuousClock.Instant?
    private var current: Int?
    private var isTaken = false
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private(set) var counts = RedactionCounts()

    /// With the index of the source it still fits into a frame.
    private static let largestPiece = ActionFrame.longestPayload / 2
    /// So much is packed before it is sent.
    private static let stride = 32 * 1024

    /// A delivery.
    ///
    /// - Parameters:
    ///   - isPacked: whether the operator's end unpacks.
    ///   - noteRedactions: is told what was blacked out before that is sent.
    init(
        to replies: ActionReplies,
        _ rules: RedactionRules,
        isPacked: Bool,
        isFollowing: Bool,
        noteRedactions: @escaping @Sendable (RedactionCounts) -> Void
    ) {
        self.replies = replies
        self.rules = rules
        // Without memory for it, it is sent as it is.
        packing = isPacked ? try? ZstdPacking() : nil
        self.isFollowing = isFollowing
        self.noteRedactions = noteRedactions
    }

    /// Lines of a file.
    func deliver(_ bytes: ByteBuffer, of source: Int) async throws {
        await takeTurn()
        defer { passTurn() }
        if let current, current != source, !isFollowing { try await end(current) }
        current = source
        // What is read may begin in the middle of a key.
        var redactor = redactors.removeValue(forKey: source) ?? Redactor(rules, startsInside: true)
        var output: [UInt8] = []
        output.reserveCapacity(bytes.readableBytes + 64)
        let before = redactor.counts
        bytes.withUnsafeReadableBytes { redactor.append($0, into: &output) }
        note(redactor.counts.since(before))
        redactors[source] = redactor
        try await send(output, of: source)
    }

    /// Another file takes the place of this one.
    func rotate(_ source: Int) async throws {
        await takeTurn()
        defer { passTurn() }
        try await end(source)
        redactors[source] = Redactor(rules)
    }

    /// Something to tell the operator, in its place among the lines.
    func notice(_ notice: SupportChannel.LogNotice) async throws {
        await takeTurn()
        defer { passTurn() }
        try await flushNow()
        try await replies.send(.notice, json: notice)
    }

    /// Everything that may be shown is on its way.
    func flush() async throws {
        await takeTurn()
        defer { passTurn() }
        try await flushNow()
    }

    private func flushNow() async throws {
        guard let packing else { return }
        try packing.flush(into: &packed)
        try await sendPacked()
    }

    /// Nothing more comes: what waited for the end of its line is sent.
    func finish() async throws {
        await takeTurn()
        defer { passTurn() }
        for source in redactors.keys.sorted() { try await end(source) }
        try await flushNow()
    }

    // MARK: - Turns

    /// Waits until nobody else is sending: files and journals are followed side by side, and what is packed is one stream in which nothing may
    /// change its place.
    private func takeTurn() async {
        guard isTaken else {
            isTaken = true
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    private func passTurn() {
        if waiting.isEmpty { isTaken = false } else { waiting.removeFirst().resume() }
    }

    private func end(_ source: Int) async throws {
        guard var redactor = redactors.removeValue(forKey: source) else { return }
        var output: [UInt8] = []
        let before = redactor.counts
        redactor.finish(into: &output)
        note(redactor.counts.since(before))
        try await send(output, of: source)
    }

    /// Counted before anything of it leaves, so that no end of a session comes between.
    private func note(_ more: RedactionCounts) {
        guard more.total > 0 else { return }
        counts += more
        noteRedactions(more)
    }

    // MARK: - Sending

    private func send(_ bytes: [UInt8], of source: Int) async throws {
        var rest = ByteBuffer(bytes: bytes)
        while let piece = rest.readSlice(length: min(rest.readableBytes, Self.largestPiece)), piece.readableBytes > 0 {
            var payload = ByteBuffer(integer: UInt16(clamping: source))
            payload.writeImmutableBuffer(piece)
            let frame = ActionFrame(.source, payload)
            guard let packing else {
                try await replies.send(frame)
                continue
            }
            try frame.encoded.withUnsafeReadableBytes { try packing.append($0, into: &packed) }
            if packed.count >= Self.stride { try await sendPacked() }
        }
    }

    private func sendPacked() async throws {
        guard let packing, !packed.isEmpty else { return }
        let bytes = ByteBuffer(bytes: packed)
        packed.removeAll(keepingCapacity: true)
        let began = ContinuousClock.now
        try await replies.send(ActionFrame(.output, bytes))
        let sent = ContinuousClock.now
        try packing.adapt(waited: sent - began, elapsed: sent - (lastSent ?? began), into: &packed)
        lastSent = sent
    }
}
