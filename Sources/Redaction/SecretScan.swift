/// Where a secret that goes beyond a window ends.
enum SecretEnd: Sendable, Equatable {
    /// With the last byte of ``Byte/isToken(_:)`` or a dot.
    case token
    /// With the last byte of ``Byte/isBearer(_:)``.
    case bearer
    /// With an unquoted value.
    case value
    /// With this quote, or with a backslash and it.
    case quote(UInt8, isEscaped: Bool)
    /// With the line, or the quotation mark around a header.
    case line
    /// It has its length.
    case exact
}

/// A secret in a line.
struct Secret {
    var start: Int
    var end: Int
    var kind: RedactionKind
    var ending: SecretEnd
}

/// One look over one line, or over a window of a long one.
///
/// Bytes that may begin, end or join a secret are triggers; the rest is passed over. Each trigger has a cheap test of its own
/// (`SecretScan+….swift`).
struct SecretScan {
    let bytes: UnsafeRawBufferPointer
    let before: UInt8
    let isWhole: Bool
    let rules: RedactionRules
    let windows: Windows
    /// Everything in front is written or dropped.
    var done: Int
    /// Where the next window begins: not behind ``done``.
    private(set) var next = 0
    /// A secret reaches to the window's end.
    var openEnd: SecretEnd?
    /// A private key began and did not end, with so many bytes of it.
    private(set) var isInsideKey = false
    private(set) var droppedOfKey = 0

    /// No name, and no label of a key, has more bytes.
    private static let longestName = 64

    init(
        _ bytes: UnsafeRawBufferPointer,
        from start: Int,
        before: UInt8,
        isWhole: Bool,
        rules: RedactionRules,
        windows: Windows
    ) {
        self.bytes = bytes
        self.before = before
        self.isWhole = isWhole
        self.rules = rules
        self.windows = windows
        done = start
    }

    /// Which bytes are looked at, by their value.
    static func triggers(_ rules: RedactionRules) -> [UInt8] {
        var table = [UInt8](repeating: 0, count: 256)
        for byte in "=:-_JABbSy".utf8 { table[Int(byte)] = 1 }
        if rules.email { table[Int(UInt8(ascii: "@"))] = 1 }
        if rules.iban { for byte in UInt8(ascii: "A")...UInt8(ascii: "Z") { table[Int(byte)] = 1 } }
        return table
    }

