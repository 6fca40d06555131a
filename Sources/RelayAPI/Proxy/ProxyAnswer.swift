/// The head of a proxy's answer: its status, and for a 407 the ways to sign in that it names.
struct ProxyAnswer: Equatable {
    /// 100…599.
    let status: Int
    /// At most five, each at most 20 characters of RFC 9110's tokens.
    let schemes: [String]

    /// Looks for the end of a head that grows, at each byte once.
    struct End {
        private var scanned = 0
        private var lineIsEmpty = false

        /// The length of the head at the beginning of `bytes`, its empty line included; nil while it is not whole. `bytes` are those of
        /// the last time, and more.
        ///
        /// A line may end in LF alone (RFC 9112 §2.2).
        mutating func end(in bytes: ArraySlice<UInt8>) -> Int? {
            for byte in bytes.dropFirst(scanned) {
                scanned += 1
                switch byte {
                case UInt8(ascii: "\n"):
                    if lineIsEmpty { return scanned }
                    lineIsEmpty = true
                case UInt8(ascii: "\r"): break
                default: lineIsEmpty = false
                }
            }
            return nil
        }
    }

    /// Reads a whole head; nil for what is none (RFC 9112 §4).
    init?(_ head: some Collection<UInt8>) {
        let lines = head.split(separator: UInt8(ascii: "\n")).map { line in
            String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
        }
        let words = (lines.first ?? "").split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard words.count >= 2, words[0] == "HTTP/1.1" || words[0] == "HTTP/1.0", words[1].utf8.count == 3,
            words[1].utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let status = Int(words[1]), (100...599).contains(status)
        else { return nil }
        self.status = status
        var schemes: [String] = []
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":"), line[..<colon].lowercased() == "proxy-authenticate" else {
                continue
            }
            schemes += Self.schemes(line[line.index(after: colon)...])
        }
        self.schemes = Array(schemes.prefix(5))
    }

    /// The schemes of a list of challenges (RFC 9110 §11.6.1): of each item its first word, unless that belongs to a parameter of
    /// the challenge before.
    private static func schemes(_ field: Substring) -> [String] {
        var items: [String] = [""]
        var isQuoted = false
        for character in field {
            if character == "\"" { isQuoted.toggle() }
            if character == ",", !isQuoted { items.append("") } else { items[items.count - 1].append(character) }
        }
        return items.compactMap { item in
            let words = item.split(separator: " ", maxSplits: 1).map(String.init)
            guard let word = words.first, word.utf8.count <= 20,
                word.utf8.allSatisfy({ $0.isLetterOrDigit || "!#$&'*+-.^_`|~".utf8.contains($0) }),
                words.count == 1 || words[1].first != "="
            else { return nil }
            return word
        }
    }
}
