@testable import Redaction

extension FuzzTarget {
    /// What leaves a client's machine of its logs.
    ///
    /// An input is rules, then text in which 0xF8 repeats a byte, and 0xF9 and 0xFA stand for a secret in a line of its own and
    /// among the words of a line.
    static let redaction = redactionTarget("redaction", Windows(longestLine: 2048, overlap: 512))

    /// The same with lines as long as they come: what takes longest to try.
    static let longLines = redactionTarget("longLines", .standard)

    private static func redactionTarget(_ name: String, _ windows: Windows) -> FuzzTarget {
        FuzzTarget(name, longest: 2048, seeds: RedactionSamples.seeds, words: RedactionSamples.words) { input in
            guard let flags = input.first else { return }
            let samples = RedactionSamples(
                windows: windows,
                rules: RedactionRules(email: flags & 1 != 0, iban: flags & 2 != 0)
            )
            let (text, plants) = samples.expand(Array(input.dropFirst()))
            let whole = samples.redact([text[...]], startsInside: flags & 4 != 0)
            let longest = text.count > windows.overlap ? windows.longestLine / 2 : 40
            let cut = samples.redact(text.pieces(upTo: longest), startsInside: flags & 4 != 0)
            try hold(whole.output == cut.output && whole.counts == cut.counts, "the output depends on the pieces")
            try hold(whole.output.count <= 25 * text.count + 64, "\(whole.output.count) bytes of \(text.count)")
            if plants > 0 {
                try hold(!RedactionSamples.shows(RedactionSamples.secret, in: whole.output), "a secret passes")
                try hold(whole.counts.total > 0, "nothing is counted")
            }
            // Lines that are not inside of anything: what was blacked out stays as it is.
            let again = samples.redact([whole.output[...]], startsInside: false)
            try hold(
                again.output.count <= 25 * whole.output.count + 64,
                "\(again.output.count) bytes of \(whole.output.count)"
            )
        }
    }
}

private struct RedactionSamples {
    let windows: Windows
    let rules: RedactionRules

    /// Nobody's. Its letters and digits stand in no other text here.
    static let secret = Array("Zq7Vt9Xw2Rk5Ln8Bc3Hf".utf8)
    private static let text = String(decoding: secret, as: UTF8.self)
    /// As in a log, each known by itself.
    private static let forms: [String] = [
        "password=\(text)", "\"password\": \"\(text)\"", "DB_PASSWORD=\(text)", "--password \(text)",
        "api_key: \(text)",
        "Authorization: Bearer \(text)", "authorization: Basic \(text)", "sent bearer \(text)", "Cookie: sid=\(text)",
        "postgres://app:\(text)@db:5432/shop", "ghp_\(text)\(text)", "eyJ\(text).\(text).\(text)", "glpat-\(text)",
        "sk-proj-\(text)0123", "client_secret => \"\(text)\"", "Passwort: \(text)", "session_id=\(text)",
        "{\\\"token\\\":\\\"\(text)\\\"}",
        "-----BEGIN RSA PRIVATE KEY-----\\n\(text)\\n-----END RSA PRIVATE KEY-----",
    ]

    static let words = [
        "password=", "token: ", "Bearer ", "Authorization: ", "Cookie: ", "://a:b@c", "ghp_", "eyJ", ".", "\"", "'",
        "\\\"", "\\", "\n",
        " ", "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "[redacted", "null", "--token ",
        "@example.org",
        "DE89370400440532013000", "=", ":", ",", ";", "&", "}",
    ]

    static let seeds: [[UInt8]] =
        forms.indices.map {
            [0] + Array("GET / 200 ".utf8) + [0xF9, UInt8($0)] + Array("next ".utf8) + [0xFA, UInt8($0)]
        }
        + [
            [3] + Array("from <a.b@acme.example> IBAN DE89 3704 0044 0532 0130 00 paid".utf8),
            [4]
                + Array(
                    "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7\nAAAA==\n-----END PRIVATE KEY-----\n".utf8
                ) + [0xF9, 0],
            [0] + Array("-----BEGIN PRIVATE KEY-----\n".utf8) + [0xF8, 0x41, 0xFF, 0xF8, 0x41, 0x10, 0xF9, 0],
            [0] + Array("GET / 2Cookie: ".utf8) + [0xFA, 14], [0] + Array("Cookie:".utf8) + [0xFA, 1],
            [0] + Array("token: ".utf8) + [0xFA, 8],
            [0, 0xF8, 0x61, 0xFF, 0xFA, 3, 0xF8, 0x62, 0xFF, 0xF9, 1],
            [0, 0xF8, 0x20, 0xFC, 0xFA, 7, 0xF8, 0x2E, 0x40],
        ]

    func expand(_ bytes: [UInt8]) -> (text: [UInt8], plants: Int) {
        var (text, plants): ([UInt8], Int) = ([], 0)
        var index = 0
        while index < bytes.count, text.count < 3 * windows.longestLine {
            let byte = bytes[index]
            switch byte {
            case 0xF8 where index + 2 < bytes.count:
                text += [UInt8](repeating: bytes[index + 1], count: windows.longestLine / 255 * Int(bytes[index + 2]))
                index += 3
            case 0xF9 where index + 1 < bytes.count, 0xFA where index + 1 < bytes.count:
                let space = byte == 0xF9 ? UInt8(ascii: "\n") : UInt8(ascii: " ")
                text += [space] + Array(Self.forms[Int(bytes[index + 1]) % Self.forms.count].utf8) + [space]
                plants += 1
                index += 2
            default:
                text.append(byte)
                index += 1
            }
        }
        return (text, plants)
    }

    func redact(_ pieces: [ArraySlice<UInt8>], startsInside: Bool) -> (output: [UInt8], counts: RedactionCounts) {
        var redactor = Redactor(rules, startsInside: startsInside, windows: windows)
        var output: [UInt8] = []
        for piece in pieces { redactor.append(Array(piece), into: &output) }
        redactor.finish(into: &output)
        return (output, redactor.counts)
    }

    static func shows(_ word: [UInt8], in bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBufferPointer { bytes in
            guard bytes.count >= word.count else { return false }
            return (0...bytes.count - word.count).contains { start in
                bytes[start] == word[0] && (1..<word.count).allSatisfy { bytes[start + $0] == word[$0] }
            }
        }
    }
}
