import Contracts

/// Scalars that only files have, with their mends.
enum FieldError {
    static func notBool(_ text: String) -> ContractsError {
        let meant = ["yes": "true", "on": "true", "ja": "true", "no": "false", "off": "false", "nein": "false"]
        let mend = (meant[text.lowercased()] ?? Spelling.nearest(text, among: ["true", "false"])).map { "write \($0)" }
        return ContractsError(
            kind: .unreadableText,
            sentence: "\(quoted(text)) is neither true nor false",
            mend: mend ?? "write true or false"
        )
    }

    static func integer(_ text: String) throws(ContractsError) -> Int64 {
        guard (1...12).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int64(text)
        else {
            let digits = text.prefix { $0.isASCII && $0.isNumber }
            let mend = (1...12).contains(digits.count) ? "write \(digits)" : "write it in digits, like 30"
            throw ContractsError(kind: .unreadableText, sentence: "\(quoted(text)) is not a whole number", mend: mend)
        }
        return number
    }
}
