/// What `agent.yaml` says: where the relay is, whom to trust, through which proxy it is reached, which logs may be read.
///
/// ```yaml
/// relay: https://relay.example:4470
/// pin: 0f3a…            # SPKI SHA-256 of the relay's authority
/// proxy: http://proxy.example:3128        # instead of HTTPS_PROXY; none: without one
/// logs:
///   - /var/log/nginx
/// ```
///
/// The file is a flat subset of YAML 1.2 (plain and quoted scalars, block and flow lists of them, comments), read by hand so
/// that the program needs no YAML library. Everything else is a problem with its line number; all are reported at once.
struct AgentFile: Sendable, Equatable {
    var relay: String?
    var pin: String?
    var proxy: String?
    var logs: [String] = []

    /// The members that the file may have.
    fileprivate static let keys = ["relay", "pin", "proxy", "logs"]

    /// What is wrong with a file, line by line.
    struct Problems: Error, Equatable, CustomStringConvertible {
        var sentences: [String]
        var description: String { sentences.joined(separator: "; ") }
    }

    init(relay: String? = nil, pin: String? = nil, proxy: String? = nil, logs: [String] = []) {
        self.relay = relay
        self.pin = pin
        self.proxy = proxy
        self.logs = logs
    }

    init(reading text: String) throws(Problems) {
        var reader = AgentFileReader()
        var number = 0
        // "\r\n" is one character of Swift's.
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: { $0 == "\n" || $0 == "\r\n" }) {
            number += 1
            reader.read(line, number)
        }
        let (file, problems) = reader.finish()
        guard problems.isEmpty else { throw Problems(sentences: problems) }
        self = file
    }
}

private struct AgentFileReader {
    private var file = AgentFile()
    private var problems: [String] = []
    private var seen: Set<String> = []
    /// The line of `logs:` while its items may follow.
    private var openList: Int?

    mutating func finish() -> (AgentFile, [String]) {
        closeList()
        return (file, problems)
    }

    mutating func read(_ line: Substring, _ number: Int) {
        let indentation = line.prefix { $0 == " " }.count
        let content = line.dropFirst(indentation)
        if content.isEmpty || content.first == "#" { return }
        guard content.first != "\t" else { return report(number, "a tab (indent with spaces)") }
        guard content.unicodeScalars.allSatisfy({ $0.value >= 0x20 || $0.value == 0x09 }) else {
            return report(number, "a control character (remove it)")
        }
        if content.first == "-", content.dropFirst().first.map({ $0 == " " }) ?? true {
            return readItem(content.dropFirst(), number)
        }
        closeList()
        guard indentation == 0 else {
            return report(number, "an indented line that belongs to nothing (begin it at the left)")
        }
        readMember(content, number)
    }

    private mutating func readMember(_ line: Substring, _ number: Int) {
        guard let colon = line.firstIndex(of: ":") else {
            return report(number, "no \"key: value\" (the keys are relay, pin, proxy and logs)")
        }
        let key = String(line[..<colon])
        let rest = line[line.index(after: colon)...]
        guard AgentFile.keys.contains(key) else {
            return report(number, "an unknown key \(quoted(key)) (the keys are relay, pin, proxy and logs)")
        }
        guard rest.isEmpty || rest.first == " " else {
            return report(number, "no space behind \"\(key):\" (write one)")
        }
        guard seen.insert(key).inserted else { return report(number, "\(key) a second time (remove one)") }
        guard let value = value(rest, number) else { return }
        switch (key, value) {
        case ("logs", .nothing): openList = number
        case ("logs", .list(let items)): file.logs = items
        case ("logs", .text(let path)): file.logs = [path]
        case (_, .list): report(number, "a list where \(key) takes one value (write it without brackets)")
        case (_, .nothing): report(number, "\(key) without a value (write one behind the colon, or remove the line)")
        case ("relay", .text(let text)): file.relay = text
        case ("proxy", .text(let text)): file.proxy = text
        case (_, .text(let text)): file.pin = text
        }
    }

    private mutating func readItem(_ rest: Substring, _ number: Int) {
        guard openList != nil else {
            return report(number, "a list item that belongs to nothing (write logs: above it)")
        }
        switch value(rest, number) {
        case .text(let path)?: file.logs.append(path)
        case nil: break
        default: report(number, "a list item that is not one path (write - /var/log/…)")
        }
    }

    private mutating func closeList() {
        if let openList, file.logs.isEmpty, problems.isEmpty {
            report(openList, "logs without a path (write - /var/log/… below it, or remove the line)")
        }
        openList = nil
    }

    private enum Value {
        case nothing
        case text(String)
        case list([String])
    }

    /// Reads what stands behind a colon or a dash, up to a comment.
    private mutating func value(_ text: Substring, _ number: Int) -> Value? {
        var rest = trimmed(text)
        if rest.isEmpty || rest.first == "#" { return .nothing }
        guard rest.first == "[" else {
            guard let scalar = scalar(&rest, isInList: false, number) else { return nil }
            return ended(rest, number) ? .text(scalar) : nil
        }
        rest = trimmed(rest.dropFirst())
        var items: [String] = []
        while rest.first != "]" {
            guard let item = scalar(&rest, isInList: true, number) else { return nil }
            items.append(item)
            rest = trimmed(rest)
            if rest.first == "," {
                rest = trimmed(rest.dropFirst())
            } else if rest.first != "]" {
                report(number, "a list that is not closed on its line (write ] behind it)")
                return nil
            }
        }
        return ended(rest.dropFirst(), number) ? .list(items) : nil
    }

    private mutating func scalar(_ rest: inout Substring, isInList: Bool, _ number: Int) -> String? {
        if let quote = rest.first, quote == "\"" || quote == "'" {
            rest = rest.dropFirst()
            guard let close = rest.firstIndex(of: quote) else {
                report(number, "a quote that is not closed (write \(quote) behind the value)")
                return nil
            }
            let text = rest[..<close]
            rest = rest[rest.index(after: close)...]
            guard !text.contains("\\"), rest.first != quote else {
                report(number, "an escape in quotes (this file takes values without \\ and doubled quotes)")
                return nil
            }
            return String(text)
        }
        var end = rest.startIndex
        while end < rest.endIndex {
            let character = rest[end]
            if isInList && (character == "," || character == "]") { break }
            // YAML 1.2 §6.6: a comment begins behind white space only.
            if character == "#", end > rest.startIndex, isBlank(rest[rest.index(before: end)]) { break }
            end = rest.index(after: end)
        }
        let text = trimmed(rest[..<end])
        rest = rest[end...]
        guard let first = text.first else {
            report(number, "an empty place in a list (remove the comma)")
            return nil
        }
        guard !"&*!|>%@`{}[],?".contains(first), !text.contains(": "), text.last != ":" else {
            report(number, "a value that this file does not take (put it in quotes)")
            return nil
        }
        return String(text)
    }

    private mutating func ended(_ rest: Substring, _ number: Int) -> Bool {
        let tail = trimmed(rest)
        let isComment =
            tail.first == "#" && (rest.isEmpty || isBlank(rest[rest.startIndex]) || rest.startIndex == tail.startIndex)
        if tail.isEmpty || isComment { return true }
        report(number, "something behind the value (remove it)")
        return false
    }

    private mutating func report(_ number: Int, _ what: String) { problems.append("line \(number): \(what)") }

    private func isBlank(_ character: Character) -> Bool { character == " " || character == "\t" }

    private func trimmed(_ text: Substring) -> Substring {
        var text = text.drop(while: isBlank)
        while let last = text.last, isBlank(last) { text = text.dropLast() }
        return text
    }
}
