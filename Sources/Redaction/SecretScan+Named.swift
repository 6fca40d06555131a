/// Values behind a name that says that they are secret: `password=…`, `"api_key": "…"`, `--token …`, `Authorization: …`.
extension SecretScan {
    private enum Name {
        case secret(RedactionKind)
        case authorization
        case cookie
    }

    /// Behind `=` or `:`.
    func named(_ separator: Int) -> Secret? {
        // The name may itself have been taken for a secret, and is one that says so all the same.
        var last = separator - 1
        while last > 0, bytes[last] == Byte.space, separator - last < 3 { last -= 1 }
        if last > 0, Byte.isQuote(bytes[last]) {
            last -= 1
            if last > 0, bytes[last] == Byte.backslash { last -= 1 }
        }
        guard last >= 0, let name = name(endingAt: last) else { return nil }
        var start = separator + 1
        // `==`, `=>` and `:=`; two colons are a scope.
        if byte(separator) == UInt8(ascii: ":"), byte(start) == UInt8(ascii: ":") { return nil }
        if byte(start) == UInt8(ascii: "=") || byte(start) == UInt8(ascii: ">") { start += 1 }
        start = run(from: start) { $0 == Byte.space || $0 == 0x09 }
        return value(name, from: start)
    }

    /// `--password VALUE`.
    func option(_ index: Int) -> Secret? {
        guard byte(index - 1) == Byte.dash, Byte.isLetter(byte(index + 1)), !Byte.isWord(byte(index - 2)) else {
            return nil
        }
        let end = run(from: index + 1, while: Byte.isToken)
        guard byte(end) == Byte.space, let name = name(endingAt: end - 1) else { return nil }
        let start = run(from: end) { $0 == Byte.space }
        return byte(start) == Byte.dash ? nil : value(name, from: start)
    }

    // MARK: - Names

    /// What a name says; only its end counts, in any case.
    private func name(endingAt last: Int) -> Name? {
        func ends(_ word: StaticString) -> Bool {
            Text.matchesLower(word, bytes, at: last + 1 - word.utf8CodeUnitCount)
        }
        /// The same as a word of its own.
        func isWord(_ word: StaticString) -> Bool {
            ends(word) && !Byte.isLetter(byte(last - word.utf8CodeUnitCount))
        }
        switch Byte.lower(bytes[last]) {
        case UInt8(ascii: "d"):
            if ends("password") || ends("passwd") || ends("pwd") { return .secret(.password) }
            if ends("sessionid") || ends("session_id") || ends("session-id") || ends("sessid") {
                return .secret(.token)
            }
        case UInt8(ascii: "t"):
            if ends("secret") { return .secret(.token) }
            if ends("passwort") || ends("kennwort") { return .secret(.password) }
        case UInt8(ascii: "n"):
            if ends("token") { return .secret(.token) }
            if ends("authorization") { return .authorization }
        case UInt8(ascii: "e"):
            if ends("passphrase") { return .secret(.password) }
            if isWord("cookie") { return .cookie }
        case UInt8(ascii: "s"):
            if isWord("pass") || ends("credentials") { return .secret(.password) }
        case UInt8(ascii: "w"): if isWord("pw") { return .secret(.password) }
        case UInt8(ascii: "l"): if ends("credential") { return .secret(.password) }
        case UInt8(ascii: "y"): if ends("key"), isSecretKey(last - 3) { return .secret(.token) }
        default: break
        }
        return nil
    }

    /// Whether what stands in front of `key` makes it one that opens something.
    private func isSecretKey(_ last: Int) -> Bool {
        var last = last
        if last >= 0, [Byte.underscore, Byte.dash, Byte.dot, Byte.space].contains(bytes[last]) { last -= 1 }
        func ends(_ word: StaticString) -> Bool {
            Text.matchesLower(word, bytes, at: last + 1 - word.utf8CodeUnitCount)
        }
        return ends("api") || ends("access") || ends("secret") || ends("private") || ends("auth") || ends("encryption")
            || ends("signing") || ends("master") || ends("shared") || ends("account")
    }

    // MARK: - Values

    private func value(_ name: Name, from start: Int) -> Secret? {
        var start = start
        var ending = SecretEnd.value
        if Byte.isQuote(byte(start)) {
            ending = .quote(byte(start), isEscaped: false)
            start += 1
        } else if byte(start) == Byte.backslash, Byte.isQuote(byte(start + 1)) {
            ending = .quote(byte(start + 1), isEscaped: true)
            start += 2
        }
        switch name {
        case .secret(let kind):
            let end = end(ending, from: start)
            return isHarmless(start, end) ? nil : Secret(start: start, end: end, kind: kind, ending: ending)
        case .authorization: return authorization(from: start, ending)
        case .cookie:
            if ending == .value { ending = .line }
            let end = end(ending, from: start)
            return isHarmless(start, end) ? nil : Secret(start: start, end: end, kind: .token, ending: ending)
        }
    }

