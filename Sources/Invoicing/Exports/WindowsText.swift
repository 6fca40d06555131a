/// Text in Windows-1252, which DATEV reads.
enum WindowsText {
    /// What the bytes 0x80 to 0x9F stand for; five stand for nothing.
    private static let upper: [Unicode.Scalar: UInt8] = [
        "€": 0x80, "‚": 0x82, "ƒ": 0x83, "„": 0x84, "…": 0x85, "†": 0x86, "‡": 0x87, "ˆ": 0x88, "‰": 0x89, "Š": 0x8A,
        "‹": 0x8B, "Œ": 0x8C, "Ž": 0x8E, "‘": 0x91, "’": 0x92, "“": 0x93, "”": 0x94, "•": 0x95, "–": 0x96, "—": 0x97,
        "˜": 0x98, "™": 0x99, "š": 0x9A, "›": 0x9B, "œ": 0x9C, "ž": 0x9E, "Ÿ": 0x9F,
    ]

    /// Letters that names in the Union have and the code page has not, by the one without its mark.
    private static let plain: [Unicode.Scalar: String] = [
        "Ł": "L", "ł": "l", "Ą": "A", "ą": "a", "Ć": "C", "ć": "c", "Č": "C", "č": "c", "Ď": "D", "ď": "d", "Đ": "D",
        "đ": "d", "Ę": "E", "ę": "e", "Ě": "E", "ě": "e", "Ğ": "G", "ğ": "g", "İ": "I", "ı": "i", "Ń": "N", "ń": "n",
        "Ň": "N", "ň": "n", "Ő": "Ö", "ő": "ö", "Ř": "R", "ř": "r", "Ś": "S", "ś": "s", "Ş": "S", "ş": "s", "Ș": "S",
        "ș": "s", "Ť": "T", "ť": "t", "Ț": "T", "ț": "t", "Ů": "U", "ů": "u", "Ű": "Ü", "ű": "ü", "Ź": "Z", "ź": "z",
        "Ż": "Z", "ż": "z", "ẞ": "SS", "Ă": "A", "ă": "a", "Ā": "A", "ā": "a", "Ē": "E", "ē": "e", "Ī": "I", "ī": "i",
        "Ū": "U", "ū": "u",
    ]

    /// The bytes; what the code page has not becomes the letter without its mark, else a question mark. Control
    /// characters become spaces: DATEV allows none in a text.
    static func bytes(_ text: String) -> [UInt8] {
        text.unicodeScalars.flatMap { scalar in
            plain[scalar].map { $0.unicodeScalars.map(byte) } ?? [byte(scalar)]
        }
    }

    private static func byte(_ scalar: Unicode.Scalar) -> UInt8 {
        switch scalar.value {
        case 0x20..<0x7F, 0xA0...0xFF: UInt8(scalar.value)
        case _ where scalar.isASCII || (0x80..<0xA0).contains(scalar.value): 0x20
        default: upper[scalar] ?? UInt8(ascii: "?")
        }
    }
}
