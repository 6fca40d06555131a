import Compression
import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A log that was packed with gzip, read in place: nothing is written, and no more than a block of it is in memory.
struct ArchivedLog {
    let file: LogFile

    /// nil for a file that is not packed.
    init?(_ file: LogFile) {
        guard let head = try? file.read(at: 0, count: 3), head.readableBytesView.elementsEqual([0x1f, 0x8b, 0x08])
        else {
            return nil
        }
        self.file = file
    }

    /// Which lines are wanted.
    struct Wanted {
        /// The last ones; nil for all.
        var last: Int?
        /// From this time on.
        var since: Int64?
        /// Seconds since 1970.
        var now: Int64
    }

    /// How reading went.
    struct Outcome {
        /// Why it was not read to its end; what is in front of that was given.
        var problem: CompressionError?
        /// Its lines carry no time, so the last ones were given.
        var isWithoutTimes = false
    }

    /// Hands over the lines that are wanted, at most a block at a time.
    func read(_ wanted: Wanted, _ body: (ByteBuffer) async throws -> Void) async throws -> Outcome {
        var skipped = 0
        var outcome = Outcome()
        if wanted.last != nil || wanted.since != nil {
            // How many lines there are is known at the end alone: so it is unpacked twice instead of being kept.
            var survey = Survey(wanted: wanted)
            let problem = try await expand { survey.take($0) }
            if problem?.kind == .bomb { return Outcome(problem: problem) }
            (skipped, outcome.isWithoutTimes) = survey.outcome
        }
        outcome.problem = try await expand { block in
            let rest = Self.drop(&skipped, of: block)
            if !rest.isEmpty { try await body(ByteBuffer(bytes: rest)) }
        }
        return outcome
    }

    private struct Survey {
        let wanted: Wanted
        var lines = 0
        var isInsideLine = false
        /// Lines in front of the first one that is recent enough; nil until there is one.
        var older: Int?
        var hasTimes = false
        var head: [UInt8] = []

        mutating func take(_ block: [UInt8]) {
            block.withUnsafeBytes { bytes in
                var start = 0
                while start < bytes.count, let base = bytes.baseAddress {
                    let rest = bytes.count - start
                    let newline = memchr(base + start, 0x0a, rest).map { UnsafeRawPointer($0) - base }
                    let end = newline ?? bytes.count
                    if wanted.since != nil, older == nil, head.count < LogTime.longestPrefix {
                        let length = min(end - start, LogTime.longestPrefix - head.count)
                        head.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[start..<(start + length)]))
                    }
                    isInsideLine = newline == nil
                    if newline != nil {
                        judge()
                        lines += 1
                    }
                    start = end + 1
                }
            }
        }

        private mutating func judge() {
            guard let since = wanted.since, older == nil else { return }
            let seconds = head.withUnsafeBytes { LogTime.seconds(of: $0, now: wanted.now) }
            if seconds != nil { hasTimes = true }
            if let seconds, seconds >= since { older = lines }
            head.removeAll(keepingCapacity: true)
        }

        /// How many lines are skipped, and whether none carries a time.
        var outcome: (skipped: Int, isWithoutTimes: Bool) {
            var survey = self
            if isInsideLine { survey.judge() }
            let total = lines + (isInsideLine ? 1 : 0)
            func last(_ count: Int?) -> Int { count.map { max(total - $0, 0) } ?? 0 }
            guard wanted.since != nil else { return (last(wanted.last), false) }
            guard survey.hasTimes else { return (last(wanted.last ?? LogRequest.standardLines), total > 0) }
            return (max(survey.older ?? total, last(wanted.last)), false)
        }
    }

    private static func drop(_ lines: inout Int, of block: [UInt8]) -> ArraySlice<UInt8> {
        var rest = block[...]
        while lines > 0, let newline = rest.firstIndex(of: 0x0a) {
            rest = rest[(newline + 1)...]
            lines -= 1
        }
        return lines > 0 ? [] : rest
    }

    /// - Returns: why it ended early.
    private func expand(_ body: ([UInt8]) async throws -> Void) async throws -> CompressionError? {
        do {
            let expansion = try GzipExpansion()
            var offset: Int64 = 0
            while true {
                try Task.checkCancellation()
                if expansion.isHungry {
                    let input = try file.read(at: offset, count: LogFile.blockSize)
                    guard input.readableBytes > 0 else {
                        try expansion.finish()
                        return nil
                    }
                    offset += Int64(input.readableBytes)
                    expansion.feed(Array(input.readableBytesView))
                }
                let block = try expansion.next(limit: LogFile.blockSize)
                if !block.isEmpty { try await body(block) }
                // Behind the last member nothing counts.
                if expansion.isOver { return nil }
                // A large archive shares this thread with the rest of the agent.
                await Task.yield()
            }
        } catch let error as CompressionError {
            return error
        }
    }
}