    /// A scheme and its credentials (RFC 9110 §11.6.2).
    private func authorization(from start: Int, _ ending: SecretEnd) -> Secret? {
        let schemeEnd = run(from: start, while: Byte.isToken)
        guard byte(schemeEnd) == Byte.space else {
            let end = end(ending, from: start)
            let isLong = end - start >= 8 && !isHarmless(start, end)
            return isLong ? Secret(start: start, end: end, kind: .token, ending: ending) : nil
        }
        let credentials = isScheme(start, schemeEnd) ? run(from: schemeEnd) { $0 == Byte.space } : start
        let isBearer = schemeEnd - start == 6 && Text.matchesLower("bearer", bytes, at: start)
        let isBasic = schemeEnd - start == 5 && Text.matchesLower("basic", bytes, at: start)
        let close: SecretEnd = isBearer || isBasic ? .bearer : ending == .value ? .line : ending
        let end = end(close, from: credentials)
        guard !isHarmless(credentials, end) else { return nil }
        return Secret(
            start: credentials,
            end: end,
            kind: isBearer ? .bearer : isBasic ? .password : .token,
            ending: close
        )
    }

    /// Whether a word may be the name of a scheme, and not a token that was sent without one. Of the names that are in use
    /// (www.iana.org/assignments/http-authschemes) none has other characters than letters but two families.
    private func isScheme(_ start: Int, _ end: Int) -> Bool {
        if Text.matchesLower("aws4-", bytes, at: start) || Text.matchesLower("scram-sha-", bytes, at: start) {
            return end - start <= 24
        }
        return end - start <= 16 && (start..<end).allSatisfy { Byte.isLetter(bytes[$0]) }
    }

    /// Whether nothing would be hidden: an empty value, one that says that there is none, or one that is blacked out already.
    private func isHarmless(_ start: Int, _ end: Int) -> Bool {
        guard start < end else { return true }
        if Text.matchesLower("[redacted", bytes, at: start) { return true }
        // Of the working directory's variable.
        if bytes[start] == UInt8(ascii: "/"), Text.matches("PWD=", bytes, at: start - 4) { return true }
        if (start..<end).allSatisfy({ bytes[$0] == UInt8(ascii: "*") }) { return true }
        let words: [StaticString] = ["null", "nil", "none", "true", "false", "undefined", "(null)"]
        return words.contains { end - start == $0.utf8CodeUnitCount && Text.matchesLower($0, bytes, at: start) }
    }

    /// Where a value without quotes ends: at a blank, a quotation mark, or a separator with something behind it that is no part of it.
    func valueEnd(from start: Int) -> Int {
        var index = start
        while index < bytes.count {
            let next = byte(index + 1)
            switch bytes[index] {
            case let byte where Byte.isBlank(byte) || Byte.isQuote(byte): return index
            case UInt8(ascii: "<"), UInt8(ascii: ">"): return index
            case Byte.backslash where Byte.isQuote(next) || next == UInt8(ascii: "n") || next == UInt8(ascii: "r"):
                return index
            case UInt8(ascii: "&"), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "|"):
                if Byte.isBlank(next) || Byte.isQuote(next) || isName(from: index + 1) { return index }
            case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"):
                if Byte.isBlank(next) || Byte.isQuote(next) || ",;.)]}".utf8.contains(next) { return index }
            default: break
            }
            index += 1
        }
        return index
    }

    /// Whether a name and a separator follow.
    private func isName(from start: Int) -> Bool {
        let end = run(from: start) { Byte.isToken($0) || $0 == Byte.dot }
        return end > start && end - start <= 64 && (byte(end) == UInt8(ascii: "=") || byte(end) == UInt8(ascii: ":"))
    }

    /// Where a header's value ends: with the line, or in front of the quotation mark that the whole header stands in. One that opens
    /// a part of the value (RFC 6265 §4.1.1, RFC 9110 §11.4) is a part of it, up to its partner.
    func headerEnd(from start: Int) -> Int {
        var index = start
        while index < bytes.count {
            switch bytes[index] {
            case Byte.newline, UInt8(ascii: "\r"): return index
            case Byte.quote:
                guard opensPart(index, of: start) else { return index }
                index = quotedEnd(from: index + 1, Byte.quote, isEscaped: false)
                if byte(index) != Byte.quote { return index }
            default: break
            }
            index += 1
        }
        return index
    }

    /// Whether a quotation mark stands where a value begins.
    private func opensPart(_ index: Int, of start: Int) -> Bool {
        var last = index - 1
        while last >= start, bytes[last] == Byte.space { last -= 1 }
        return last >= start && [UInt8(ascii: "="), UInt8(ascii: ":"), UInt8(ascii: ">")].contains(bytes[last])
    }

    /// Where a quoted value ends: in front of its quote.
    func quotedEnd(from start: Int, _ quote: UInt8, isEscaped: Bool) -> Int {
        var index = start
        while index < bytes.count {
            switch bytes[index] {
            case Byte.newline: return index
            case Byte.backslash:
                if isEscaped, byte(index + 1) == quote { return index }
                index += 1
            case quote where !isEscaped: return index
            default: break
            }
            index += 1
        }
        return min(index, bytes.count)
    }
}
