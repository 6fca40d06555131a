import Pairing

extension FuzzTarget {
    /// What a client types.
    static let code = FuzzTarget(
        "code",
        longest: 64,
        seeds: ["4821-730-5519-4", "482173055194", " 4821\u{2011}730.5519 4\r\n", "4821-7305-5193", "12345678901234"]
            .map {
                Array($0.utf8)
            },
        words: ["-", " ", "\u{A0}", "\u{2013}", "\r\n", "0", "\u{0661}", "\u{FF11}"]
    ) { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        let code: Code
        do {
            code = try Code(typed: text)
        } catch let error as CodeError {
            // Three digits in a row would be a part of what was typed.
            let said = Array((error.description + " " + error.diagnostics).utf8)
            let digits = said.split { !(0x30...0x39).contains($0) }
            return try hold(digits.allSatisfy { $0.count < 3 }, "says what was typed: \(error)")
        }
        try hold((try? Code(typed: code.formatted)) == code, "reads \(code.formatted) as another code")
        try hold((try? Code(room: code.room, secret: code.secret)) == code, "the parts are another code")
        let digits = Array(code.formatted.utf8.filter { $0 != UInt8(ascii: "-") })
        try hold(digits == bytes.filter { (0x30...0x39).contains($0) }, "takes other digits than were typed")
        for place in digits.indices {
            var slips = (UInt8(0x30)...0x39).filter { $0 != digits[place] }.map { digit in
                var slip = digits
                slip[place] = digit
                return slip
            }
            if place > 0, digits[place] != digits[place - 1] {
                var swapped = digits
                swapped.swapAt(place, place - 1)
                slips.append(swapped)
            }
            for slip in slips {
                try hold(
                    (try? Code(typed: String(decoding: slip, as: UTF8.self))) == nil,
                    "a slip at \(place) is not found"
                )
            }
        }
    }
}
