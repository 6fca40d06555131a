/// Tokens that are known by how they look.
extension SecretScan {
    // MARK: - JSON Web Tokens

    /// `eyJ…` and two or four more parts (RFC 7519 §3, RFC 7516 §3.1): `{"` in base64url.
    func webToken(_ index: Int) -> Secret? {
        guard index >= 2, bytes[index - 1] == UInt8(ascii: "y"), bytes[index - 2] == UInt8(ascii: "e"),
            !Byte.isToken(byte(index - 3))
        else { return nil }
        let head = run(from: index + 1, while: Byte.isToken)
        guard head - index > 6, byte(head) == Byte.dot else { return nil }
        let end = run(from: head + 1) { Byte.isToken($0) || $0 == Byte.dot }
        guard end - head > 6 else { return nil }
        return Secret(start: index - 2, end: end, kind: .jwt, ending: .token)
    }

    // MARK: - Bearer

    /// `Bearer` and a token (RFC 6750 §2.1), where it looks like one.
    func bearer(_ index: Int) -> Secret? {
        guard Text.matchesLower("bearer", bytes, at: index), byte(index + 6) == Byte.space,
            !Byte.isWord(byte(index - 1))
        else { return nil }
        let start = run(from: index + 6) { $0 == Byte.space }
        let end = run(from: start, while: Byte.isBearer)
        guard end - start >= 8, end - start >= 20 || holdsDigit(start, end) else { return nil }
        return Secret(start: start, end: end, kind: .bearer, ending: .bearer)
    }

    private func holdsDigit(_ start: Int, _ end: Int) -> Bool { (start..<end).contains { Byte.isDigit(bytes[$0]) } }

    // MARK: - Prefixes

    /// A prefix whose last byte is at `index`, and a run of at least `least` behind it.
    private func prefixed(_ prefix: StaticString, _ index: Int, least: Int) -> Secret? {
        let start = index + 1 - prefix.utf8CodeUnitCount
        guard Text.matches(prefix, bytes, at: start), !Byte.isWord(byte(start - 1)) else { return nil }
        let end = run(from: index + 1, while: Byte.isToken)
        guard end - index > least else { return nil }
        return Secret(start: start, end: end, kind: .token, ending: .token)
    }

    /// GitHub, Stripe, npm, Hugging Face, DigitalOcean, Shopify.
    func prefixedByUnderscore(_ index: Int) -> Secret? {
        switch byte(index - 1) {
        case UInt8(ascii: "p"): return prefixed("ghp_", index, least: 20)
        case UInt8(ascii: "o"): return prefixed("gho_", index, least: 20)
        case UInt8(ascii: "u"): return prefixed("ghu_", index, least: 20)
        case UInt8(ascii: "s"): return prefixed("ghs_", index, least: 20) ?? prefixed("shpss_", index, least: 20)
        case UInt8(ascii: "r"): return prefixed("ghr_", index, least: 20)
        case UInt8(ascii: "t"):
            return prefixed("github_pat_", index, least: 20) ?? prefixed("shpat_", index, least: 20)
                ?? prefixed("sk_test_", index, least: 10) ?? prefixed("rk_test_", index, least: 10)
        case UInt8(ascii: "e"): return prefixed("sk_live_", index, least: 10) ?? prefixed("rk_live_", index, least: 10)
        case UInt8(ascii: "c"): return prefixed("whsec_", index, least: 16)
        case UInt8(ascii: "m"): return prefixed("npm_", index, least: 30)
        case UInt8(ascii: "f"): return prefixed("hf_", index, least: 30)
        case UInt8(ascii: "1"): return prefixed("dop_v1_", index, least: 32)
        default: return nil
        }
    }

