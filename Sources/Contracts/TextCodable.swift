/// A value whose place in JSON is the very text a person writes for it.
///
/// Coding goes through `parse` and `description`, so that the two can never drift apart.
public protocol TextCodable: Codable, CustomStringConvertible {
    /// Reads the text, or says what is wrong with it.
    static func parse(_ text: String) throws(ContractsError) -> Self
}

extension TextCodable {
    /// Decodes the text form.
    public init(from decoder: any Decoder) throws { self = try Self.decodeText(from: decoder) }

    /// Encodes the text form.
    public func encode(to encoder: any Encoder) throws { try encodeText(to: encoder) }

    static func decodeText(from decoder: any Decoder) throws -> Self {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        do {
            return try parse(text)
        } catch {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: error.description)
        }
    }

    func encodeText(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// A text as it appears in a sentence: in quotes, cut where it is long, control characters shown and not sent.
public func quoted(_ text: String) -> String {
    var start = String.UnicodeScalarView()
    start.append(contentsOf: text.unicodeScalars.prefix(60))
    return "\"\(shown(String(start)))\(text.unicodeScalars.count > 60 ? "…" : "")\""
}

/// A text with what a terminal would obey, or what would hide or turn something around, written as `\u{1b}`.
func shown(_ text: String) -> String {
    var shown = ""
    for scalar in text.unicodeScalars {
        shown += scalar.isUnsafeToShow ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
    }
    return shown
}

extension Unicode.Scalar {
    /// Control and bidirectional formatting characters: on a terminal they make a text look like another one.
    public var isUnsafeToShow: Bool {
        switch value {
        case 0..<0x20, 0x7F..<0xA0, 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: true
        default: false
        }
    }
}

/// The number that ASCII digits write, or nil where a byte is no digit or there are none or more than 15.
func decimal(_ bytes: some Collection<UInt8>) -> Int? {
    guard !bytes.isEmpty, bytes.count <= 15, bytes.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return bytes.reduce(0) { $0 * 10 + Int($1 - 0x30) }
}

func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
