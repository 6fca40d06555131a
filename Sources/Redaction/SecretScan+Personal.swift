/// What a contract may want blacked out beside secrets.
extension SecretScan {
    /// Around `@`: an address as it is written in practice (RFC 5321 §4.1.2, without quoted local parts).
    func address(_ index: Int) -> Secret? {
        func isLocal(_ byte: UInt8) -> Bool {
            Byte.isToken(byte) || byte == Byte.dot || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "%")
                || byte >= 0x80
        }
        var start = index
        while start > done, index - start < 64, isLocal(bytes[start - 1]) { start -= 1 }
        var end = run(from: index + 1) { Byte.isWord($0) || $0 == Byte.dash || $0 == Byte.dot || $0 >= 0x80 }
        while end > index + 1, bytes[end - 1] == Byte.dot || bytes[end - 1] == Byte.dash { end -= 1 }
        guard start < index, end - index <= 256 else { return nil }
        var last = end
        while last > index + 1, bytes[last - 1] != Byte.dot { last -= 1 }
        // The last label is no number: `user@10.0.0.1` is a login, not an address.
        guard last > index + 2, end - last >= 2, !Byte.isDigit(bytes[last]) else { return nil }
        return Secret(start: start, end: end, kind: .email, ending: .exact)
    }

    /// An IBAN, in one piece or in groups, with right check digits (ISO 13616, ISO 7064 MOD 97-10).
    func iban(_ index: Int) -> Secret? {
        guard rules.iban, Byte.isUpper(byte(index)), Byte.isUpper(byte(index + 1)), Byte.isDigit(byte(index + 2)),
            Byte.isDigit(byte(index + 3)), !Byte.isWord(byte(index - 1))
        else { return nil }
        let length = Self.ibanLength(bytes[index], bytes[index + 1])
        var position = index
        var count = 0
        var remainder = 0
        var head = 0
        while position < bytes.count, count < length ?? 34 {
            let byte = bytes[position]
            if count >= 4, byte == Byte.space || byte == Byte.dash, count % 4 == 0, length != nil,
                Byte.isWord(self.byte(position + 1))
            {
                position += 1
                continue
            }
            guard Byte.isUpper(byte) || Byte.isDigit(byte) else { break }
            let value = Byte.isDigit(byte) ? Int(byte) - 48 : Int(byte) - 55
            // Country and check digits count behind the rest.
            if count < 4 {
                head = value > 9 ? head * 100 + value : head * 10 + value
            } else {
                remainder = (value > 9 ? remainder * 100 + value : remainder * 10 + value) % 97
            }
            count += 1
            position += 1
        }
        guard count == length ?? count, count >= 15, !Byte.isWord(byte(position)),
            (remainder * 1_000_000 + head) % 97 == 1
        else { return nil }
        return Secret(start: index, end: position, kind: .iban, ending: .exact)
    }

    /// How long an IBAN of a country is (SWIFT's IBAN registry); nil for those that are not listed here, whose IBANs are known
    /// without groups alone.
    private static func ibanLength(_ first: UInt8, _ second: UInt8) -> Int? {
        switch (UInt16(first) << 8) | UInt16(second) {
        case code("NO"): 15
        case code("BE"): 16
        case code("DK"), code("FI"), code("NL"): 18
        case code("SI"): 19
        case code("AT"), code("EE"), code("LT"), code("LU"), code("BA"): 20
        case code("CH"), code("LI"), code("HR"), code("LV"): 21
        case code("DE"), code("BG"), code("GB"), code("IE"), code("ME"), code("RS"): 22
        case code("ES"), code("SE"), code("CZ"), code("SK"), code("RO"), code("AD"): 24
        case code("PT"): 25
        case code("IS"), code("TR"): 26
        case code("FR"), code("IT"), code("GR"), code("MC"), code("SM"): 27
        case code("PL"), code("HU"), code("CY"), code("AL"): 28
        case code("MT"): 31
        default: nil
        }
    }

    private static func code(_ country: StaticString) -> UInt16 {
        (UInt16(country.utf8Start[0]) << 8) | UInt16(country.utf8Start[1])
    }
}