    /// The next trigger from `start` on.
    ///
    /// Four bytes at a time: this loop is what redaction costs.
    @inline(__always)
    private func nextTrigger(_ triggers: UnsafePointer<UInt8>, from start: Int) -> Int? {
        guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return nil }
        let count = bytes.count
        var index = start
        while index &+ 4 <= count {
            let place = base + index
            let found =
                triggers[Int(place[0])] | triggers[Int(place[1])] | triggers[Int(place[2])] | triggers[Int(place[3])]
            if found != 0 { break }
            index &+= 4
        }
        while index < count {
            if triggers[Int(base[index])] != 0 { return index }
            index &+= 1
        }
        return nil
    }

    /// The rest of a secret from the window before is dropped.
    mutating func skip(_ ending: SecretEnd) {
        // Whether a quotation mark in it opens or ends something, only the window before knew.
        done = ending == .line ? run(from: done) { $0 != Byte.newline } : end(ending, from: done)
        openEnd = done == bytes.count && !isWhole ? ending : nil
    }

    /// Writes everything but secrets.
    mutating func run(_ triggers: UnsafePointer<UInt8>, _ counts: inout RedactionCounts, into output: inout [UInt8]) {
        // What the window before took for a value may be the name of the next one.
        var index = max(0, done - Self.longestName)
        let count = bytes.count
        var undecided = count
        while let trigger = nextTrigger(triggers, from: index) {
            index = trigger
            if bytes[index] == Byte.dash, let body = PrivateKey.beginning(in: bytes, at: index) {
                let end = PrivateKey.end(in: bytes, from: body)
                if let end, end <= done {
                    index = end
                    continue
                }
                write(upTo: max(index, done), .privateKey, &counts, into: &output)
                guard let end else {
                    isInsideKey = true
                    // The last words of a window may be the beginning of the key's last line.
                    done = isWhole ? count : max(body, done, count - PrivateKey.longestLabel)
                    droppedOfKey = done - index
                    next = done
                    return
                }
                done = max(done, end)
                index = end
            } else if let secret = secret(at: index), secret.end > max(secret.start, done) {
                if isUndecided(secret, at: index) {
                    undecided = index
                    break
                }
                write(upTo: max(secret.start, done), secret.kind, &counts, into: &output)
                done = secret.end
                // What was taken for a value may be, or end in, the name of the next one, or the beginning of a key.
                index = max(index + 1, secret.end - Self.longestName)
                openEnd = secret.end == count && !isWhole ? secret.ending : nil
            } else {
                index += 1
            }
        }
        let end = isWhole ? count : max(done, betweenWords(count - windows.overlap))
        copy(upTo: end, into: &output)
        done = end
        // What is written or dropped may have been the name of what comes.
        next = isWhole ? done : min(done, undecided - Self.longestName)
    }

    /// Whether a secret that begins just in front of a window's end is better judged in the next window: its first bytes say what it is
    /// and where it ends. One whose name that window would not have any more is taken as it is.
    private func isUndecided(_ secret: Secret, at trigger: Int) -> Bool {
        !isWhole && secret.start > bytes.count - Self.longestName
            && trigger >= bytes.count - windows.overlap + Self.longestName
    }

    private func copy(upTo end: Int, into output: inout [UInt8]) {
        output.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[done..<end]))
    }

    private func write(
        upTo start: Int,
        _ kind: RedactionKind,
        _ counts: inout RedactionCounts,
        into output: inout [UInt8]
    ) {
        copy(upTo: start, into: &output)
        output.append(contentsOf: kind.marker.utf8)
        counts.count(kind)
    }

    private func betweenWords(_ limit: Int) -> Int {
        var index = limit
        while index > max(0, limit - windows.longestWord) {
            switch bytes[index - 1] {
            case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "{"), UInt8(ascii: "&"): return index
            case let byte where Byte.isBlank(byte): return index
            default: index -= 1
            }
        }
        return max(limit, 0)
    }

    // MARK: - What a trigger may mean

    private func secret(at index: Int) -> Secret? {
        switch bytes[index] {
        case UInt8(ascii: "="): return named(index)
        case UInt8(ascii: ":"): return inURL(index) ?? named(index)
        case Byte.dash: return prefixedByDash(index) ?? option(index)
        case Byte.underscore: return prefixedByUnderscore(index)
        case UInt8(ascii: "J"): return webToken(index) ?? iban(index)
        case UInt8(ascii: "A"): return cloudKey(index) ?? iban(index)
        case UInt8(ascii: "B"): return bearer(index) ?? iban(index)
        case UInt8(ascii: "b"): return bearer(index)
        case UInt8(ascii: "S"): return mailKey(index) ?? iban(index)
        case UInt8(ascii: "y"): return accessToken(index)
        case UInt8(ascii: "@"): return address(index)
        default: return iban(index)
        }
    }

    // MARK: - Reading

    /// The byte at `index`; what stands outside of the line is a newline.
    @inline(__always)
    func byte(_ index: Int) -> UInt8 {
        index < 0 ? (index == -1 ? before : Byte.newline) : index < bytes.count ? bytes[index] : Byte.newline
    }

    /// The first index from `start` on whose byte is not accepted.
    @inline(__always)
    func run(from start: Int, while isPart: (UInt8) -> Bool) -> Int {
        var index = start
        while index < bytes.count, isPart(bytes[index]) { index += 1 }
        return index
    }

    /// Where a secret ends that is still open at `start`.
    func end(_ ending: SecretEnd, from start: Int) -> Int {
        switch ending {
        case .token: run(from: start) { Byte.isToken($0) || $0 == Byte.dot }
        case .bearer: run(from: start, while: Byte.isBearer)
        case .value: valueEnd(from: start)
        case .quote(let quote, let isEscaped): quotedEnd(from: start, quote, isEscaped: isEscaped)
        case .line: headerEnd(from: start)
        case .exact: start
        }
    }
}