    /// GitLab, Slack, OpenAI and Anthropic, PyPI.
    func prefixedByDash(_ index: Int) -> Secret? {
        switch byte(index - 1) {
        case UInt8(ascii: "t"): return prefixed("glpat-", index, least: 16)
        case UInt8(ascii: "k"):
            guard let secret = prefixed("sk-", index, least: 20), holdsDigit(secret.start, secret.end) else {
                return nil
            }
            return secret
        case UInt8(ascii: "i"): return prefixed("pypi-", index, least: 30)
        case UInt8(ascii: "a"), UInt8(ascii: "b"), UInt8(ascii: "e"), UInt8(ascii: "o"), UInt8(ascii: "p"),
            UInt8(ascii: "r"), UInt8(ascii: "s"):
            let start = index - 4
            guard Text.matches("xox", bytes, at: start), !Byte.isWord(byte(start - 1)) else {
                return nil
            }
            let end = run(from: index + 1, while: Byte.isToken)
            return end - index > 10 ? Secret(start: start, end: end, kind: .token, ending: .token) : nil
        default: return nil
        }
    }

    /// Keys of Amazon's and Google's clouds.
    func cloudKey(_ index: Int) -> Secret? {
        guard !Byte.isToken(byte(index - 1)) else { return nil }
        if Text.matches("AKIA", bytes, at: index) || Text.matches("ASIA", bytes, at: index) {
            let end = run(from: index) { Byte.isUpper($0) || Byte.isDigit($0) }
            guard end - index == 20, !Byte.isToken(byte(end)) else { return nil }
            return Secret(start: index, end: end, kind: .token, ending: .exact)
        }
        return Text.matches("AIza", bytes, at: index) ? prefixed("AIza", index + 3, least: 30) : nil
    }

    /// Twilio SendGrid: `SG.` and two parts.
    func mailKey(_ index: Int) -> Secret? {
        guard Text.matches("SG.", bytes, at: index), !Byte.isToken(byte(index - 1)) else { return nil }
        let middle = run(from: index + 3, while: Byte.isToken)
        guard middle - index >= 19, byte(middle) == Byte.dot else { return nil }
        let end = run(from: middle + 1, while: Byte.isToken)
        return end - middle > 16 ? Secret(start: index, end: end, kind: .token, ending: .token) : nil
    }

    /// Google's OAuth: `ya29.` and the rest.
    func accessToken(_ index: Int) -> Secret? {
        guard byte(index + 1) == UInt8(ascii: "a"), Text.matches("ya29.", bytes, at: index),
            !Byte.isToken(byte(index - 1))
        else { return nil }
        let end = run(from: index + 5) { Byte.isToken($0) || $0 == Byte.dot }
        return end - index > 25 ? Secret(start: index, end: end, kind: .token, ending: .token) : nil
    }

    // MARK: - URLs

    /// `://user:password@host` (RFC 3986 §3.2.1). A password with a `/`, `?` or `#` that should have been escaped is one all the same.
    func inURL(_ index: Int) -> Secret? {
        guard byte(index + 1) == UInt8(ascii: "/"), byte(index + 2) == UInt8(ascii: "/") else { return nil }
        let start = index + 3
        var colon: Int?
        var at: Int?
        var isPort = true
        var position = start
        let limit = min(bytes.count, start + windows.longestWord)
        scan: while position < limit {
            switch bytes[position] {
            case let byte where Byte.isBlank(byte) || Byte.isQuote(byte): break scan
            case UInt8(ascii: "<"), UInt8(ascii: ">"), Byte.backslash: break scan
            case UInt8(ascii: ":") where colon == nil: colon = position
            case UInt8(ascii: "@"): at = position
            case UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"):
                // Behind the host, or behind a port, nothing is a password any more.
                if at != nil || colon == nil || isPort { break scan }
            case let byte where colon != nil && !Byte.isDigit(byte): isPort = false
            default: break
            }
            position += 1
        }
        guard let colon, let at, at > colon + 1, !Text.matches("[redacted", bytes, at: colon + 1) else { return nil }
        return Secret(start: colon + 1, end: at, kind: .password, ending: .exact)
    }
}
