extension String {
    /// Whether it is one or more characters of ASCII that mean nothing in markup, and not all white space: then it needs no second look.
    /// Nearly every text of an invoice is, and an invoice of a hundred sessions has thousands.
    var isPlainMarkup: Bool {
        var isVisible = false
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: "'"):
                return false
            case 0x21...0x7E: isVisible = true
            case 0x20: break
            default: return false
            }
        }
        return isVisible
    }
}
