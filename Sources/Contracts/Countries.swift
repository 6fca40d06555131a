/// Countries and their VAT ids, as far as a contract needs to know them.
enum Countries {
    /// ISO 3166-1 alpha-2.
    static let all = Set(
        """
        AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY \
        BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK \
        FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR \
        IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK \
        ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM \
        PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF \
        TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
        """.split(separator: " ").map(String.init)
    )

    /// Length and make of a VAT id after its prefix (VIES). The prefix is the country's code but for Greece (EL).
    private static let vatIDs: [String: (lengths: ClosedRange<Int>, digitsOnly: Bool)] = [
        "AT": (9...9, false), "BE": (10...10, true), "BG": (9...10, true), "CY": (9...9, false), "CZ": (8...10, true),
        "DE": (9...9, true), "DK": (8...8, true), "EE": (9...9, true), "EL": (9...9, true), "ES": (9...9, false),
        "FI": (8...8, true), "FR": (11...11, false), "HR": (11...11, true), "HU": (8...8, true), "IE": (8...9, false),
        "IT": (11...11, true), "LT": (9...12, true), "LU": (8...8, true), "LV": (11...11, true), "MT": (8...8, true),
        "NL": (12...12, false), "PL": (10...10, true), "PT": (9...9, true), "RO": (2...10, true), "SE": (12...12, true),
        "SI": (8...8, true), "SK": (10...10, true),
    ]

    /// The prefix of a country's VAT ids, or nil outside the European Union.
    static func vatPrefix(of country: String) -> String? {
        let prefix = country == "GR" ? "EL" : country
        return vatIDs[prefix] == nil ? nil : prefix
    }

    /// Whether a country is in the European Union.
    static func isInEU(_ country: String) -> Bool { vatPrefix(of: country) != nil }

    /// Whether a text can be a VAT id of the European Union.
    static func isVATID(_ text: String) -> Bool {
        guard let shape = vatIDs[String(text.prefix(2))] else { return false }
        let body = Array(text.utf8.dropFirst(2))
        return shape.lengths.contains(body.count)
            && body.allSatisfy { Identifiers.isDigit($0) || (!shape.digitsOnly && Identifiers.isUppercase($0)) }
    }

    /// Whether the last digit of a German VAT id is the check digit of the others, ISO 7064 MOD 11,10.
    static func hasGermanCheckDigit(_ text: String) -> Bool {
        let digits = text.utf8.dropFirst(2).map { Int($0) - 0x30 }
        guard digits.count == 9, digits.allSatisfy((0...9).contains) else { return false }
        let product = digits.dropLast().reduce(10) { product, digit in
            let sum = (product + digit) % 10
            return (sum == 0 ? 10 : sum) * 2 % 11
        }
        return (product + digits[8]) % 10 == 1
    }
}
